import { assertEquals } from "@std/assert";
import { Candidates } from "../../../src/generation/chain/candidates.ts";
import { createChain } from "../../../src/generation/chain/chain.ts";
import type { ChainOptions } from "../../../src/generation/chain/chain_options.ts";
import {
  CHAIN_PRESETS,
  type ChainPresetName,
} from "../../../src/generation/chain/presets.ts";
import kerasHub from "../../golden/keras_hub_chain.json" with { type: "json" };
import nanogpt from "../../golden/nanogpt_chain.json" with { type: "json" };
import { assertAllClose } from "../../close.ts";

type Golden = {
  rows: string[];
  cases: { row: number; options: ChainOptions; kept: string; p: string }[];
};

/** The numbers of a list with blanks between them. */
function numbersOf(list: string): number[] {
  return list.split(" ").map(Number);
}

for (
  const [preset, { rows, cases }] of [
    ["keras-hub", kerasHub],
    ["nanogpt", nanogpt],
  ] as [ChainPresetName, Golden][]
) {
  Deno.test(`the preset ${preset} draws from the tokens that the program draws from, with the same probabilities`, () => {
    const candidates = new Candidates();
    for (const { row, options, kept, p } of cases) {
      const context = { tokens: [], promptLength: 0 };
      candidates.begin(Float32Array.from(numbersOf(rows[row]!)), context);
      const { stages } = createChain(options, preset);
      for (const stage of stages) stage.apply(candidates);
      const probabilities = candidates.probabilities();
      const left = [...candidates.ids.subarray(0, candidates.count)]
        .map((id, place) => [id, probabilities[place]!] as const)
        .sort(([a], [b]) => a - b);
      assertEquals(
        left.map(([id]) => id),
        numbersOf(kept),
        JSON.stringify([row, options]),
      );
      // Both programs reckon in single precision.
      assertAllClose(left.map(([, share]) => share), numbersOf(p), 1e-6);
    }
  });
}

Deno.test("the preset nanogpt has the numbers that its sample.py begins with", () => {
  const { temperature, top_k } = nanogpt.defaults;
  assertEquals(CHAIN_PRESETS.nanogpt.defaults, { temperature, topK: top_k });
});
