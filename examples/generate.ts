/**
 * Writes text with a model that `deno task train` saved.
 *
 *     deno task generate [--prompt TEXT] [--model FILE] [--length N] [--temperature T] [--top-k K] [--seed N] [--skip-unknown]
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { LanguageModel } from "@textloom/textloom";

const USAGE =
  "deno task generate [--prompt TEXT] [--model FILE] [--length N] [--temperature T] [--top-k K] [--seed N] [--skip-unknown]";

const args = parseArgs(Deno.args, {
  string: ["prompt", "model", "length", "temperature", "top-k", "seed"],
  boolean: ["help", "skip-unknown"],
  default: {
    prompt: "Call me",
    model: "model.safetensors",
    length: "500",
    temperature: "0.7",
  },
  unknown: (argument) => fail(`there is no argument "${argument}"`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}

try {
  const model = await LanguageModel.load(args.model);
  const pieces = model.stream(args.prompt, {
    maxTokens: number("length"),
    temperature: number("temperature"),
    ...(args["top-k"] !== undefined && { topK: number("top-k") }),
    ...(args.seed !== undefined && { seed: number("seed") }),
    ...(args["skip-unknown"] && { unknown: "skip" }),
  });
  const encoder = new TextEncoder();
  await Deno.stdout.write(encoder.encode(args.prompt));
  for await (const piece of pieces) {
    await Deno.stdout.write(encoder.encode(piece));
  }
  console.log();
} catch (error) {
  if (error instanceof Deno.errors.NotFound) {
    fail(`${error.message}; \`deno task train\` makes one`);
  }
  if (error instanceof RangeError || error instanceof SyntaxError) {
    const hint = error.name === "UnknownCharacterError"
      ? " (here: --skip-unknown)"
      : "";
    fail(error.message + hint);
  }
  throw error;
}

function number(name: "length" | "temperature" | "top-k" | "seed"): number {
  const value = Number(args[name]);
  if (args[name] === "" || Number.isNaN(value)) {
    fail(`--${name} must be a number: "${args[name]}"`);
  }
  return value;
}

function fail(reason: string): never {
  console.error(`Cannot generate: ${reason}\n${USAGE}`);
  Deno.exit(2);
}
