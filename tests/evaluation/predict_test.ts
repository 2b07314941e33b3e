import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { predict } from "../../src/evaluation/predict.ts";
import { buildGRU } from "../../src/models/build_gru.ts";
import { buildTransformer } from "../../src/models/build_transformer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TOKENIZER = CharTokenizer.train("abcde");
const MODEL = buildGRU({
  tokenizer: TOKENIZER,
  units: 6,
  embedding: 4,
  seed: 3,
});

/** Rows of ids, each another. */
function rowsOf(rows: number, width: number): number[][] {
  return Array.from(
    { length: rows },
    (_, r) => Array.from({ length: width }, (_, t) => (r * 3 + t * t) % 5),
  );
}

/** What the network says of whole rows, in one go: shape (B, T, V). */
function whole(rows: number[][], softmax = true): Float32Array {
  return tf.tidy(() => {
    const ids = tf.tensor2d(rows, undefined, "int32");
    const { logits } = MODEL.network.forward(
      ids,
      MODEL.network.zeroState(rows.length),
    );
    return (softmax ? tf.softmax(logits) : logits).dataSync() as Float32Array;
  });
}

Deno.test("predict() of ids gives what the network says after the last token of each row, or after all", async () => {
  const rows = rowsOf(70, 130); // more rows than are read side by side, and more tokens than at a time
  const all = await predict(MODEL, rows, { all: true });
  assertEquals([all.shape, all.dtype], [[70, 130, 5], "float32"]);
  const expected = whole(rows);
  assertAllClose(all.data, expected, 1e-5);
  const last = await predict(MODEL, rows);
  assertEquals(last.shape, [70, 5]);
  const ends = Array.from(
    { length: 70 },
    (_, r) => [...expected.subarray((r * 130 + 129) * 5, (r * 130 + 130) * 5)],
  );
  assertAllClose(last.data, ends.flat(), 1e-5);
  const logits = await predict(MODEL, rows, { all: true, output: "logits" });
  assertAllClose(logits.data, whole(rows, false), 1e-5);
});

Deno.test("predict() takes arrays of NumPy and typed rows", async () => {
  const rows = rowsOf(2, 3);
  const expected = (await predict(MODEL, rows)).data;
  const data = BigInt64Array.from(rows.flat(), BigInt);
  assertEquals(
    (await predict(MODEL, { shape: [2, 3], dtype: "int64", data })).data,
    expected,
  );
  assertEquals(
    (await predict(MODEL, rows.map((row) => Uint8Array.from(row)))).data,
    expected,
  );
});

Deno.test("predict() of a text gives the most likely tokens first", async () => {
  const next = await predict(MODEL, "abca", { topK: 3 });
  const row = (await predict(MODEL, [[...TOKENIZER.encode("abca")]])).data;
  const order = [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, 3);
  assertEquals(next.map(({ id }) => id), order);
  assertEquals(next.map(({ token }) => token), order.map((id) => "abcde"[id]!));
  assertAlmostEquals(next[0]!.probability, row[order[0]!]!, 1e-7);
  assertEquals((await predict(MODEL, "a")).length, 5); // all there are
});

Deno.test("predict() reads the end of a long text as generation does", async () => {
  const model = buildTransformer({
    tokenizer: TOKENIZER,
    preset: "gpt2",
    width: 8,
    heads: 2,
    layers: 1,
    context: 8,
    seed: 4,
  });
  for (const length of [7, 8, 9, 12, 13, 30]) {
    const text = Array.from({ length }, (_, i) => "abcde"[(i * i + i) % 5])
      .join("");
    const [first] = await predict(model, text, { topK: 1 });
    assertEquals(
      (await model.generate(text, { maxTokens: 1, temperature: 0 })).text,
      first!.token,
    );
  }
  model.dispose();
});

Deno.test("predict() leaves no tensor behind, and refuses what it cannot read", async () => {
  await assertNoLeak(async () => {
    await predict(MODEL, [[1, 2]], { all: true });
    await predict(MODEL, "ab");
  });
  const cases: [unknown, unknown, string][] = [
    [
      [1, 2],
      {},
      "Cannot predict: ids must be rows of one length: row 0 is number; put one row into an array of its own",
    ],
    [
      [[1, 2], [1]],
      {},
      "Cannot predict: ids must be rows of one length: row 1 has 1, row 0 2",
    ],
    [
      [[1, 5]],
      {},
      "Cannot predict: token ids must be from 0 to 4: 5 at row 0, column 1",
    ],
    [
      [[1, NaN]],
      {},
      "Cannot predict: token ids must be whole numbers: NaN at row 0, column 1",
    ],
    [
      [],
      {},
      "Cannot predict: there must be ids, as many as the shape says: shape [0,0] and 0 ids",
    ],
    [
      null,
      {},
      "Cannot predict: the input must be a text, or ids of shape (B, T): object",
    ],
    [
      { shape: [2], dtype: "int32", data: Int32Array.of(1, 2) },
      {},
      "Cannot predict: the input must be a text, or ids of shape (B, T): int32 of shape [2]",
    ],
    [
      [[1]],
      { output: "odds" },
      'Cannot predict: output must be "probabilities" or "logits": "odds"',
    ],
    [
      [[1]],
      { output: 1n },
      'Cannot predict: output must be "probabilities" or "logits": 1n',
    ],
    [[[1]], { all: 1 }, "Cannot predict: all must be true or false: 1"],
    [
      [[1]],
      { topK: 1 },
      'Cannot predict: there is no option "topK" (known: output, all)',
    ],
    [
      "ab",
      { topK: 0 },
      "Cannot predict: topK must be a whole number from 1: 0",
    ],
    [
      "ab",
      { topK: NaN },
      "Cannot predict: topK must be a whole number from 1: NaN",
    ],
    [
      "ab",
      { all: true },
      'Cannot predict: there is no option "all" (known: topK, unknown)',
    ],
  ];
  for (const [input, options, message] of cases) {
    const error = await assertRejects(
      () => predict(MODEL, input as string, options as Record<string, never>),
      Error,
    );
    assertEquals(error.message, message);
  }
  await assertRejects(
    () => predict({} as never, "ab"),
    TypeError,
    "Cannot predict: the model must be one, such as buildLSTM() gives: object",
  );
});
