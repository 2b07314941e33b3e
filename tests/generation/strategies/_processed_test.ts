import { assertEquals, assertRejects } from "@std/assert";
import { createChain } from "../../../src/generation/chain/chain.ts";
import { beamSearch } from "../../../src/generation/strategies/beam_search.ts";
import { bestOf } from "../../../src/generation/strategies/best_of.ts";
import { contrastiveSearch } from "../../../src/generation/strategies/contrastive_search.ts";
import type { NextHidden } from "../../../src/generation/strategies/hidden_rows.ts";
import { speculate } from "../../../src/generation/strategies/speculative.ts";
import { TableModel } from "./_table_model.ts";

const { next } = new TableModel(3, 1);
const prompt = [1];
const blank: NextHidden = (rows) =>
  rows.map(() => ({
    logits: new Float32Array(3),
    hidden: new Float32Array(2),
  }));

for (
  const [title, action, run] of [
    [
      "beamSearch()",
      "Cannot search",
      (process) => beamSearch(next, { prompt, process }),
    ],
    [
      "contrastiveSearch()",
      "Cannot search",
      (process) => contrastiveSearch(blank, { prompt, process }),
    ],
    [
      "bestOf()",
      "Cannot find the best text",
      (process) => bestOf(next, { prompt, process }),
    ],
    [
      "speculate()",
      "Cannot speculate",
      (process) =>
        speculate(next, { prompt, process, draft: next, maxTokens: 3 }).next(),
    ],
  ] as [string, string, (process: never) => Promise<unknown>][]
) {
  Deno.test(`${title} refuses a process that is no function, or gives no row of logits`, async () => {
    for (
      const [process, message] of [
        [null, "process must be a function: null"],
        ["min", "process must be a function: string"],
        [
          createChain({ noRepeatNgram: 6 }),
          "process must be a function: a Chain; give (logits, tokens) => chain.apply(logits, { tokens, promptLength: n }), n the number of the prompt's tokens",
        ],
        [() => {}, "process must give a Float32Array of 3 logits: undefined"],
        [
          () => Promise.reject(new Error("nobody waits for it")),
          "process must give a Float32Array of 3 logits: a promise",
        ],
        [() => null, "process must give a Float32Array of 3 logits: null"],
        [
          () => [1, 2, 3],
          "process must give a Float32Array of 3 logits: an array",
        ],
        [
          () => new Float32Array(2),
          "process must give a Float32Array of 3 logits: 2",
        ],
      ] as [never, string][]
    ) {
      await assertRejects(
        () => run(process),
        TypeError,
        `${action}: ${message}`,
      );
    }
  });
}

Deno.test("a chain works in a search in the way that its refusal names", async () => {
  const chain = createChain({
    noRepeatNgram: 1,
    minTokens: 3,
    stopTokens: [0],
  });
  const n = prompt.length;
  const [beam] = await beamSearch(next, {
    prompt,
    maxTokens: 2,
    process: (logits, tokens) =>
      chain.apply(logits, { tokens, promptLength: n }),
  });
  assertEquals(beam!.tokens, Int32Array.of(2, 0)); // 1 is the prompt's, 0 only where nothing else is left
});
