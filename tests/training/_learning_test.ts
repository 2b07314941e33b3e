/** What the options of a step do to a run: accumulation, schedules, losses, metrics. @module */
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
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import type { TrainingHistory } from "../../src/training/history.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT =
  "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, " +
  "and nothing particular to interest me on shore, I thought I would sail about a little and see.";
const TOKENIZER = CharTokenizer.train(TEXT);
/** Small and quiet: 4 batches an epoch over the 177 characters that are not kept apart. */
const QUIET = {
  batchSize: 4,
  sequenceLength: 10,
  sample: false,
  display: "none",
} as const;

async function trained(
  options: FitOptions,
  model: LanguageModel = buildLSTM({
    tokenizer: TOKENIZER,
    units: 8,
    embedding: 8,
  }),
): Promise<
  { history: TrainingHistory; reports: RunReport[]; weights: number[] }
> {
  const reports: RunReport[] = [];
  const run = fit(model, TEXT, { ...QUIET, ...options });
  for await (const report of run) reports.push(report);
  const history = await run;
  const weights: number[] = [];
  for (const parameter of model.network.parameters.values()) {
    weights.push(...await parameter.values());
  }
  model.dispose();
  return { history, reports, weights };
}

function steps(reports: RunReport[]): RunReport[] {
  return reports.filter(({ kind }) => kind === "step");
}

Deno.test("fit() counts changes of the weights as steps when it accumulates, the last of an epoch from what is left", async () => {
  await assertNoLeak(async () => {
    const { history, reports } = await trained({ epochs: 2, accumulate: 3 });
    assertEquals(history.steps, 4); // 4 batches an epoch: 3 and 1
    assertEquals(history.epochs.map(({ steps }) => steps), [2, 2]);
    assertEquals(
      steps(reports).map(({ step, totalSteps, epoch }) => [
        step,
        totalSteps,
        epoch,
      ]),
      [[1, 4, 1], [2, 4, 1], [3, 4, 2], [4, 4, 2]],
    );
    const [first, second] = steps(reports);
    // Every target counts the same in the mean of the epoch: 3 batches and 1.
    assertAlmostEquals(
      history.epochs[0]!.loss,
      (3 * first!.loss + second!.loss) / 4,
      1e-9,
    );
  });
});

Deno.test("fit() takes as many changes of the weights as `steps` says when it accumulates, and validates by them", async () => {
  const { history, reports } = await trained({
    steps: 5,
    accumulate: 2,
    validateEvery: 2,
  });
  assertEquals([history.steps, history.epochs.length], [5, 3]);
  assertEquals(
    reports.filter(({ kind }) => kind === "validation").map(({ step }) => step),
    [2, 4, 5],
  );
});

Deno.test("fit() accumulates windows to the weights of one large batch", async () => {
  const windows = { batches: "windows", validation: 0, epochs: 3 } as const;
  const small = await trained({ ...windows, batchSize: 2, accumulate: 4 });
  const large = await trained({ ...windows, batchSize: 8 });
  assertEquals(small.history.steps, large.history.steps);
  assertAllClose(
    steps(small.reports).map(({ loss }) => loss),
    steps(large.reports).map(({ loss }) => loss),
    1e-5,
  );
});

Deno.test("fit() gives every step the rate of its schedule, and reports it", async () => {
  const { reports } = await trained({
    steps: 8,
    learningRate: { name: "linear", peak: 0.08, warmup: 2, start: 0.02 },
  });
  assertAllClose(
    steps(reports).map(({ learningRate }) => learningRate),
    [0.02, 0.05, 0.08, 0.08 * 5 / 6, 0.08 * 4 / 6, 0.04, 0.08 / 3, 0.08 / 6],
    1e-9,
  );
});

Deno.test("fit() asks a function for the rate with the steps taken and the steps of the run", async () => {
  const asked: [number, number][] = [];
  await trained({
    epochs: 1,
    learningRate: (step, totalSteps) => {
      asked.push([step, totalSteps]);
      return 0.01;
    },
  });
  assertEquals(
    asked.filter(([step], i) => asked.findIndex(([s]) => s === step) === i),
    [[0, 4], [1, 4], [2, 4], [3, 4]],
  );
});

Deno.test("fit() with the same rate by number, schedule and function comes to the same weights", async () => {
  const [number, schedule, own] = [
    await trained({ steps: 6, learningRate: 0.01 }),
    await trained({
      steps: 6,
      learningRate: { name: "constant", peak: 0.01 },
    }),
    await trained({ steps: 6, learningRate: () => 0.01 }),
  ];
  assertEquals(schedule.weights, number.weights);
  assertEquals(own.weights, number.weights);
  const again = await trained({ steps: 6, learningRate: 0.01 });
  assertEquals(again.weights, number.weights);
});

Deno.test("fit() goes by the time with a schedule where only that ends the run", async () => {
  let clock = 0;
  Object.defineProperty(performance, "now", {
    value: () => clock,
    configurable: true,
  });
  try {
    const { history, reports } = await trained({
      maxSeconds: 2,
      validation: 0,
      learningRate: { name: "linear", peak: 0.01 },
      onStep: () => void (clock += 125), // a step takes an eighth of a second
    });
    assertEquals([history.stopReason, history.steps], ["time", 16]);
    // The rate was chosen when the step before was over: a sixteenth of the time later each.
    assertAllClose(
      steps(reports).map(({ learningRate }) => learningRate),
      Array.from({ length: 16 }, (_, step) => 0.01 * (1 - step / 16)),
      1e-9,
    );
  } finally {
    Reflect.deleteProperty(performance, "now");
  }
});

Deno.test("fit() brings the rate down on a plateau of the validation loss", async () => {
  const { reports } = await trained({
    steps: 8,
    validateEvery: 1,
    // Every loss is worse than half of the best: the first sets it, each later one brings the rate down.
    learningRate: {
      name: "plateau",
      peak: 0.01,
      factor: 0.5,
      patience: 0,
      threshold: 0.5,
      cooldown: 1,
    },
  });
  assertAllClose(
    steps(reports).map(({ learningRate }) => learningRate),
    [0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025, 0.00125, 0.00125],
    1e-9,
  );
});

Deno.test("fit() refuses a warm-up as long as the run before it begins", () => {
  const model = buildLSTM({ tokenizer: TOKENIZER, units: 4, embedding: 4 });
  assertThrows(
    () =>
      fit(model, TEXT, {
        ...QUIET,
        steps: 5,
        learningRate: { name: "cosine", warmup: 5 },
      }),
    RangeError,
    "Cannot make a cosine schedule: warmup must be shorter than the run, which takes 5 steps: 5",
  );
  model.dispose();
});

Deno.test("fit() fails with what is wrong with a rate or an exclusion of the caller, and can train again", async () => {
  await assertNoLeak(async () => {
    const model = buildLSTM({ tokenizer: TOKENIZER, units: 4, embedding: 4 });
    await assertRejects(
      async () =>
        await fit(model, TEXT, {
          ...QUIET,
          learningRate: (step) => step === 2 ? NaN : 0.01,
        }),
      RangeError,
      "Cannot train: learningRate must give a number from 0: NaN after 2 steps",
    );
    await assertRejects(
      async () =>
        await fit(model, TEXT, {
          ...QUIET,
          optimizer: { name: "adamw", excludeFromDecay: ["bais"] },
        }),
      TypeError,
      "Cannot make adamw: excludeFromDecay must leave some parameters alone, and not all, of embedding/table, ",
    );
    await assertRejects(
      async () =>
        await fit(model, TEXT, {
          ...QUIET,
          loss: (logits) => logits,
        }),
      TypeError,
      "Cannot train: loss must give a float32 tensor of shape (), such as tf.sum() does: float32 of shape (40, ",
    );
    const history = await fit(model, TEXT, { ...QUIET, steps: 1 });
    assertEquals(history.stopReason, "completed");
    model.dispose();
  });
});

Deno.test("fit() measures accuracy where it is asked to, of each epoch and of the validation part", async () => {
  const model = buildLSTM({ tokenizer: TOKENIZER, units: 48, embedding: 8 });
  const { history, reports } = await trained({
    epochs: 40,
    learningRate: 0.02,
    batches: "windows",
    validation: TEXT, // the same, so that both become high
    metrics: ["accuracy"],
  }, model);
  const [first, last] = [history.epochs[0]!, history.epochs.at(-1)!];
  assertLess(first.accuracy!, 0.3);
  assert(last.accuracy! > 0.75 && last.accuracy! <= 1);
  assert(last.validationAccuracy! > 0.85 && last.validationAccuracy! <= 1);
  assertEquals(
    [history.accuracy, history.validationAccuracy],
    [last.accuracy, last.validationAccuracy],
  );
  const end = reports.at(-1)!;
  assertEquals(
    [end.accuracy, end.validationAccuracy],
    [last.accuracy, last.validationAccuracy],
  );
});

Deno.test("fit() says nothing of accuracy where it is not asked to", async () => {
  const { history, reports } = await trained({ epochs: 1 });
  for (const told of [history, history.epochs[0]!, ...reports]) {
    assert(!("accuracy" in told) && !("validationAccuracy" in told));
  }
});

Deno.test("fit() smooths the training loss alone: standing still, the validation loss is that without", async () => {
  const still = { steps: 1, learningRate: 1e-30 };
  const [plain, smooth] = [
    await trained(still),
    await trained({ ...still, labelSmoothing: 0.5 }),
  ];
  assertEquals(smooth.history.validationLoss, plain.history.validationLoss);
  assert(smooth.history.loss !== plain.history.loss);
});

Deno.test("fit() learns by the focal loss, and by a function", async () => {
  for (
    const loss of [
      { name: "focal", gamma: 1 },
      (logits: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) => {
        const scores = tf.logSoftmax(logits);
        const wanted = tf.oneHot(targets as tf.Tensor1D, TOKENIZER.vocabSize);
        const losses = tf.neg(tf.sum(tf.mul(scores, wanted), 1));
        return tf.sum(tf.mul(losses, weights));
      },
    ] as FitOptions["loss"][]
  ) {
    const { history } = await trained({
      epochs: 6,
      learningRate: 0.02,
      loss: loss!,
    });
    const [first, last] = [history.epochs[0]!, history.epochs.at(-1)!];
    assertLess(last.validationLoss!, first.validationLoss! - 0.05);
  }
});
