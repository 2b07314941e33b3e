import { assertEquals, assertThrows } from "@std/assert";
import type { ChainOptions } from "../../../src/generation/chain/chain_options.ts";
import {
  canCompile,
  compiledSampling,
} from "../../../src/generation/chain/compiled_sampling.ts";
import { Sampler } from "../../../src/generation/sampler.ts";

Deno.test("canCompile() is for plain numbers of the stages that the loop has", () => {
  for (
    const options of [
      {},
      { temperature: 0 },
      { topK: 40, topP: 0.9, minP: 0.1, temperature: 0.8 },
      { repetitionPenalty: 1.1, penaltyWindow: "all" },
      { frequencyPenalty: 1, presencePenalty: 1, penaltyWindow: 3 },
      { topK: undefined, stages: undefined },
      { temperature: 1e-30, frequencyPenalty: -1e30, topK: 2 ** 53 },
    ] as ChainOptions[]
  ) {
    assertEquals(canCompile(options), true, JSON.stringify(options));
  }
  for (
    const options of [
      { temperature: [1, 2] },
      { topK: () => 4 },
      { typicalP: 0.5 },
      { topNSigma: 1 },
      { stages: ["temperature"], temperature: 1 },
      { temperature: 1e-40 }, // below what single precision divides by
      { presencePenalty: -1e39 }, // Infinity in it
    ] as ChainOptions[]
  ) {
    assertEquals(canCompile(options), false);
  }
});

Deno.test("compiledSampling() fills in what changes nothing, and leaves out penalties that do not", () => {
  const sampler = new Sampler({ seed: 1 });
  const { uniformAt, ...numbers } = compiledSampling({ topK: 4 }, sampler);
  assertEquals(numbers, { temperature: 1, topK: 4, topP: 1, minP: 0 });
  assertEquals(uniformAt(2, 3), sampler.uniformAt(2, 3));
  assertEquals(
    compiledSampling({ repetitionPenalty: 1, presencePenalty: 0 }, sampler)
      .penalties,
    undefined,
  );
  assertEquals(
    compiledSampling({ frequencyPenalty: 0.5 }, sampler).penalties,
    { repetition: 1, frequency: 0.5, presence: 0, window: 64 },
  );
});

Deno.test("compiledSampling() refuses what the loop cannot do", () => {
  assertThrows(
    () => compiledSampling({ typicalP: 0.5, topK: 2 }, new Sampler()),
    TypeError,
    "Cannot generate: the compiled loop takes plain numbers for repetitionPenalty, frequencyPenalty, presencePenalty, topK, " +
      "topP, minP, temperature alone: typicalP, topK",
  );
});
