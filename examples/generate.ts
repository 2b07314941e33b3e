/**
 * Writes text with a model that `deno task train` saved.
 *
 *     deno task generate [options]
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { LanguageModel } from "@textloom/textloom";

const HELP = `Write text with a model that deno task train saved.

Usage: deno task generate [options]

  --prompt TEXT    the text to go on from ("Call me"); "" begins a line
  --model FILE     the model (model.safetensors)
  --length N       how many tokens to write at most; the models of
                   deno task train have characters for tokens (500)
  --temperature T  how daring the choice is; 0 takes the likeliest token
                   each time, 1 the probabilities as they are (0.7)
  --top-k K        choose among the K likeliest tokens only (all)
  --top-p P        choose among the likeliest tokens whose probabilities
                   sum up to P only, from 0 to 1 (all)
  --stop TEXT      end before this text; may be given several times (none)
  --seed N         writes the same text again (another one each time)
  --skip-unknown   leave out what the model does not know of the prompt
  --help           this text
`;

const WITH_VALUE = [
  "prompt",
  "model",
  "length",
  "temperature",
  "top-k",
  "top-p",
  "stop",
  "seed",
] as const;

const args = parseArgs(joinValues(Deno.args), {
  string: WITH_VALUE,
  boolean: ["help", "skip-unknown"],
  collect: ["stop"],
  default: {
    prompt: "Call me",
    model: "model.safetensors",
    length: "500",
    temperature: "0.7",
  },
  unknown: (argument) => misuse(`there is no argument "${argument}"`),
});
if (args.help) {
  Deno.stdout.writeSync(new TextEncoder().encode(HELP));
  Deno.exit(0);
}
const options = {
  maxTokens: number("length"),
  temperature: number("temperature"),
  ...(args["top-k"] !== undefined && { topK: number("top-k") }),
  ...(args["top-p"] !== undefined && { topP: number("top-p") }),
  ...(args.stop.length > 0 && { stop: args.stop }),
  ...(args.seed !== undefined && { seed: number("seed") }),
  ...(args["skip-unknown"] && { unknown: "skip" as const }),
};

try {
  const model = await LanguageModel.load(args.model);
  const pieces = model.stream(args.prompt, options);
  const encoder = new TextEncoder();
  await Deno.stdout.write(encoder.encode(args.prompt));
  for await (const piece of pieces) {
    await Deno.stdout.write(encoder.encode(piece));
  }
  console.log();
} catch (error) {
  // What the library refuses says what to do; anything else is a fault of it.
  if (!(error instanceof Error && error.message.startsWith("Cannot "))) {
    throw error;
  }
  console.error(error.message + remedy(error));
  Deno.exit(1);
}

/** What an error of the library means for whoever calls this command. */
function remedy(error: Error): string {
  if (error instanceof Deno.errors.NotFound) {
    return "; `deno task train` makes one";
  }
  return error.name === "UnknownCharacterError"
    ? " (here: --skip-unknown)"
    : "";
}

/** Joins options with their values, which may be empty or begin with a hyphen. */
function joinValues(given: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const argument = given[i]!;
    if (!WITH_VALUE.some((name) => argument === `--${name}`)) {
      joined.push(argument);
      continue;
    }
    const value = given[++i];
    if (value === undefined || value.startsWith("--")) {
      misuse(
        `${argument} must have a value; one that begins with two hyphens is given as ${argument}=VALUE`,
      );
    }
    joined.push(`${argument}=${value}`);
  }
  return joined;
}

function number(
  name: "length" | "temperature" | "top-k" | "top-p" | "seed",
): number {
  const text = args[name]!;
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) {
    misuse(`--${name} must be a number: "${text}"`);
  }
  return value;
}

function misuse(rule: string): never {
  console.error(`Cannot generate: ${rule}\nSee deno task generate --help`);
  Deno.exit(2);
}
