import { assertEquals } from "@std/assert";
import { createChain } from "../../../src/generation/chain/chain.ts";
import type { ChainOptions } from "../../../src/generation/chain/chain_options.ts";
import { assertAllClose } from "../../close.ts";
import golden from "../../golden/logits_processors.json" with { type: "json" };
import { keptIds } from "./_after.ts";

const rows = golden.rows.map((row) =>
  Float32Array.from(row, (score) => score ?? -Infinity)
);

/** The options of a case; JSON has no −Infinity. */
function optionsOf({ options }: { options: object }): ChainOptions {
  return JSON.parse(
    JSON.stringify(options),
    (_, value) => value === "-Infinity" ? -Infinity : value,
  );
}

for (const { changes, results, ...rest } of golden.cases) {
  const options = optionsOf(rest);
  Deno.test(`createChain() of ${JSON.stringify(options)} does what Hugging Face does`, () => {
    const chain = createChain(options);
    for (const [i, logits] of rows.entries()) {
      const context = {
        tokens: golden.texts[i]!,
        promptLength: golden.prompts[i]!,
      };
      const scores = chain.apply(logits, context);
      const kept = keptIds(scores);
      if (changes) {
        const expected = results[i] as [number, number][];
        assertEquals(kept, expected.map(([id]) => id));
        assertAllClose(
          kept.map((id) => scores[id]!),
          expected.map(([, score]) => score),
        );
      } else {
        assertEquals(kept, results[i]);
        assertEquals(
          kept.map((id) => scores[id]),
          kept.map((id) => logits[id]),
        );
      }
    }
  });
}
