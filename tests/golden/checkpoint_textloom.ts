/**
 * Writes checkpoint_textloom.safetensors, which safetensors_python.py reads with the reference implementation, and later
 * versions of the library go on from.
 *
 * Run: deno run -A tests/golden/checkpoint_textloom.ts
 *
 * @module
 */
import { useEngine } from "../../src/engine/engine.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";

await useEngine("cpu");
const text = "to be or not to be, that is the question";
const model = buildLSTM({
  tokenizer: CharTokenizer.train(text),
  units: 4,
  embedding: 2,
});
model.generationDefaults = { temperature: 0.5 };
const directory = await Deno.makeTempDir();
await fit(model, text, {
  steps: 3,
  batchSize: 2,
  sequenceLength: 4,
  sample: false,
  display: "none",
  checkpoints: { directory, best: false },
});
await Deno.copyFile(
  `${directory}/step-00000003.safetensors`,
  new URL("checkpoint_textloom.safetensors", import.meta.url),
);
await Deno.remove(directory, { recursive: true });
