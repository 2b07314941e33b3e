import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import type { RunReport } from "../../src/display/training_display.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { TokenCache } from "../../src/data/token_cache.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitData } from "../../src/training/fit_data.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import { DivergenceError } from "../../src/training/divergence_error.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT =
  "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, " +
  "and nothing particular to interest me on shore, I thought I would sail about a little and see.";
const TOKENIZER = CharTokenizer.train(TEXT);
/** Small and quiet: 4 steps an epoch over the 177 characters that are not kept apart. */
const QUIET = {
  batchSize: 4,
  sequenceLength: 10,
  sample: false,
  display: "none",
} as const;

function smallModel(seed = 0, units = 8): LanguageModel {
  return buildLSTM({ tokenizer: TOKENIZER, units, embedding: 8, seed });
}

async function weights(model: LanguageModel): Promise<number[][]> {
  const parameters = [...model.network.parameters.values()];
  return await Promise.all(
    parameters.map(async (parameter) => [...await parameter.values()]),
  );
}

async function reportsOf(run: AsyncIterable<RunReport>): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  for await (const report of run) reports.push(report);
  return reports;
}

Deno.test("fit() learns a small text by heart, to less than 0.1 bits per character", async () => {
  const model = smallModel(0, 48);
  const history = await fit(model, TEXT, {
    steps: 240,
    batchSize: 2,
    sequenceLength: 16,
    learningRate: 0.02,
    validation: 0,
    sample: false,
    display: "none",
  });
  assertLess(history.loss! / Math.LN2, 0.1);
  const start = TEXT.slice(0, 16);
  assertEquals(
    (await model.generate(start, { maxTokens: 100, temperature: 0 })).text,
    TEXT.slice(16, 116),
  );
  model.dispose();
});

Deno.test("fit() gives a history of every epoch, with exact means", async () => {
  const model = smallModel();
  const run = fit(model, TEXT, { ...QUIET, epochs: 3 });
  const reports = await reportsOf(run);
  const history = await run;
  assertEquals([history.stopReason, history.steps, history.epochs.length], [
    "completed",
    12,
    3,
  ]);
  for (const [i, epoch] of history.epochs.entries()) {
    const losses = reports.filter((report) =>
      report.kind === "step" && report.epoch === i + 1
    ).map(({ loss }) => loss);
    assertEquals([epoch.epoch, epoch.steps, losses.length], [i + 1, 4, 4]);
    assertAlmostEquals(
      epoch.loss,
      losses.reduce((sum, loss) => sum + loss) / 4,
    );
    assertAlmostEquals(
      epoch.validationBitsPerCharacter!,
      epoch.validationLoss! / Math.LN2,
    ); // one token a character
  }
  const last = history.epochs.at(-1)!;
  assertEquals([history.loss, history.validationLoss], [
    last.loss,
    last.validationLoss,
  ]);
  assertEquals(model.history, [history]);
  model.dispose();
});

Deno.test("fit() reports steps, validations and epochs in order", async () => {
  const model = smallModel();
  const reports = await reportsOf(
    fit(model, TEXT, {
      ...QUIET,
      epochs: 2,
      validateEvery: 2,
      sample: { maxTokens: 3 },
    }),
  );
  assertEquals(
    reports.map(({ kind, step, epoch }) => `${kind} ${step} of epoch ${epoch}`),
    [
      "step 1 of epoch 1",
      "step 2 of epoch 1",
      "validation 2 of epoch 1",
      "step 3 of epoch 1",
      "step 4 of epoch 1",
      "validation 4 of epoch 1", // once, though the epoch ends here too
      "epoch 4 of epoch 1",
      "step 5 of epoch 2",
      "step 6 of epoch 2",
      "validation 6 of epoch 2",
      "step 7 of epoch 2",
      "step 8 of epoch 2",
      "validation 8 of epoch 2",
      "epoch 8 of epoch 2",
    ],
  );
  const { totalSteps, epochs, sample, remainingSeconds } = reports.at(-1)!;
  assertEquals([totalSteps, epochs, sample!.length, remainingSeconds], [
    8,
    2,
    3,
    0,
  ]);
  assert(
    reports.every(({ sample, kind }) =>
      (sample !== undefined) === (kind === "epoch")
    ),
  );
  model.dispose();
});

Deno.test("fit() takes the steps that were asked for, over as many epochs as they need", async () => {
  const model = smallModel();
  const history = await fit(model, TEXT, { ...QUIET, steps: 6 });
  assertEquals(history.steps, 6);
  assertEquals(history.epochs.map(({ steps }) => steps), [4, 2]);
  assertEquals(history.stopReason, "completed");
  model.dispose();
});

Deno.test("fit() gives the same weights for the same seed, and others for another", async () => {
  const trained = async (seed: number): Promise<number[][]> => {
    const model = buildLSTM({
      tokenizer: TOKENIZER,
      units: 6,
      embedding: 4,
      dropout: 0.3,
    });
    await fit(model, TEXT, { ...QUIET, epochs: 2, seed });
    const result = await weights(model);
    model.dispose();
    return result;
  };
  const [first, again, other] = [
    await trained(1),
    await trained(1),
    await trained(2),
  ];
  assertEquals(first, again);
  assert(first[0]!.some((weight, i) => weight !== other[0]![i]));
});

Deno.test("fit() takes token ids in place of a text", async () => {
  const [fromText, fromIds] = [smallModel(), smallModel()];
  await fit(fromText, TEXT, QUIET);
  await fit(fromIds, TOKENIZER.encode(TEXT), QUIET);
  assertEquals(await weights(fromIds), await weights(fromText));
  fromText.dispose();
  fromIds.dispose();
});

Deno.test("fit() never shows the validation part to the training", async () => {
  const ids = TOKENIZER.encode(TEXT);
  const changed = Int32Array.from(ids, (id, i) => i < 174 ? id : 0); // 195 characters: the last 20 are kept apart
  const [one, other] = [smallModel(), smallModel()];
  const [a, b] = [await fit(one, ids, QUIET), await fit(other, changed, QUIET)];
  assertEquals(await weights(one), await weights(other));
  assert(a.validationLoss !== b.validationLoss);
  one.dispose();
  other.dispose();
});

Deno.test("fit() trains on when it is called again, and remembers both runs", async () => {
  const model = smallModel();
  const first = await fit(model, TEXT, { ...QUIET, epochs: 3 });
  const second = await fit(model, TEXT, { ...QUIET, epochs: 3 });
  assertLess(second.epochs[0]!.loss, first.epochs[0]!.loss);
  assertEquals(model.history, [first, second]);
  model.dispose();
});

Deno.test("fit() leaves no tensor behind but the model's, however it ends", async () => {
  const model = smallModel();
  await fit(model, TEXT, { ...QUIET, steps: 1 });
  await assertNoLeak(async () => {
    await fit(model, TEXT, { ...QUIET, sample: { maxTokens: 5 } });
    const stopped = fit(model, TEXT, { ...QUIET, epochs: 50 });
    for await (const { step } of stopped) if (step === 5) stopped.stop();
    await stopped;
    await fit(model, TEXT, { ...QUIET, signal: AbortSignal.abort() });
    await assertRejects(
      async () => await fit(model, TEXT, { ...QUIET, learningRate: 1e38 }),
      DivergenceError,
    );
  });
  model.dispose();
});

Deno.test("fit() stops after the step under way, without a validation that would not be the epoch's", async () => {
  const model = smallModel();
  const run = fit(model, TEXT, { ...QUIET, epochs: 50 });
  for await (const { step } of run) if (step === 6) run.stop();
  const history = await run;
  assertEquals([history.stopReason, history.steps], ["stopped", 6]);
  assertEquals(history.epochs.map(({ steps }) => steps), [4, 2]);
  assertEquals(
    history.epochs.map(({ validationLoss }) => validationLoss !== undefined),
    [true, false],
  );
  model.dispose();
});

Deno.test("fit() ends as aborted when its signal aborts, with what it has learnt", async () => {
  const model = smallModel();
  const controller = new AbortController();
  const run = fit(model, TEXT, {
    ...QUIET,
    epochs: 50,
    signal: controller.signal,
  });
  for await (const { step } of run) if (step === 3) controller.abort();
  const history = await run;
  assertEquals([history.stopReason, history.steps], ["aborted", 3]);
  assertEquals(model.history, [history]);
  model.dispose();
});

Deno.test("fit() takes no step where the signal has aborted before, and remembers nothing of it", async () => {
  const model = smallModel();
  const history = await fit(model, TEXT, {
    ...QUIET,
    signal: AbortSignal.abort(),
  });
  assertEquals([
    history.stopReason,
    history.steps,
    history.epochs,
    history.loss,
  ], ["aborted", 0, [], undefined]);
  assertEquals(model.history, []);
  model.dispose();
});

Deno.test("fit() stops at its time limit", async () => {
  const model = smallModel();
  const history = await fit(model, TEXT, {
    ...QUIET,
    epochs: 1_000_000,
    maxSeconds: 0.05,
  });
  assertEquals(history.stopReason, "time");
  assert(history.steps > 0 && history.seconds >= 0.05);
  model.dispose();
});

Deno.test("fit() lets timers run and the model write while it trains", async () => {
  const model = smallModel();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const run = fit(model, TEXT, { ...QUIET, epochs: 10_000 });
  const text = (await model.generate("Call", { maxTokens: 30, seed: 1 })).text;
  assertEquals(run.ended, false);
  run.stop();
  await run;
  clearInterval(timer);
  assertEquals(text.length, 30);
  assert(ticks > 0);
  model.dispose();
});

Deno.test("fit() refuses a second run on the same model, and allows it after the first", async () => {
  const model = smallModel();
  const run = fit(model, TEXT, QUIET);
  assertThrows(
    () => fit(model, TEXT, QUIET),
    Error,
    "Cannot train: the model is being trained already; await the run or stop it first",
  );
  await run;
  await fit(model, TEXT, QUIET);
  model.dispose();
});

Deno.test("fit() keeps the last good weights when the loss is no number any more", async () => {
  const model = smallModel();
  const before = await weights(model);
  const run = fit(model, TEXT, {
    ...QUIET,
    learningRate: 1e38,
    clipNorm: Infinity,
    guard: false,
  });
  const error = await assertRejects(
    async () => await run,
    DivergenceError,
    "Cannot go on training: the loss must be a number: NaN at step 2, with learningRate 1e+38",
  );
  assertEquals([error.step, error.learningRate], [2, 1e38]);
  assertEquals(await weights(model), before); // those of step 1, the only ones whose loss was a number
  assertEquals(
    model.history.map(({ stopReason, steps }) => [stopReason, steps]),
    [["failed", 1]],
  );
  assertEquals(
    (await model.generate("Call", { maxTokens: 5, seed: 1 })).text.length,
    5,
  );
  model.dispose();
});

Deno.test("fit() finds a divergence of the last step in the validation", async () => {
  const model = smallModel();
  const before = await weights(model);
  await assertRejects(
    async () =>
      await fit(model, TEXT, {
        ...QUIET,
        steps: 1,
        learningRate: 1e38,
        guard: false,
      }),
    DivergenceError,
    "Cannot go on training: the validation loss must be a number: NaN at step 1, with learningRate 1e+38",
  );
  assertEquals(await weights(model), before);
  model.dispose();
});

Deno.test("fit() fails when its model is disposed under way", async () => {
  const model = smallModel();
  const run = fit(model, TEXT, { ...QUIET, epochs: 50, validation: 0 });
  for await (const _ of run) break;
  model.dispose();
  await assertRejects(
    async () => await run,
    Error,
    "Cannot go on training: the model has been disposed; stop a run before you dispose its model",
  );
});

Deno.test("fit() writes a sample after each epoch, from the given prompt and by the run's seed", async () => {
  const sampled = async (): Promise<(string | undefined)[]> => {
    const model = smallModel();
    const options = {
      ...QUIET,
      epochs: 2,
      sample: { prompt: "Call", maxTokens: 7, temperature: 1 },
    };
    const { epochs } = await fit(model, TEXT, options);
    model.dispose();
    return epochs.map(({ sample }) => sample);
  };
  const [first, again] = [await sampled(), await sampled()];
  assertEquals(first.map((sample) => sample?.length), [7, 7]);
  assertEquals(first, again);
});

Deno.test("fit() counts bits by characters, not by tokens", async () => {
  // A tokenizer of the same ids whose every token stands for two characters: half the bits per character.
  const doubled = Object.create(TOKENIZER, {
    decode: { value: (ids: Int32Array) => "xy".repeat(ids.length) },
  });
  const model = buildLSTM({ tokenizer: doubled, units: 4, embedding: 4 });
  const { validationLoss, validationBitsPerCharacter } = await fit(
    model,
    TOKENIZER.encode(TEXT),
    QUIET,
  );
  assertAlmostEquals(
    validationBitsPerCharacter!,
    validationLoss! / Math.LN2 / 2,
  );
  model.dispose();
});

Deno.test("fit() refuses at once what it cannot train on", () => {
  const model = smallModel();
  const refuse = (
    text: unknown,
    options: FitOptions,
    Type: new (...args: never[]) => Error,
    message: string,
  ): void => {
    assertThrows(
      () => fit(model, text as string, { ...QUIET, ...options }),
      Type,
      message,
    );
  };
  const numTensors = tf.memory().numTensors;
  refuse("", {}, RangeError, "Cannot train: the text must not be empty");
  for (
    const [path, reader] of [
      ["whale.txt", "loadText()"],
      ["my books/Moby Dick.TXT", "loadText()"],
      [new URL("file:///books/whale"), "loadText()"],
      ["reviews.csv", "loadCorpus()"],
      ["ids.npy", "loadNpy()"],
    ] as const
  ) {
    refuse(
      path,
      {},
      TypeError,
      `Cannot train: the data must be a text, not the path of a file: "${path}"; read the file with ${reader}`,
    );
  }
  refuse(
    "It is in whale.txt\nor so",
    {},
    UnknownCharacterError,
    "does not know",
  );
  refuse(
    TEXT,
    { validation: "whale.txt" },
    TypeError,
    'not the path of a file: "whale.txt"; read the file with loadText() (in validation)',
  );
  refuse(
    TEXT,
    { validation: null as never },
    TypeError,
    "or a source of tokens: null (in validation)",
  );
  refuse(
    5,
    {},
    TypeError,
    "Cannot train: the data must be a string, token ids in a typed array, a corpus, documents in an array, an array with " +
      "shape, dtype and data, or a source of tokens: number",
  );
  refuse(
    "Call me",
    {},
    RangeError,
    "a window of 10 tokens and the token that follows need 11: the training part has 6",
  );
  refuse(
    `${TEXT}§`,
    {},
    UnknownCharacterError,
    'does not know these characters: "§" U+00A7',
  );
  refuse(
    Int32Array.of(0, 1, 99),
    {},
    RangeError,
    `token ids must be from 0 to ${TOKENIZER.vocabSize - 1}: 99 at place 2`,
  );
  refuse(Int32Array.of(0, -1), {}, RangeError, "-1 at place 1");
  refuse(
    Int32Array.of(0, 1),
    { unknown: "skip" },
    TypeError,
    "Cannot train: unknown has no effect on token ids, leave it out",
  );
  refuse(
    TEXT,
    { validation: 1 },
    RangeError,
    "validation must be a share from 0 up to but not 1: 1",
  );
  refuse(
    TEXT,
    { sample: { prompt: "§" } },
    UnknownCharacterError,
    '"§" U+00A7',
  );
  refuse(
    TEXT,
    { sample: { temperature: -1 } },
    RangeError,
    "Cannot sample: temperature must be a number from 0: -1",
  );
  refuse(
    TEXT,
    { sample: { maxTokens: 1.5 } },
    RangeError,
    "Cannot generate: maxTokens must be an integer from 0: 1.5",
  );
  refuse(
    TEXT,
    { display: "bar" as "none" },
    RangeError,
    "Cannot show training: the display must be one of",
  );
  assertEquals(tf.memory().numTensors, numTensors);
});

Deno.test("fit() leaves unknown characters out where it is told to", async () => {
  const [plain, skipping] = [smallModel(), smallModel()];
  await fit(plain, TEXT, QUIET);
  await fit(skipping, TEXT.replace(" me", "§ m§e"), {
    ...QUIET,
    unknown: "skip",
  });
  assertEquals(await weights(skipping), await weights(plain));
  plain.dispose();
  skipping.dispose();
});

Deno.test("fit() trains to the same weights while the model writes text, and the text is whole", async () => {
  const options = { ...QUIET, steps: 100, validation: 0 };
  const alone = smallModel();
  await fit(alone, TEXT, options);
  const busy = smallModel();
  await busy.generate("me", { maxTokens: 1000, seed: 1 }); // from here on the compiled loop writes
  const run = fit(busy, TEXT, options);
  const texts: string[] = [];
  let isDone = false;
  void run.then(() => isDone = true);
  while (!isDone) {
    texts.push((await busy.generate("me", { maxTokens: 300, seed: 1 })).text);
  }
  await run;
  assertEquals(await weights(busy), await weights(alone));
  assert(texts.length > 0);
  for (const text of texts) assertEquals(text.length, 300);
  alone.dispose();
  busy.dispose();
});

Deno.test("fit() trains with every optimizer, and refuses one that there is not", async () => {
  for (
    const [optimizer, learningRate] of [
      ["sgd", 0.5],
      ["rmsprop", 0.02],
      ["adagrad", 0.1],
      ["adamw", 0.02],
      ["lion", 0.005],
      [{ name: "sgd", momentum: 0.9, nesterov: true }, 0.5],
    ] as const
  ) {
    const model = smallModel();
    const losses: number[] = [];
    const run = fit(model, TEXT, {
      ...QUIET,
      epochs: 6,
      validation: 0,
      optimizer,
      learningRate,
    });
    for await (const report of run) {
      if (report.kind === "epoch") losses.push(report.loss);
    }
    assertLess(losses.at(-1)!, losses[0]! - 0.1);
    model.dispose();
  }
  const model = smallModel();
  assertThrows(
    () => fit(model, TEXT, { ...QUIET, optimizer: "tiger" as never }),
    RangeError,
    "Cannot make an optimizer: its name must be one of sgd, rmsprop, adagrad, adam, adamw, lion: tiger",
  );
  model.dispose();
});

Deno.test("fit() trains to the same weights on a text, on its ids, and on its cache", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, TEXT);
  using cache = await TokenCache.open(path, { tokenizer: TOKENIZER });
  const ids = TOKENIZER.encode(TEXT);
  const int64 = {
    shape: [ids.length],
    dtype: "int64",
    data: BigInt64Array.from(ids, BigInt),
  };
  const trained = async (data: FitData, options: FitOptions) => {
    const model = smallModel();
    const history = await fit(model, data, { ...QUIET, ...options });
    const result = await weights(model);
    model.dispose();
    return [
      result,
      history.loss,
      history.validationLoss,
      history.validationBitsPerCharacter,
    ];
  };
  for (const batches of ["streams", "windows"] as const) {
    const fromText = await trained(TEXT, { batches, gap: 3 });
    for (const data of [ids, cache, int64]) {
      assertEquals(await trained(data, { batches, gap: 3 }), fromText);
    }
  }
  await Deno.remove(path);
  await Deno.remove(`${path}.tokens`);
});

Deno.test("fit() learns from documents, each from its beginning, and measures on some of them", async () => {
  const documents = Array.from(
    { length: 20 },
    (_, i) => TEXT.slice(9 * i, 9 * i + 3 + i),
  );
  const model = smallModel(0, 16);
  const options = { ...QUIET, epochs: 8, learningRate: 0.02, validation: 0.2 };
  const reports: RunReport[] = [];
  const run = fit(model, documents, options);
  for await (const report of run) reports.push(report);
  const history = await run;
  assertEquals(history.epochs.length, 8);
  assertLess(history.epochs.at(-1)!.loss, history.epochs[0]!.loss - 0.3);
  assertAlmostEquals(
    history.validationBitsPerCharacter!,
    history.validationLoss! / Math.LN2,
  );
  model.dispose();
});

Deno.test("fit() weighs the steps of an epoch by their tokens", async () => {
  // Two documents of different lengths, one step each; at a learning rate of next to nothing the epoch's loss is the
  // mean over the 2 + 9 targets, as a validation on the same documents measures it.
  const documents = [TEXT.slice(0, 3), TEXT.slice(3, 13)];
  const model = smallModel();
  const history = await fit(model, documents, {
    ...QUIET,
    learningRate: 1e-30,
    validation: documents,
  });
  assertEquals(history.steps, 2);
  assertAlmostEquals(history.loss!, history.validationLoss!, 1e-6);
  model.dispose();
});

Deno.test("fit() measures on data of its own, of another form than that which it learns from", async () => {
  const measured: (number | undefined)[] = [];
  for (const validation of [TEXT, TOKENIZER.encode(TEXT)]) {
    const model = smallModel();
    const { validationLoss } = await fit(model, [TEXT.slice(0, 50)], {
      ...QUIET,
      validation,
    });
    measured.push(validationLoss);
    model.dispose();
  }
  assertEquals(measured[0], measured[1]);
  assert(measured[0]! > 0);
});

Deno.test("fit() trains on all windows of an epoch, the last batch masked", async () => {
  const model = smallModel();
  const history = await fit(model, TEXT, {
    ...QUIET,
    batches: "windows",
    validation: 0,
  });
  // 199 characters: 19 windows of 10 and their followers, in batches of 4.
  assertEquals([TEXT.length, history.steps], [199, 5]);
  model.dispose();
});

Deno.test("fit() fails with the place of an id that is not in the vocabulary, when a source gives it", async () => {
  const ids = TOKENIZER.encode(TEXT);
  ids[100] = 99;
  const source = {
    length: ids.length,
    read: (start: number, end: number) => ids.slice(start, end),
  };
  const model = smallModel();
  await assertRejects(
    async () =>
      await fit(model, source, { ...QUIET, batchSize: 1, validation: 0 }),
    RangeError,
    `Cannot train: token ids must be from 0 to ${
      TOKENIZER.vocabSize - 1
    }: 99 at place 100`,
  );
  assertEquals(model.history, []); // the data is looked at before the first step
  model.dispose();
});

Deno.test("fit() refuses options that have no effect on the data", () => {
  const model = smallModel();
  for (
    const [data, options, message] of [
      [
        ["ab", "cd"].map(() => TEXT),
        { batches: "windows", validation: 0 },
        "Cannot train: batches has no effect on documents, leave it out",
      ],
      [
        [TEXT],
        { gap: 3, validation: 0 },
        "Cannot train: gap has no effect unless a validation part is cut off a text, leave it out",
      ],
      [
        TEXT,
        { gap: 3, validation: TEXT },
        "Cannot train: gap has no effect unless a validation part is cut off a text, leave it out",
      ],
    ] as [FitData, FitOptions, string][]
  ) {
    assertThrows(
      () => fit(model, data, { ...QUIET, ...options }),
      TypeError,
      message,
    );
  }
  assertThrows(
    () => fit(model, [TEXT], QUIET),
    RangeError,
    "Cannot split the documents: every part needs a document that is in no other: there are 1",
  );
  assertThrows(
    () => fit(model, TEXT, { ...QUIET, validation: ["a"] }),
    RangeError,
    "Cannot train: the validation part needs a text or document of 2 tokens, one to read and one to predict: there is none",
  );
  model.dispose();
});

Deno.test("A model of a text of one character trains and is measured: there is nothing to guess", async () => {
  const model = buildLSTM({
    tokenizer: CharTokenizer.train("a"),
    units: 4,
    embedding: 2,
  });
  const text = "a".repeat(100);
  const { loss, validationLoss } = await fit(model, text, QUIET);
  assertEquals([loss, validationLoss], [0, 0]);
  const { loss: measured, accuracy, perplexity } = await model.evaluate(text);
  assertEquals([measured, accuracy, perplexity], [0, 1, 1]);
  const { tokens } = await model.score("aa");
  assertEquals([tokens[1]!.logProbability, tokens[1]!.rank], [-0, 0]);
  model.dispose();
});
