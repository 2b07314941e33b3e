import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import type { RunReport } from "../../src/display/training_display.ts";
import { ensureEngine, useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { buildRNN } from "../../src/models/build_rnn.ts";
import { buildTransformer } from "../../src/models/build_transformer.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import { fitSettings } from "../../src/training/fit_settings.ts";
import { findExplosion, medianOf } from "../../src/training/guard.ts";
import { decodeCheckpoint } from "../../src/models/model_file.ts";
import { listCheckpoints } from "../../src/training/checkpoint_folder.ts";
import {
  addStep,
  newProgress,
  type TrainingProgress,
} from "../../src/training/progress.ts";
import { DivergenceError } from "../../src/training/divergence_error.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT =
  "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, " +
  "and nothing particular to interest me on shore, I thought I would sail about a little and see.";
const TOKENIZER = CharTokenizer.train(TEXT);
const QUIET = {
  batchSize: 4,
  sequenceLength: 10,
  sample: false,
  display: "none",
} as const;

function smallModel(): LanguageModel {
  return buildLSTM({ tokenizer: TOKENIZER, units: 8, embedding: 8 });
}

async function weights(model: LanguageModel): Promise<number[][]> {
  const parameters = [...model.network.parameters.values()];
  return await Promise.all(
    parameters.map(async (parameter) => [...await parameter.values()]),
  );
}

/** Loses all that it has learnt at a step, as after a bad batch. */
function spoilAt(step: number, model: LanguageModel, value: number) {
  return ({ step: at }: RunReport): void => {
    if (at !== step) return;
    const bias = [...model.network.parameters.values()].at(-1)!;
    tf.tidy(() => {
      const signs = Array.from(
        { length: bias.variable.size },
        (_, i) => i % 2 ? value : -value,
      );
      bias.variable.assign(tf.tensor(signs, bias.variable.shape));
    });
  };
}

/** What the guard says of each loss, with a vocabulary whose ln V is 4. */
function watch(losses: number[], explosion = 3): (string | undefined)[] {
  const progress = newProgress();
  return losses.map((loss) => {
    const limits = { vocabSize: Math.exp(4), explosion };
    const rule = findExplosion(progress, loss, limits);
    addStep(progress, loss, 1);
    return rule;
  });
}

Deno.test("medianOf() gives the middle, whatever the order", () => {
  assertEquals(medianOf([3, 1, 2]), 2);
  assertEquals(medianOf([5]), 5);
  assertEquals(medianOf([4, 1, 3, 2]), 3);
});

Deno.test("findExplosion() finds a loss of several times that of a model that knows nothing", () => {
  assertEquals(watch([4.1, 3, 12.2, 12.4]), [
    undefined,
    undefined,
    undefined,
    "must stay below 12.30, 3 times that of a model that knows nothing",
  ]); // 3 · 4.1: the first loss is above ln V = 4
  assertEquals(watch([1, 12.1])[1]!.slice(0, 24), "must stay below 12.00, 3"); // a trained model: 3 · ln V
  assertEquals(watch([4, 100], Infinity), [undefined, undefined]);
});

Deno.test("findExplosion() finds that all that was learnt is lost, once half of the last losses say so", () => {
  const learnt = Array(20).fill(1.9);
  const lost = watch([...learnt, ...Array(11).fill(4.2)]);
  assertEquals(lost.findIndex((rule) => rule !== undefined), 20 + 9); // the tenth makes the higher of the two in the middle
  assertEquals(
    lost[29],
    "must not rise above 4.000, that of a model that knows nothing, for long: it had been 1.900",
  );
  assertEquals(
    watch([...learnt, ...Array(9).fill(4.2), ...learnt]).every((rule) =>
      rule === undefined
    ),
    true,
  );
  assertEquals(
    watch([...Array(20).fill(2.1), ...Array(20).fill(4.2)]).every((rule) =>
      rule === undefined
    ),
    true,
  ); // never below 2
});

for (const engine of ["tensorflow", "cpu"] as const) {
  for (const steps of [16, 60]) {
    Deno.test(`fit() goes back when the loss explodes, in ${steps} steps on ${engine}`, async () => {
      await useEngine(engine);
      const model = smallModel();
      const reports: RunReport[] = [];
      const seen = new Map<number, number[][]>([[0, await weights(model)]]);
      const spoil = spoilAt(13, model, 1000);
      const run = fit(model, TEXT, {
        ...QUIET,
        steps,
        guard: { every: 5 },
        onStep: async (report) => {
          seen.set(report.step, await weights(model));
          spoil(report);
        },
      });
      for await (const report of run) reports.push(report);
      const after = await weights(model);
      const history = await run;
      assertEquals([history.stopReason, history.steps], ["completed", steps]);
      const [recovery] = history.recoveries!;
      assertEquals(history.recoveries!.length, 1);
      assertEquals([recovery!.step, recovery!.backTo, recovery!.rateFactor], [
        14,
        5, // the last but one of 0, 5, 10
        0.1,
      ]);
      const note = reports.find(({ kind }) => kind === "recovery")!.note!;
      assert(
        /^step 14: the loss must stay below [\d.]+, 3 times that of a model that knows nothing: [\d.]+; back to the weights of step 5, with learning rate 0.0002$/
          .test(note),
        note,
      );
      const rates = reports.filter(({ kind }) => kind === "step").map((
        { learningRate },
      ) => learningRate);
      assertEquals(rates, [
        ...Array(13).fill(0.002),
        ...Array(steps - 14).fill(0.002 * 0.1),
      ]);
      const step15 = reports.find(({ step, kind }) =>
        step === 15 && kind === "step"
      )!;
      assertLess(Math.abs(step15.loss - reports[5]!.loss), 0.5);
      assert(after.flat().every((weight) => Math.abs(weight) < 5));
      model.dispose();
      await useEngine("auto");
    });
  }
}

Deno.test("fit() goes back to exactly the weights of then, and their loss counts no more", async () => {
  const model = smallModel();
  const start = await weights(model);
  const history = await fit(model, TEXT, {
    ...QUIET,
    steps: 2,
    validation: 0,
    onStep: spoilAt(1, model, 1000),
  });
  assertEquals(await weights(model), start);
  assertEquals(history.steps, 2);
  assertLess(history.loss!, 4); // of the first step alone
  model.dispose();
});

Deno.test("fit() fails when going back once did not help, and the model keeps earlier weights", async () => {
  const model = smallModel();
  const before = await weights(model);
  const error = await assertRejects(
    async () =>
      await fit(model, TEXT, {
        ...QUIET,
        epochs: 20,
        learningRate: 1e38,
        clipNorm: Infinity,
      }),
    DivergenceError,
    "Cannot go on training: the loss must be a number: Infinity at step 4, with learningRate 1e+37; the model keeps its weights " +
      "of step 0 and has gone back once before; train on with a smaller learningRate or clipNorm",
  );
  assertEquals([error.step, error.what], [4, "the loss"]);
  assertEquals(await weights(model), before);
  assertEquals(model.history[0]!.stopReason, "failed");
  assertEquals(model.history[0]!.recoveries!.length, 1);
  model.dispose();
});

Deno.test("fit() goes back after a validation that gives no number, and measures again", async () => {
  const model = smallModel();
  const before = await weights(model);
  const history = await fit(model, TEXT, {
    ...QUIET,
    steps: 1,
    learningRate: 1e38,
  });
  assertEquals(history.recoveries, [{
    step: 1,
    reason: "the validation loss must be a number: NaN",
    backTo: 0,
    rateFactor: 0.1,
  }]);
  assert(history.validationLoss! < 4);
  assertEquals(await weights(model), before);
  model.dispose();
});

Deno.test("fit() goes back to what a plateau schedule knew then, so that losses of lost weights count no more", async () => {
  const model = smallModel();
  const directory = await Deno.makeTempDir();
  const reports: RunReport[] = [];
  const run = fit(model, TEXT, {
    ...QUIET,
    steps: 24,
    learningRate: { name: "plateau", factor: 0.5, patience: 3, threshold: 0 },
    validateEvery: 1,
    guard: { every: 5 },
    checkpoints: { directory, best: false },
    onStep: spoilAt(13, model, 1000),
  });
  for await (const report of run) reports.push(report);
  const { recoveries } = await run;
  assertEquals(recoveries!.map(({ step, backTo }) => [step, backTo]), [[
    14,
    5,
  ]]);
  const measured = (from: number, to: number): number[] =>
    reports.filter(({ kind, step }) =>
      kind === "validation" && step >= from && step <= to
    ).map(({ validationLoss }) => validationLoss!);
  // The weights of step 5 need more than three validations to become as good as they had been at step 12,
  const lowest = Math.min(...measured(1, 12));
  assert(measured(14, 19).every((loss) => loss > lowest));
  // but each is better than the one before.
  const rates = reports.filter(({ kind, step }) => kind === "step" && step > 14)
    .map(({ learningRate }) => learningRate);
  assertEquals(rates, Array(10).fill(0.002 * 0.1));
  const { path } = (await listCheckpoints(directory))[0]!;
  const { checkpoint } = decodeCheckpoint(await Deno.readFile(path), path);
  const { progress } = checkpoint!.json as { progress: TrainingProgress };
  assertEquals(progress.schedule, {
    rate: 0.002,
    best: measured(24, 24)[0]!,
    waited: 0,
    cooldown: 0,
  });
  model.dispose();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("fit() goes back as often as it is told to", async () => {
  const model = smallModel();
  const history = await fit(model, TEXT, {
    ...QUIET,
    steps: 30,
    learningRate: 1e38,
    clipNorm: Infinity,
    guard: { recoveries: 5, factor: 1e-10 },
  });
  const { recoveries, stopReason } = history;
  assertEquals(stopReason, "completed");
  assert(recoveries!.length >= 4 && recoveries!.length <= 5);
  model.dispose();
});

Deno.test("fit() leaves no tensor behind when it goes back, and when that does not help", async () => {
  const model = smallModel();
  await fit(model, TEXT, { ...QUIET, steps: 1 });
  await assertNoLeak(async () => {
    await fit(model, TEXT, {
      ...QUIET,
      steps: 40,
      guard: { every: 3 },
      onStep: spoilAt(8, model, 1000),
    });
    await assertRejects(
      async () =>
        await fit(model, TEXT, { ...QUIET, learningRate: 1e38, epochs: 9 }),
      DivergenceError,
    );
  });
  model.dispose();
});

Deno.test("fit() trains as without a guard where nothing explodes", async () => {
  const [guarded, plain] = [smallModel(), smallModel()];
  const options = {
    ...QUIET,
    steps: 60,
    learningRate: 0.01,
    guard: { every: 7 },
  };
  await fit(guarded, TEXT, options);
  await fit(plain, TEXT, { ...options, guard: false });
  assertEquals(await weights(guarded), await weights(plain));
  guarded.dispose();
  plain.dispose();
});

// Rates from too small to far too large, where the loss jumps about but every number stays one.
for (const learningRate of [1e-4, 0.002, 0.02, 0.1, 0.3]) {
  Deno.test(`fit() does not go back in a usual training at learning rate ${learningRate}`, async () => {
    const options = { tokenizer: TOKENIZER, seed: 1 };
    for (
      const model of [
        buildLSTM({ ...options, units: 16, embedding: 8 }),
        buildRNN({ ...options, units: 16, embedding: 8 }),
        buildTransformer({
          ...options,
          width: 16,
          layers: 1,
          heads: 2,
          context: 10,
        }),
      ]
    ) {
      const history = await fit(model, TEXT, {
        ...QUIET,
        batchSize: 1, // as noisy as can be
        steps: 120,
        learningRate,
        validation: 0,
      });
      assertEquals(history.recoveries, undefined, `${model}`);
      model.dispose();
    }
  });
}

for (
  const [options, Type, message] of [
    [
      { guard: true },
      TypeError,
      "Cannot train: guard must be an object or false: true",
    ],
    [
      { guard: { explosion: 1 } },
      RangeError,
      "Cannot train: guard.explosion must be a number above 1: 1",
    ],
    [
      { guard: { every: 0 } },
      RangeError,
      "Cannot train: guard.every must be a positive integer: 0",
    ],
    [
      { guard: { factor: 1 } },
      RangeError,
      "Cannot train: guard.factor must be between 0 and 1: 1",
    ],
    [
      { guard: { recoveries: -1 } },
      RangeError,
      "Cannot train: guard.recoveries must be an integer from 0: -1",
    ],
    [
      { guard: { explosion: "3" } },
      TypeError,
      'Cannot train: guard.explosion must be a number above 1: "3"',
    ],
  ] as [FitOptions, typeof RangeError, string][]
) {
  Deno.test(`fitSettings() refuses ${Deno.inspect(options)}`, () => {
    assertThrows(() => fitSettings(options), Type, message);
  });
}
