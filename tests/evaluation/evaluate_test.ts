import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { ensureEngine, useEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { readTargets } from "../../src/evaluation/_read_targets.ts";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import type { Network } from "../../src/networks/network.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { validate } from "../../src/training/validate.ts";
import golden from "../golden/classification.json" with { type: "json" };
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

/** A network that says of every token the row of a table, whatever was before. */
function tableNetwork(table: readonly (readonly number[])[]): Network {
  const vocabSize = table[0]!.length;
  const rows = (ids: Tensor): Tensor =>
    tf.gather(tf.tensor2d(table as number[][]), tf.cast(ids, "int32"));
  return {
    kind: "table",
    config: { vocabSize },
    description: "a table",
    parameters: new Map(),
    zeroState: () => [],
    forward: (ids) => ({ logits: rows(ids), state: [] }),
    step: (ids) => ({ logits: rows(ids), state: [] }),
  };
}

const LETTERS = CharTokenizer.train("abc");
const RANDOM = new RandomStream(4);
const TEXT = Array.from({ length: 700 }, () => "abc"[RANDOM.integer(3)]).join(
  "",
);
const LSTM = new RecurrentNetwork("lstm", {
  vocabSize: 3,
  embedding: 4,
  units: 5,
  layers: 1,
}, 3);

Deno.test("evaluate() agrees with a hand calculation", async () => {
  // After a comes b with 1/2, else 1/4 each; after b and c all have 1/3, and the first counts as the most likely.
  const table = [[0, Math.log(2), 0], [0, 0, 0], [0, 0, 0]];
  const model = { tokenizer: LETTERS, network: tableNetwork(table) };
  const values = await evaluate(model, ["abba"]); // predicts b, b, a with 1/2, 1/3, 1/3
  const loss = (Math.log(2) + 2 * Math.log(3)) / 3;
  assertEquals(values.tokens, 3);
  assertAlmostEquals(values.loss!, loss, 1e-6);
  assertAlmostEquals(values.perplexity!, 18 ** (1 / 3), 1e-5);
  assertAlmostEquals(values.bitsPerToken!, Math.log2(18) / 3, 1e-6);
  assertAlmostEquals(values.bitsPerCharacter!, Math.log2(18) / 3, 1e-6);
  assertEquals(values.accuracy, 2 / 3); // said b, a, a
  assertEquals(values.topK, { 1: 2 / 3, 5: 1 });
  // a: right 1, said 2, came 1; b: right 1, said 1, came 2.
  assertEquals(values.precision, {
    macro: 0.75,
    micro: 2 / 3,
    weighted: 2.5 / 3,
  });
  assertEquals(values.recall, { macro: 0.75, micro: 2 / 3, weighted: 2 / 3 });
  assertEquals(values.confusions, [{ token: "b", predicted: "a", count: 1 }]);
  assertEquals(values.frequent!.map(({ token, support }) => [token, support]), [
    ["b", 2],
    ["a", 1],
  ]);
  assertEquals(values.intervals, {}); // one document says nothing about others
});

Deno.test("evaluate() has scikit-learn's top-k accuracy and NumPy's loss", async () => {
  const { logits, truth, accuracy, loss } = golden.top;
  // A step of each row: places 0, 1, 2... say row 0, 1, 2... so the state counts.
  const network: Network = {
    ...tableNetwork([new Array(9).fill(0)]),
    zeroState: (batch) => [tf.zeros([batch], "int32")],
    forward: (ids, [at]) => {
      const places = tf.add(
        tf.range(0, ids.shape[1]!, 1, "int32"),
        tf.slice(at!, [0], [1]),
      );
      const row = tf.mod(places, tf.scalar(50, "int32")); // the window is wider than the text
      const rows = tf.gather(tf.tensor2d(logits), tf.cast(row, "int32"));
      return {
        logits: tf.expandDims(rows, 0),
        state: [tf.add(at!, ids.shape[1]!)],
      };
    },
  };
  const tokenizer = CharTokenizer.train("abcdefghi");
  const ids = Int32Array.of(0, ...truth);
  const values = await evaluate({ tokenizer, network }, [ids], {
    topK: [1, 2, 5],
  });
  assertEquals(values.topK, accuracy);
  assertAlmostEquals(values.loss!, loss, 1e-6);
});

Deno.test("evaluate() has the loss that a run's validation has, of a text and of documents", async () => {
  const model = { tokenizer: LETTERS, network: LSTM };
  const goOn = () => Promise.resolve(false);
  const ids = LETTERS.encode(TEXT);
  const text = await evaluate(model, TEXT, { metrics: ["loss"] });
  assertAlmostEquals(text.loss!, (await validate(LSTM, ids, goOn))!, 1e-9);
  const documents = [
    ids.subarray(0, 300),
    ids.subarray(300, 310),
    ids.subarray(400),
  ];
  const parts = await evaluate(model, documents, { metrics: ["loss"] });
  assertAlmostEquals(
    parts.loss!,
    (await validate(LSTM, documents, goOn))!,
    1e-9,
  );
});

Deno.test("evaluate() takes text, ids, arrays and sources alike", async () => {
  const model = { tokenizer: LETTERS, network: LSTM };
  const ids = LETTERS.encode(TEXT);
  const expected = (await evaluate(model, TEXT)).toJSON();
  const source = {
    length: ids.length,
    read: (from: number, to: number) => ids.subarray(from, to),
  };
  const array = { shape: [ids.length], dtype: "int32", data: ids };
  for (const data of [ids, source, array]) {
    assertEquals((await evaluate(model, data)).toJSON(), expected);
  }
});

Deno.test("evaluate() counts bytes and characters of a text cut into bytes", async () => {
  const tokenizer = new ByteTokenizer();
  const network = tableNetwork(
    Array.from(
      { length: tokenizer.vocabSize },
      () => new Array(tokenizer.vocabSize).fill(0),
    ),
  );
  const values = await evaluate({ tokenizer, network }, "aé🐋b"); // predicts 2 + 4 + 1 bytes, 3 characters
  const bits = Math.log2(tokenizer.vocabSize);
  assertEquals(values.tokens, 7);
  assertAlmostEquals(values.bitsPerByte!, bits, 1e-5);
  assertAlmostEquals(values.bitsPerCharacter!, bits * 7 / 3, 1e-5);
});

Deno.test("readTargets() reads the same compiled and as it is", async () => {
  const tokens = { kind: "text" as const, tokens: LETTERS.encode(TEXT) };
  const read = async (compiled: boolean): Promise<number[][]> => {
    const all = [];
    for await (
      const each of readTargets(LSTM, tokens, { ranks: true, compiled })
    ) {
      all.push([
        ...Array.from(each.losses),
        ...Array.from(each.predicted!),
        ...Array.from(each.ranks!),
      ]);
    }
    return all;
  };
  const [eager, compiled] = [await read(false), await read(true)];
  for (const [i, window] of eager.entries()) {
    for (const [j, value] of window.entries()) {
      assertAlmostEquals(compiled[i]![j]!, value, 1e-5);
    }
  }
});

Deno.test("evaluate() gives the same on the wasm engine", async () => {
  const model = {
    tokenizer: LETTERS,
    network: new RecurrentNetwork("gru", {
      vocabSize: 3,
      embedding: 4,
      units: 5,
      layers: 1,
    }, 1),
  };
  const expected = await evaluate(model, TEXT);
  try {
    await useEngine("wasm");
    const values = await evaluate(model, TEXT);
    assertAlmostEquals(values.loss!, expected.loss!, 1e-5);
    assertEquals(values.accuracy, expected.accuracy);
    assertEquals(values.topK, expected.topK);
  } finally {
    await useEngine("auto");
  }
});

Deno.test("evaluate() has intervals around its values, equal for the same seed", async () => {
  const model = { tokenizer: LETTERS, network: LSTM };
  const [first, again] = [
    await evaluate(model, TEXT),
    await evaluate(model, TEXT),
  ];
  assertEquals(first.intervals, again.intervals);
  const [low, high] = first.intervals["loss"]!;
  assert(low < first.loss! && first.loss! < high);
  assertEquals(
    Object.keys(first.intervals),
    [
      "loss",
      "perplexity",
      "bitsPerToken",
      "bitsPerCharacter",
      "bitsPerByte",
      "accuracy",
      "top1",
      "top5",
    ],
  );
});

Deno.test("evaluate() leaves no tensor behind, whole, refused or aborted", async () => {
  const model = { tokenizer: LETTERS, network: LSTM };
  await evaluate(model, TEXT); // brings the weights to the engine
  await assertNoLeak(async () => void await evaluate(model, TEXT));
  await assertNoLeak(async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    await assertRejects(
      () => evaluate(model, TEXT, { signal: aborted }),
      Error,
      "enough",
    );
  });
});

Deno.test("evaluate() refuses what it cannot measure", async () => {
  const model = { tokenizer: LETTERS, network: LSTM };
  const cases: [unknown, unknown, string][] = [
    ["", {}, "Cannot evaluate: the text must not be empty"],
    [
      "a",
      {},
      "Cannot evaluate: the data needs a text or document of 2 tokens, one to read and one to predict: there is none",
    ],
    [
      Int32Array.of(0, 3),
      {},
      "Cannot evaluate: token ids must be from 0 to 2: 3 at place 1",
    ],
    ["ab", null, "Cannot evaluate: options must be an object: null"],
    [
      "ab",
      { metrics: ["los"] },
      'Cannot evaluate: a metric must be one of loss, perplexity, bitsPerToken, bitsPerCharacter, bitsPerByte, accuracy, topK, precision, recall, f1: "los"',
    ],
    [
      "ab",
      { metrics: "loss" },
      'Cannot evaluate: metrics must be a list of names, one at least: "loss"',
    ],
    [
      "ab",
      { metrics: [] },
      "Cannot evaluate: metrics must be a list of names, one at least: []",
    ],
    [
      "ab",
      { topK: 5n },
      "Cannot evaluate: topK must be a list of whole numbers from 1: 5n",
    ],
    [
      "ab",
      { resamples: 1e9 },
      "Cannot evaluate: resamples must be at most 1000000: 1000000000",
    ],
    [
      "ab",
      { seed: "1" },
      'Cannot evaluate: seed must be a safe integer: "1"',
    ],
    [
      "ab",
      { signal: null },
      "Cannot evaluate: signal must be an AbortSignal: null",
    ],
    [
      "ab",
      { metrics: ["loss"], topK: [1] },
      "Cannot evaluate: topK has no effect unless metrics has topK, leave it out",
    ],
    [
      "ab",
      { topK: [0] },
      "Cannot evaluate: each of topK must be a whole number from 1: 0",
    ],
    [
      "ab",
      { topK: ["5"] },
      'Cannot evaluate: each of topK must be a whole number from 1: "5"',
    ],
    [
      "ab",
      { confidence: 1 },
      "Cannot evaluate: confidence must be a number between 0 and 1: 1",
    ],
    [
      "ab",
      { resamples: 0, seed: 1 },
      "Cannot evaluate: seed has no effect without resamples, leave it out",
    ],
    ["ab", { seed: NaN }, "Cannot evaluate: seed must be a safe integer: NaN"],
  ];
  for (const [data, options, message] of cases) {
    const error = await assertRejects(
      () => evaluate(model, data as string, options as Record<string, never>),
      Error,
    );
    assertEquals(error.message, message);
  }
  await assertRejects(
    () => evaluate(null as never, "ab"),
    TypeError,
    "Cannot evaluate: the model must be one, such as buildLSTM() gives: null",
  );
});

Deno.test("Evaluation writes tables, JSON and HTML", async () => {
  const model = {
    tokenizer: LETTERS,
    network: tableNetwork([[0, 0, 9], [9, 0, 0], [0, 9, 0]]),
  };
  const values = await evaluate(model, ["ac", "cb", "ba"], {
    metrics: ["accuracy", "f1"],
    resamples: 5,
  });
  assertEquals(
    values.toString(),
    "Evaluated 3 tokens\n" +
      "            value   95 % interval\n" +
      "  accuracy  1.0000  1.0000 to 1.0000\n" +
      "Over the tokens\n" +
      "      macro   weighted  micro\n" +
      "  F1  1.0000  1.0000    1.0000\n" +
      "Most frequent tokens\n" +
      "  token  times  precision  recall  F1\n" +
      '  "a"    1      1.0000     1.0000  1.0000\n' +
      '  "b"    1      1.0000     1.0000  1.0000\n' +
      '  "c"    1      1.0000     1.0000  1.0000',
  );
  assertEquals(JSON.parse(JSON.stringify(values)).accuracy, 1);
  const display =
    (values as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for("Jupyter.display")
    ]!();
  assert(display["text/html"]!.includes("<td"));
});
