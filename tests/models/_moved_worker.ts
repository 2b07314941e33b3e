/**
 * Trains for some steps in one folder with relative paths, or goes on in another one, and changes the current folder on the
 * way.
 *
 *     deno run -A tests/models/_moved_worker.ts begin|finish FOLDER
 *
 * The log and the checkpoints must stay in `FOLDER/one`; `FOLDER/two` is where the program is then.
 *
 * @module
 */
import { join } from "@std/path";
import { useEngine } from "../../src/engine/engine.ts";
import { buildRNN } from "../../src/models/build_rnn.ts";
import { resume } from "../../src/models/resume.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";

const TEXT = "Call me Ishmael. Some years ago - never mind how long precisely";
const [part, folder] = Deno.args as [string, string];
await useEngine("cpu");
if (part === "begin") {
  Deno.chdir(join(folder, "one"));
  const model = buildRNN({
    tokenizer: CharTokenizer.train(TEXT),
    units: 4,
    embedding: 3,
  });
  const run = fit(model, TEXT, {
    batchSize: 2,
    sequenceLength: 4,
    steps: 4,
    sample: false,
    display: "none",
    log: "run.jsonl",
    checkpoints: { directory: "kept", everySteps: 1, keep: 9 },
  });
  Deno.chdir(join(folder, "two"));
  await run;
} else {
  Deno.chdir(join(folder, "two"));
  const resumed = resume("../one/kept", TEXT, { steps: 7, display: "none" });
  const { run } = await resumed;
  Deno.chdir(folder);
  await run;
}
