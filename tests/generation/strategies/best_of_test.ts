import { assert, assertEquals, assertRejects } from "@std/assert";
import { ensureEngine } from "../../../src/engine/engine.ts";
import { writeRows } from "../_write_rows.ts";
import { Sampler } from "../../../src/generation/sampler.ts";
import {
  bestOf,
  type BestOfOptions,
} from "../../../src/generation/strategies/best_of.ts";
import { RecurrentNetwork } from "../../../src/networks/recurrent_network.ts";
import { assertAllClose } from "../../close.ts";
import { dispose, withWeights } from "../../networks/_network_contract.ts";
import { assertNoLeak } from "../../no_leak.ts";
import { TableModel } from "./_table_model.ts";

const table = new TableModel(6, 2);

await ensureEngine();

Deno.test("bestOf() gives the texts that generation writes side by side for the same seed", async () => {
  const network = withWeights(
    new RecurrentNetwork("lstm", {
      vocabSize: 7,
      embedding: 4,
      units: 8,
      layers: 1,
    }),
  );
  for (const { variable } of network.parameters.values()) void variable; // brings the weights to the engine
  await assertNoLeak(async () => {
    const [n, maxTokens] = [5, 12];
    const sampling = { seed: 3, temperature: 0.8, topK: 5 };
    const texts: number[][] = Array.from({ length: n }, () => []);
    for await (
      const block of writeRows(network, {
        prompts: Array.from({ length: n }, () => Int32Array.of(1, 2)),
        maxTokens,
        sampler: new Sampler(sampling),
      })
    ) block.forEach((ids, row) => texts[row]!.push(...ids));
    const found = await bestOf(network, {
      prompt: [1, 2],
      n,
      maxTokens,
      ...sampling,
    });
    found.sort((a, b) => a.row - b.row);
    assertEquals(found.map(({ tokens }) => [...tokens]), texts);
  });
  dispose(network);
});

Deno.test("bestOf() ranks by the log-probability over the length, by the model as it is", async () => {
  for (const lengthPenalty of [undefined, 0, 2]) {
    const found = await bestOf(table.next, {
      prompt: [3],
      n: 20,
      maxTokens: 6,
      temperature: 2,
      topK: 4,
      seed: 5,
      stopTokens: [0],
      ...(lengthPenalty !== undefined && { lengthPenalty }),
    });
    assertEquals(found.length, 20);
    assert(found.some(({ tokens }) => tokens.length < 6), "some text ends");
    for (const { tokens, score, logProbability } of found) {
      const ids = [...tokens];
      const expected = table.logProbability(3, ids);
      assertAllClose([logProbability], [expected], 1e-12);
      const penalty = ids.length ** (lengthPenalty ?? 1);
      assertAllClose([score], [expected / penalty], 1e-12);
      const end = ids.indexOf(0);
      assertEquals(ids.length, end < 0 ? 6 : end + 1, `${ids}`);
    }
    const scores = found.map(({ score }) => score);
    assertEquals(scores, scores.toSorted((a, b) => b - a));
  }
});

Deno.test("bestOf() ranks by a scorer, which may be slow, and equal texts by their rows", async () => {
  const seen: number[] = [];
  const found = await bestOf(table.next, {
    prompt: [1],
    n: 6,
    maxTokens: 3,
    seed: 2,
    scorer: async ({ row, tokens, logProbability }) => {
      await Promise.resolve();
      seen.push(row);
      assertEquals(tokens.length, 3);
      assert(logProbability < 0);
      return row % 2;
    },
  });
  assertEquals(seen, [0, 1, 2, 3, 4, 5]);
  assertEquals(found.map(({ row }) => row), [1, 3, 5, 0, 2, 4]);
  assertEquals(found.map(({ score }) => score), [1, 1, 1, 0, 0, 0]);
});

Deno.test("bestOf() hands every row to `process`, whose changes the log-probability does not know", async () => {
  const rows = new Set<string>();
  const found = await bestOf(table.next, {
    prompt: [1, 2],
    n: 2,
    maxTokens: 2,
    process: (logits, tokens) => {
      rows.add(tokens.join(" "));
      return logits.map((_, id) => id === 4 ? 0 : -Infinity);
    },
  });
  assertEquals([...rows], ["1 2", "1 2 4"]);
  for (const { tokens, logProbability } of found) {
    assertEquals([...tokens], [4, 4]);
    assertAllClose([logProbability], [table.logProbability(2, [4, 4])], 1e-12);
  }
});

Deno.test("bestOf() stops with the signal's reason, and frees all", async () => {
  const network = withWeights(
    new RecurrentNetwork("rnn", {
      vocabSize: 7,
      embedding: 4,
      units: 8,
      layers: 1,
    }),
  );
  for (const { variable } of network.parameters.values()) void variable; // brings the weights to the engine
  await assertNoLeak(async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 0);
    await assertRejects(
      () =>
        bestOf(network, {
          prompt: [1],
          maxTokens: 100_000,
          signal: controller.signal,
        }),
      Error,
      "enough",
    );
  });
  dispose(network);
});

for (
  const [options, error, message] of [
    [null, TypeError, "options must be an object: null"],
    [
      { prompt: [] },
      RangeError,
      "the prompt must have a token to go on from: it has none",
    ],
    [{ n: 0 }, RangeError, "n must be a positive integer: 0"],
    [{ n: 1e9 }, RangeError, "n must be at most 100000: 1000000000"],
    [{ n: "3" }, RangeError, 'n must be a positive integer: "3"'],
    [
      { maxTokens: 0.5 },
      RangeError,
      "maxTokens must be a positive integer: 0.5",
    ],
    [
      { lengthPenalty: NaN },
      RangeError,
      "lengthPenalty must be a finite number: NaN",
    ],
    [{ scorer: null }, TypeError, "scorer must be a function: null"],
    [
      { scorer: () => 1, lengthPenalty: 1 },
      TypeError,
      "lengthPenalty has no effect with a scorer, leave it out",
    ],
    [
      { temperature: 0 },
      TypeError,
      "all texts are the same at temperature 0: give a temperature above 0, or search with beams",
    ],
    [
      { scorer: () => NaN },
      RangeError,
      "the scorer must give a number: NaN for sample 0",
    ],
    [
      { scorer: () => "1" },
      RangeError,
      "the scorer must give a number: 1 for sample 0",
    ],
    [
      { best: 2 },
      TypeError,
      'there is no option "best" (known: prompt, n, maxTokens, temperature,',
    ],
  ] as [Partial<BestOfOptions> | null, typeof RangeError, string][]
) {
  Deno.test(`bestOf() refuses ${JSON.stringify(options)}: ${message}`, async () => {
    const all = options && { prompt: [1], maxTokens: 2, ...options };
    await assertRejects(
      () => bestOf(table.next, all as BestOfOptions),
      error,
      `Cannot find the best text: ${message}`,
    );
  });
}

Deno.test("bestOf() refuses what is no model, and options of sampling that are out of range", async () => {
  await assertRejects(
    () => bestOf(null as never, { prompt: [1] }),
    TypeError,
    "Cannot find the best text: the model must be a network, such as model.network, or a function from rows of tokens to logits: null",
  );
  await assertRejects(
    () => bestOf(table.next, { prompt: [1], temperature: -1 }),
    RangeError,
    "Cannot sample: temperature must be a number from 0: -1",
  );
});
