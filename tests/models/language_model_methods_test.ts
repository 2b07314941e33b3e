import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT = "abcab".repeat(20);
const SMALL = {
  tokenizer: CharTokenizer.train("abc"),
  units: 5,
  embedding: 4,
  seed: 1,
};
const QUIET = {
  steps: 3,
  batchSize: 2,
  sequenceLength: 8,
  validation: 0,
  sample: false,
  display: "none",
} as const;

Deno.test("LanguageModel.evaluate(), score(), predict() and summary() do what the functions do", async () => {
  const model = buildLSTM(SMALL);
  const { loss } = await model.evaluate([TEXT]);
  const { meanLogProbability } = await model.score(TEXT);
  assertAlmostEquals(loss!, -meanLogProbability, 1e-6);
  assertEquals((await model.score([TEXT])).length, 1);
  assertEquals((await model.predict("ab", { topK: 2 })).length, 2);
  assertEquals((await model.predict([[0, 1]])).shape, [1, 3]);
  assertEquals(model.summary().parameters, model.parameterCount);
  model.dispose();
});

Deno.test("LanguageModel.forward() and step() say the same, and leave only what they return", async () => {
  const model = buildLSTM(SMALL);
  await model.score(TEXT); // brings the weights to the engine
  await assertNoLeak(() => {
    const ids = tf.tensor2d([[0, 1, 2]], undefined, "int32");
    const begin = model.zeroState(1);
    const all = model.forward(ids, begin); // (1, 3, V)
    let state = begin;
    const rows: number[] = [];
    for (const id of [0, 1, 2]) {
      const token = tf.tensor1d([id], "int32");
      const next = model.step(token, state); // (1, V)
      tf.dispose([token, ...state]);
      rows.push(...next.logits.dataSync());
      next.logits.dispose();
      state = next.state;
    }
    for (const [i, value] of all.logits.dataSync().entries()) {
      assertAlmostEquals(rows[i]!, value, 1e-5);
    }
    tf.dispose([ids, all.logits, ...all.state, ...state]);
  });
  const refused = (work: () => unknown, message: string): void =>
    assertEquals(assertThrows(work, Error).message, message);
  refused(
    () => model.forward([1] as never, []),
    "Cannot read tokens: the ids must be an int32 tensor of shape (B, T): object",
  );
  refused(
    () => model.step(tf.tidy(() => tf.keep(tf.tensor1d([1]))), []),
    "Cannot read tokens: the ids must be an int32 tensor of shape (B,): float32 of shape [1]",
  );
  refused(
    () => model.zeroState(0),
    "Cannot begin without memory: the batch must be a positive integer: 0",
  );
  model.dispose();
});

Deno.test("LanguageModel.compile() settles what fit() takes where its options say nothing", async () => {
  const sgd = { optimizer: "sgd", learningRate: 0.5 } as const;
  const losses: number[] = [];
  const compiled = buildLSTM(SMALL).compile(sgd);
  losses.push((await compiled.fit(TEXT, QUIET)).loss!);
  losses.push((await fit(buildLSTM(SMALL).compile(sgd), TEXT, QUIET)).loss!);
  losses.push((await buildLSTM(SMALL).fit(TEXT, { ...QUIET, ...sgd })).loss!);
  losses.push(
    (await buildLSTM(SMALL).compile({ optimizer: "adam", learningRate: 1 }).fit(
      TEXT,
      { ...QUIET, ...sgd },
    )).loss!,
  );
  assertEquals(new Set(losses).size, 1);
  const other = (await buildLSTM(SMALL).fit(TEXT, QUIET)).loss!;
  assert(other !== losses[0]);
  compiled.dispose();
});

Deno.test("fit() clips as it is told, whatever way compile() settled", async () => {
  const losses: number[] = [];
  for (
    const [settled, given] of [
      [{}, { clipValue: 0.01 }],
      [{ clipNorm: 2 }, { clipValue: 0.01 }],
      [{ clipValue: 0.01 }, {}],
      [{}, { clipNorm: 0.5 }],
      [{ clipValue: 0.01 }, { clipNorm: 0.5 }],
    ]
  ) {
    const model = buildLSTM(SMALL).compile(settled!);
    losses.push((await model.fit(TEXT, { ...QUIET, ...given })).loss!);
    model.dispose();
  }
  const [value, norm] = [losses[0]!, losses[3]!];
  assert(value !== norm);
  assertEquals(losses, [value, value, value, norm, norm]);
});

Deno.test("LanguageModel.compile() refuses unknown options and names", () => {
  const model = buildLSTM(SMALL);
  const refused = (options: unknown, message: string): void =>
    assertEquals(
      assertThrows(() => model.compile(options as Record<string, never>), Error)
        .message,
      message,
    );
  refused(
    { epochs: 2 },
    'Cannot compile the model: there is no option "epochs" (known: loss, labelSmoothing, optimizer, learningRate, clipNorm, clipValue, metrics)',
  );
  refused(null, "Cannot compile the model: options must be an object: null");
  refused(
    { learningRate: -1 },
    "Cannot train: learningRate must be a positive number: -1",
  );
  assertThrows(
    () => model.compile({ optimizer: "adm" as "adam" }),
    RangeError,
    "adm",
  );
  model.dispose();
});
