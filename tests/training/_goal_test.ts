import { assert, assertEquals, assertThrows } from "@std/assert";
import type { RunReport } from "../../src/display/training_display.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import { fitSettings } from "../../src/training/fit_settings.ts";

await ensureEngine();

const TEXT =
  "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, " +
  "and nothing particular to interest me on shore, I thought I would sail about a little and see.";
const TOKENIZER = CharTokenizer.train(TEXT);
/** 4 steps an epoch. */
const QUIET = {
  batchSize: 4,
  sequenceLength: 10,
  sample: false,
  display: "none",
} as const;

function smallModel(): LanguageModel {
  return buildLSTM({ tokenizer: TOKENIZER, units: 8, embedding: 8 });
}

Deno.test("fit() ends when the validation loss is as low as was wanted", async () => {
  const model = smallModel();
  const measured: number[] = [];
  const history = await fit(model, TEXT, {
    ...QUIET,
    epochs: 500,
    learningRate: 0.02,
    validateEvery: 3,
    targetLoss: 2.9,
    onValidation: ({ validationLoss }) => {
      measured.push(validationLoss!);
    },
  });
  assertEquals(history.stopReason, "target");
  assertEquals(measured.at(-1), history.validationLoss);
  assertEquals(measured.findIndex((loss) => loss <= 2.9), measured.length - 1);
  assert(measured.length > 1);
  model.dispose();
});

Deno.test("fit() without validation ends when the mean training loss of 20 steps is as low as was wanted", async () => {
  const model = smallModel();
  const losses: number[] = [];
  const history = await fit(model, TEXT, {
    ...QUIET,
    epochs: 500,
    learningRate: 0.02,
    validation: 0,
    targetLoss: 2.5,
    onStep: ({ loss }) => {
      losses.push(loss);
    },
  });
  const mean = (to: number): number =>
    losses.slice(to - 20, to).reduce((sum, loss) => sum + loss) / 20;
  assertEquals([history.stopReason, history.steps], ["target", losses.length]);
  assert(mean(losses.length) <= 2.5 && mean(losses.length - 1) > 2.5);
  model.dispose();
});

Deno.test("fit() trains for a time, over as many epochs as there is time for, then validates and writes", async () => {
  const model = smallModel();
  const reports: RunReport[] = [];
  const run = fit(model, TEXT, {
    ...QUIET,
    maxSeconds: 0.5,
    sample: { maxTokens: 5 },
  });
  for await (const report of run) reports.push(report);
  const history = await run;
  assertEquals(history.stopReason, "time");
  assert(history.seconds >= 0.5 && history.epochs.length > 1);
  const last = history.epochs.at(-1)!;
  assertEquals([last.sample!.length, last.validationLoss], [
    5,
    history.validationLoss,
  ]);
  for (
    const { totalSteps, epochs, progress, elapsedSeconds, remainingSeconds }
      of reports
  ) {
    assertEquals([totalSteps, epochs], [Infinity, Infinity]);
    assertEquals(progress, Math.min(1, elapsedSeconds / 0.5));
    assertEquals(remainingSeconds, Math.max(0, 0.5 - elapsedSeconds));
  }
  model.dispose();
});

Deno.test("fit() takes what is first of its limits", async () => {
  const model = smallModel();
  const bySteps = await fit(model, TEXT, {
    ...QUIET,
    steps: 3,
    maxSeconds: 1000,
  });
  assertEquals([bySteps.stopReason, bySteps.steps], ["completed", 3]);
  const byEpochs = await fit(model, TEXT, {
    ...QUIET,
    epochs: 1,
    maxSeconds: 1000,
  });
  assertEquals([byEpochs.stopReason, byEpochs.steps], ["completed", 4]);
  model.dispose();
});

Deno.test("fitSettings() takes one epoch, or as many as there is time for where time alone is given", () => {
  assertEquals(fitSettings({}).epochs, 1);
  assertEquals(fitSettings({ maxSeconds: 180 }).epochs, Infinity);
  assertEquals(fitSettings({ maxSeconds: Infinity }).epochs, 1);
  assertEquals(fitSettings({ maxSeconds: 180, epochs: 2 }).epochs, 2);
  assertEquals(fitSettings({ maxSeconds: 180, steps: 20 }).steps, 20);
  assertThrows(
    () => fitSettings({ targetLoss: NaN }),
    RangeError,
    "Cannot train: targetLoss must be a finite number: NaN",
  );
});
