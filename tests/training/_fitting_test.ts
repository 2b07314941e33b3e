import { assertEquals } from "@std/assert";
import { RandomWindows } from "../../src/data/random_windows.ts";
import { createTrainingDisplay } from "../../src/display/create_training_display.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import { fitSettings } from "../../src/training/fit_settings.ts";
import { Fitting } from "../../src/training/_fitting.ts";
import {
  newProgress,
  type TrainingProgress,
} from "../../src/training/progress.ts";
import { Run } from "../../src/training/run.ts";

await ensureEngine();

const TEXT = "Call me Ishmael. Some years ago - never mind how long precisely.";
const TOKENIZER = CharTokenizer.train(TEXT);

/** Trains by an optimizer and on batches without memory, so that the progress and the weights are all there is. */
async function train(
  model: LanguageModel,
  options: FitOptions,
  progress: TrainingProgress,
) {
  const settings = fitSettings({
    optimizer: "sgd",
    learningRate: 0.5,
    validation: TEXT,
    sample: false,
    ...options,
  });
  const ids = TOKENIZER.encode(TEXT);
  const fitting = new Fitting({
    model,
    settings,
    batches: new RandomWindows(ids, { batchSize: 2, sequenceLength: 8 }), // 7 windows of 8: 4 steps an epoch
    validation: { kind: "text", tokens: ids },
    display: createTrainingDisplay("none"),
    options,
    data: { kind: "text", tokens: ids },
    progress,
  });
  const history = await new Run((control) => fitting.run(control));
  const values = [...model.network.parameters.values()].map(async (
    parameter,
  ) => [...await parameter.values()]);
  return { history, weights: await Promise.all(values) };
}

for (const cut of [1, 4, 6, 8]) {
  Deno.test(`Fitting goes on exactly from the progress of ${cut} steps, as from JSON`, async () => {
    const build = () =>
      buildLSTM({ tokenizer: TOKENIZER, units: 4, embedding: 4 });
    const [whole, parts] = [build(), build()];
    const expected = await train(whole, { steps: 11 }, newProgress());

    const progress = newProgress();
    await train(parts, { steps: cut }, progress);
    const again: TrainingProgress = JSON.parse(JSON.stringify(progress));
    const actual = await train(parts, { steps: 11 }, again);

    assertEquals(actual.weights, expected.weights);
    assertEquals(
      {
        ...actual.history,
        seconds: 0,
        epochs: timeless(actual.history.epochs),
      },
      {
        ...expected.history,
        seconds: 0,
        epochs: timeless(expected.history.epochs),
      },
    );
    whole.dispose();
    parts.dispose();
  });
}

function timeless<Item extends object>(epochs: Item[]): Item[] {
  return epochs.map((epoch) => ({ ...epoch, seconds: 0 }));
}
