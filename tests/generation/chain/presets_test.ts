import { assertEquals, assertThrows } from "@std/assert";
import { createChain } from "../../../src/generation/chain/chain.ts";
import type { ChainOptions } from "../../../src/generation/chain/chain_options.ts";
import {
  CHAIN_PRESETS,
  type ChainPresetName,
} from "../../../src/generation/chain/presets.ts";
import golden from "../../golden/huggingface_chain.json" with { type: "json" };
import { assertAllClose } from "../../close.ts";
import { at, kept } from "./_one_stage.ts";

function left(
  preset: ChainPresetName,
  options: ChainOptions,
  logits: number[],
): number[] {
  return kept(
    createChain(options, preset).apply(Float32Array.from(logits), at(0)),
  );
}

for (
  const [preset, options, explanation] of [
    [
      "llama.cpp",
      {},
      "topK 40 → topP 0.95 → minP 0.05 → temperature 0.8",
    ],
    [
      "llama.cpp",
      { repetitionPenalty: 1.1, topP: 0.9, xtc: { probability: 0.5 } },
      "penalties: repetition 1.1, frequency 0, presence 0, window 64 → topK 40 → topP 0.9 → minP 0.05 → " +
      "xtc probability 0.5, threshold 0.1 → temperature 0.8",
    ],
    [
      "llama.cpp",
      { dry: { multiplier: 1 }, typicalP: 0.9 },
      "dry: multiplier 1, base 1.75, allowedLength 2, window 64, breakers 0 → topK 40 → " +
      "typicalP 0.9, one more where it is met → topP 0.95 → minP 0.05 → temperature 0.8",
    ],
    [
      "llama.cpp",
      { dry: { multiplier: 1, window: "all" }, temperature: 0 },
      "dry: multiplier 1, base 1.75, allowedLength 2, window all, breakers 0 → temperature 0",
    ],
    ["llama.cpp", { temperature: 0 }, "temperature 0"],
    [
      "llama.cpp",
      { mirostat: { version: 1 } },
      "temperature 0.8 → mirostat 1, tau 5, eta 0.1, m 100",
    ],
    ["huggingface", {}, "temperature 1 → topK 50, ties kept"],
    [
      "huggingface",
      { repetitionPenalty: 1.2, topH: 0.4, typicalP: 0.9, minP: 0.1 },
      "penalties: repetition 1.2, frequency 0, presence 0, window all → temperature 1 → topH 0.4, among 100 → " +
      "topK 50, ties kept → minP 0.1 → typicalP 0.9, ties kept",
    ],
    ["keras-hub", {}, "temperature 1 → topK 5"],
    [
      "keras-hub",
      { topP: 0.1 },
      "temperature 1 → topP 0.1, one more where it is met",
    ],
    [
      "keras-hub",
      { topP: 0.1, topK: 9 },
      "temperature 1 → topP 0.1, one more where it is met → topK 9",
    ],
    ["nanogpt", {}, "temperature 0.8 → topK 200, ties kept"],
    [
      "openai",
      { frequencyPenalty: 0.5 },
      "penalties: repetition 1, frequency 0.5, presence 0, window generated → temperature 1 → topP 1",
    ],
  ] as [ChainPresetName, ChainOptions, string][]
) {
  Deno.test(`createChain() of ${JSON.stringify(options)} as in ${preset} is explained`, () => {
    assertEquals(createChain(options, preset).explain(), explanation);
  });
}

Deno.test("createChain() takes the temperature before top-p or after it, as the preset does", () => {
  const options = { temperature: 0.5, topP: 0.8 };
  assertEquals(left("huggingface", options, [3, 2, 1]), [0]);
  assertEquals(left("llama.cpp", options, [3, 2, 1]), [0, 1]);
  const hot = { temperature: 2, minP: 0.1 };
  assertEquals(left("huggingface", hot, [2, 1, 0.5, 0, -1]), [0, 1, 2, 3, 4]);
  assertEquals(left("llama.cpp", hot, [2, 1, 0.5, 0, -1]), [0, 1, 2, 3]);
});

Deno.test("createChain() draws the border of top-k and top-p where the preset does", () => {
  const ties = (preset: ChainPresetName) =>
    left(preset, { topK: 2 }, [1, 1, 1, 0]);
  assertEquals(ties("huggingface"), [0, 1, 2]);
  assertEquals(ties("nanogpt"), [0, 1, 2]);
  assertEquals(ties("llama.cpp"), [0, 1]);
  assertEquals(ties("keras-hub"), [0, 1]);
  const half = (preset: ChainPresetName) =>
    left(preset, { topP: 0.5 }, [Math.log(2), 0, 0]);
  assertEquals(half("huggingface"), [0]);
  assertEquals(half("llama.cpp"), [0]);
  assertEquals(half("openai"), [0]);
  assertEquals(half("keras-hub"), [0, 1]);
  const typical = (preset: ChainPresetName) =>
    left(preset, { typicalP: 0.5 }, [1, 1, 1, 1]).length;
  assertEquals(typical("llama.cpp"), 3);
  assertEquals(typical("huggingface"), 4); // two, and those as good as them
  // Of p = .4, .3, .2, .1 KerasHub's two likeliest sum up to .7, not to 1.
  const both = (preset: ChainPresetName) =>
    left(
      preset,
      { topK: 2, topP: 0.5, temperature: 1 },
      [0.4, 0.3, 0.2, 0.1].map(Math.log),
    );
  assertEquals(both("keras-hub"), [0, 1]);
  assertEquals(both("huggingface"), [0]); // .57
  assertEquals(both("llama.cpp"), [0]);
});

Deno.test("createChain() leaves what Hugging Face's generate() leaves, with the same scores", () => {
  for (const { sixteenths, prompt, options, kept: ids, scores } of golden) {
    const row = createChain(options, "huggingface").apply(
      Float32Array.from(sixteenths, (x) => x / 16),
      { tokens: prompt, promptLength: prompt.length },
    );
    assertEquals(kept(row), ids, JSON.stringify(options));
    assertAllClose(ids.map((id) => row[id]!), scores, 2e-4);
  }
});

Deno.test("createChain() refuses an unknown preset, and options that have no place in one", () => {
  assertThrows(
    () => createChain({}, "vllm" as ChainPresetName),
    TypeError,
    'Cannot sample: the preset must be one of llama.cpp, huggingface, keras-hub, nanogpt, openai: "vllm"',
  );
  for (
    const [name, meant] of [
      ["hf", "huggingface"],
      ["HuggingFace", "huggingface"],
      ["llamacpp", "llama.cpp"],
      ["keras", "keras-hub"],
      ["nano-gpt", "nanogpt"],
    ]
  ) {
    assertThrows(
      () => createChain({}, name as ChainPresetName),
      TypeError,
      `openai: "${name}", did you mean "${meant}"?`,
    );
  }
  assertThrows(
    () => createChain({ xtc: { probability: 0.5 } }, "huggingface"),
    TypeError,
    'Cannot sample: xtc has no place in the order of "huggingface": leave it out, or give stages',
  );
  const stages = [...CHAIN_PRESETS.huggingface.stages, "xtc"];
  assertEquals(
    createChain({ xtc: { probability: 0.5 }, stages }, "huggingface").explain(),
    "temperature 1 → topK 50, ties kept → xtc probability 0.5, threshold 0.1",
  );
});
