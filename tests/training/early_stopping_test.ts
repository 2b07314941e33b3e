import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { ensureEngine, useEngine } from "../../src/engine/engine.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { judgeValidation } from "../../src/training/early_stopping.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import { fitSettings } from "../../src/training/fit_settings.ts";
import { newProgress } from "../../src/training/progress.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const LEARNT = "the whale, the whale, the white whale, ".repeat(4);
/** Of the same characters, but of another kind: the better the text is learnt, the worse this is foreseen. */
const OTHER = "elahw etihw eht, elahw eht, ".repeat(3);
const TOKENIZER = CharTokenizer.train(LEARNT + OTHER);
const OPTIONS = {
  epochs: 40,
  batchSize: 4,
  sequenceLength: 16,
  learningRate: 0.03,
  validation: OTHER,
  sample: false,
  display: "none",
} as const;

function build(): LanguageModel {
  return buildLSTM({ tokenizer: TOKENIZER, units: 16, embedding: 8 });
}

async function weights(model: LanguageModel): Promise<number[][]> {
  const parameters = [...model.network.parameters.values()];
  return await Promise.all(
    parameters.map(async (parameter) => [...await parameter.values()]),
  );
}

Deno.test("judgeValidation() counts validations that are not better by minDelta", () => {
  const progress = newProgress();
  const judged = [3, 2.9, 2.5, 2.45, 2.6, 2.3].map((loss, i) => {
    progress.validation = { step: i, loss, bitsPerCharacter: loss };
    const isBest = judgeValidation(progress, 0.1);
    return [isBest, progress.best!.loss, progress.validationsSinceBest];
  });
  assertEquals(judged, [
    [true, 3, 0],
    [false, 3, 1], // 2.9 is not below 3 - 0.1
    [true, 2.5, 0],
    [false, 2.5, 1],
    [false, 2.5, 2],
    [true, 2.3, 0],
  ]);
});

/** Trains, and keeps the weights and the loss of every validation. */
async function watched(model: LanguageModel, options: FitOptions) {
  const seen: { step: number; loss: number; weights: number[][] }[] = [];
  const history = await fit(model, LEARNT, {
    ...OPTIONS,
    ...options,
    onValidation: async ({ step, validationLoss }) => {
      const loss = validationLoss!;
      seen.push({ step, loss, weights: await weights(model) });
    },
  });
  return { history, seen };
}

for (const engine of ["tensorflow", "cpu"] as const) {
  Deno.test(`fit() stops early on ${engine}, and gives the model the weights of its best validation`, async () => {
    await useEngine(engine);
    const model = build();
    const { history, seen } = await watched(model, {
      earlyStopping: { patience: 2 },
    });
    assertEquals(history.stopReason, "early-stopping");
    assertLess(history.epochs.length, 40);
    const best = seen.toSorted((a, b) => a.loss - b.loss)[0]!;
    assertEquals(seen.at(-3), best); // two more, then it ended
    assertEquals(history.best, {
      step: best.step,
      validationLoss: best.loss,
      restored: true,
    });
    assertEquals(history.validationLoss, seen.at(-1)!.loss);
    assertEquals(await weights(model), best.weights);
    model.dispose();
    await useEngine("auto");
  });
}

Deno.test("fit() keeps the last weights where early stopping is told to", async () => {
  const model = build();
  const { history, seen } = await watched(model, {
    earlyStopping: { patience: 1, restoreBest: false },
  });
  assertEquals(history.stopReason, "early-stopping");
  assertEquals(history.best!.restored, undefined);
  assertEquals(await weights(model), seen.at(-1)!.weights);
  assert(seen.at(-1)!.step > history.best!.step);
  model.dispose();
});

Deno.test("fit() restores the best weights also when the run is stopped", async () => {
  const model = build();
  const history = await fit(model, LEARNT, {
    ...OPTIONS,
    epochs: 100,
    earlyStopping: { patience: 100 },
    onEpoch: ({ epoch }, run) => {
      if (epoch === 30) run.stop();
    },
  });
  assertEquals(history.stopReason, "stopped");
  assertLess(history.best!.step, history.steps);
  assert(history.best!.restored);
  model.dispose();
});

Deno.test("fit() says which validation was the best without early stopping, too", async () => {
  const model = build();
  const history = await fit(model, LEARNT, { ...OPTIONS, epochs: 3 });
  const best = history.epochs.toSorted((a, b) =>
    a.validationLoss! - b.validationLoss!
  )[0]!;
  assertEquals(history.best!.validationLoss, best.validationLoss);
  model.dispose();
});

Deno.test("fit() leaves no tensor behind when it stops early", async () => {
  const model = build();
  await fit(model, LEARNT, { ...OPTIONS, epochs: 1 });
  await assertNoLeak(async () => {
    await fit(model, LEARNT, { ...OPTIONS, earlyStopping: true });
  });
  model.dispose();
});

for (
  const [options, Type, message] of [
    [
      { earlyStopping: "3" },
      TypeError,
      'Cannot train: earlyStopping must be true, false or an object: "3"',
    ],
    [
      { earlyStopping: { patience: 0 } },
      RangeError,
      "Cannot train: earlyStopping.patience must be a positive integer: 0",
    ],
    [
      { earlyStopping: { minDelta: -1 } },
      RangeError,
      "Cannot train: earlyStopping.minDelta must be a number from 0: -1",
    ],
    [
      { earlyStopping: { restoreBest: null } },
      TypeError,
      "Cannot train: earlyStopping.restoreBest must be true or false: null",
    ],
    [
      { earlyStopping: { wait: 3 } },
      TypeError,
      'Cannot train: earlyStopping: there is no option "wait" (known: patience, minDelta, restoreBest)',
    ],
    [
      { earlyStopping: true, epochs: 3, validation: 0 },
      TypeError,
      "Cannot train: earlyStopping has no effect without a validation part, leave it or validation: 0 out",
    ],
    [
      { earlyStopping: true },
      TypeError,
      "Cannot train: earlyStopping has no effect on one epoch, after which there is one validation, give epochs, steps, " +
      "maxSeconds or validateEvery",
    ],
  ] as [FitOptions, typeof RangeError, string][]
) {
  Deno.test(`fitSettings() refuses ${Deno.inspect(options)}`, () => {
    assertThrows(() => fitSettings(options), Type, message);
  });
}
