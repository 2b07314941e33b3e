/**
 * Trains until it is killed, a checkpoint after each step: goes on in the folder where there are checkpoints.
 *
 *     deno run -A tests/soak/_killed_run.ts FOLDER STEPS
 *
 * Prints the number of every step after which there is a checkpoint for sure.
 *
 * @module
 */
import { useEngine } from "../../src/engine/engine.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { resume } from "../../src/models/resume.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";

const TEXT = "Call me Ishmael. Some years ago - never mind how long - ";
const [directory, steps] = Deno.args as [string, string];
const watched: FitOptions = {
  steps: Number(steps),
  display: "none",
  onStep: ({ step }) => console.log(step - 1), // that of this step is made afterwards
};
await useEngine("cpu");
const hasBegun = await Array.fromAsync(Deno.readDir(directory))
  .then((entries) => entries.some(({ name }) => name.startsWith("step-")));
if (hasBegun) {
  await (await resume(directory, TEXT, watched)).run;
} else {
  const model = buildLSTM({
    tokenizer: CharTokenizer.train(TEXT),
    units: 48,
    embedding: 16,
    dropout: 0.2,
  });
  await fit(model, TEXT, {
    ...watched,
    batchSize: 1,
    sequenceLength: 5,
    validateEvery: 3,
    sample: false,
    checkpoints: { directory, everySteps: 1, keep: 2 },
  });
}
