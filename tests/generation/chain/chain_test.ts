import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { createChain } from "../../../src/generation/chain/chain.ts";
import type { ChainOptions } from "../../../src/generation/chain/chain_options.ts";

const CONTEXT = { tokens: [0, 0, 2, 4], promptLength: 2 };

function kept(options: ChainOptions, logits: number[]): number[] {
  return [
    ...createChain(options).apply(Float32Array.from(logits), CONTEXT).entries(),
  ].filter(([, score]) => score > -Infinity).map(([id]) => id);
}

Deno.test("createChain() puts the temperature last, and elsewhere where it is told to", () => {
  // At ½ the odds e³ : e² : e are e⁶ : e⁴ : e²: the first token has .867 instead of .665.
  const options = { temperature: 0.5, topP: 0.8 };
  assertEquals(kept(options, [3, 2, 1]), [0, 1]);
  const stages = ["temperature", "topP"];
  assertEquals(kept({ ...options, stages }, [3, 2, 1]), [0]);
  const hot = { temperature: 2, minP: 0.1 };
  assertEquals(kept(hot, [2, 1, 0.5, 0, -1]), [0, 1, 2, 3]);
  assertEquals(
    kept({ ...hot, stages: ["temperature", "minP"] }, [2, 1, 0.5, 0, -1]),
    [0, 1, 2, 3, 4],
  );
});

Deno.test("Chain.explain() names the stages in their order", () => {
  assertEquals(
    createChain({ temperature: 0.8, topK: [5, 9], minP: () => 0.1 }).explain(),
    "topK [5, 9] → minP by a function → temperature 0.8",
  );
  assertEquals(createChain().explain(), "nothing: the scores as they are");
});

Deno.test("Chain.apply() of off values changes nothing, and any chain leaves a token and its input alone", () => {
  const off = createChain({
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    typicalP: 1,
    epsilonCutoff: 0,
    etaCutoff: 0,
    topNSigma: 0,
    repetitionPenalty: 1,
  });
  const random = new RandomStream(8);
  for (let round = 0; round < 100; round++) {
    const logits = Float32Array.from(
      { length: 5 + random.integer(30) },
      () => random.integer(5) === 0 ? -Infinity : random.normal(),
    );
    logits[1] = 0;
    assertEquals(off.apply(logits, CONTEXT), logits);
    const before = logits.slice();
    const chain = createChain({
      temperature: 0.1 + random.uniform(),
      topK: random.integer(20),
      topP: random.uniform(),
      minP: random.uniform(),
      typicalP: random.uniform(),
      etaCutoff: random.uniform(),
      presencePenalty: random.normal(),
    });
    const row = chain.apply(logits, CONTEXT);
    assertEquals(logits, before);
    assert(row.some((score) => score > -Infinity));
    assert(
      row.every((score, id) =>
        score < Infinity && (score === -Infinity || logits[id]! > -Infinity)
      ),
    );
  }
});

Deno.test("createChain() refuses what is unknown or has no effect", () => {
  const refuses = (options: unknown, message: string) =>
    assertThrows(
      () => createChain(options as ChainOptions),
      TypeError,
      message,
    );
  refuses(
    { topk: 4 },
    "suppressAtBegin, topNSigma, topK, typicalP, topP, minP, " +
      'epsilonCutoff, etaCutoff, topH, temperature, stages: "topk"',
  );
  refuses(
    { penaltyWindow: 4 },
    "Cannot sample: penaltyWindow has no effect without repetitionPenalty or frequencyPenalty or presencePenalty, leave it out",
  );
  refuses(
    { stages: ["topK", "topK"] },
    'etaCutoff, topH, temperature, each once: "topK"',
  );
  refuses(
    { topP: 0.5, stages: ["topK"] },
    "Cannot sample: topP has no effect where stages leave topP out: name it there",
  );
});

Deno.test("Chain.apply() refuses scores that give no distribution", () => {
  assertThrows(
    () => createChain().apply(Float32Array.of(0, NaN), CONTEXT),
    RangeError,
    "Cannot sample token 2: the logits must be numbers below Infinity: NaN for id 1; the model's weights may have " +
      "diverged in training",
  );
  assertThrows(
    () => createChain().apply(Float32Array.of(-Infinity), CONTEXT),
    RangeError,
    "Cannot sample token 2: no token is left to choose from: every logit is -Infinity",
  );
});
