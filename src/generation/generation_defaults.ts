/**
 * Options of generation that a model brings along: what counts where a call says nothing else.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { isPlain } from "./_plain.ts";
import { chanceOptionNames } from "./chain/plan_stages.ts";
import {
  type GenerateManyOptions,
  type GenerateOptions,
  generationSettings,
  WHOLE_OPTIONS,
} from "./generate_options.ts";
import { prepareChain } from "./prepare_chain.ts";

/** Options of `generate()` and `stream()` that can be kept with a model: all that is plain JSON. */
export type GenerationDefaults = Omit<GenerateOptions, "signal" | "row">;

/** What is about chance: there is none at temperature 0. */
const CHANCE: readonly string[] = [...chanceOptionNames(), "seed"];

/** What would cut off a text that a constraint wants whole. */
const CUTTING: readonly string[] = [
  "stop",
  "stopAtSentence",
  "trimIncomplete",
] satisfies (keyof GenerationDefaults)[];

/** What belongs to one call. */
const OF_A_CALL: readonly string[] = ["signal", "samples", "row"];

/**
 * Checks defaults.
 *
 * @param defaults The options by name.
 * @param tokenizer The model's.
 * @returns A frozen copy.
 * @throws {TypeError} If they are no object of plain JSON, if an option is unknown, or has no effect beside another.
 * @throws {RangeError} If an option is out of range.
 */
export function checkGenerationDefaults(
  defaults: GenerationDefaults,
  tokenizer: Tokenizer,
): Readonly<GenerationDefaults> {
  const cannot = "Cannot set the generation defaults:";
  if (
    typeof defaults !== "object" || defaults === null || Array.isArray(defaults)
  ) {
    throw new TypeError(
      `${cannot} they must be an object, such as { temperature: 0.8 }: ${
        defaults === null ? "null" : typeof defaults
      }`,
    );
  }
  const given = withoutGaps(defaults);
  for (const [name, value] of Object.entries(given)) {
    if (isPlain(value)) continue;
    throw new TypeError(
      `${cannot} they are saved with the model and must be plain JSON: ${name}; give it to generate() or stream()`,
    );
  }
  for (const name of OF_A_CALL) {
    if (name in given) {
      throw new TypeError(
        `${cannot} ${name} belongs to one call; give it to generate() or stream()`,
      );
    }
  }
  const settings = generationSettings(given);
  prepareChain(settings, tokenizer);
  const { unknown } = settings;
  if (unknown !== undefined) tokenizer.encode("", { unknown }); // refuses what is none
  return Object.freeze(structuredClone(given));
}

/**
 * Puts a call's options over a model's defaults. At temperature 0 only the defaults that have an effect there count,
 * under a constraint only those that do not cut the text off, and in a stream only those that are not about whole texts.
 *
 * @param defaults The model's.
 * @param options The call's.
 * @param kind Whether whole texts are wanted or a stream.
 * @returns All of them.
 * @throws {TypeError} If the call's are no object.
 */
export function withDefaults(
  defaults: Readonly<GenerationDefaults>,
  options: GenerateManyOptions,
  kind: "texts" | "stream" = "texts",
): GenerateManyOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot generate: the options must be an object: ${
        options === null ? "null" : typeof options
      }`,
    );
  }
  const given = withoutGaps(options);
  const idle = [
    ...(given.temperature === 0 ? CHANCE : []),
    ...(given.constraint === undefined ? [] : CUTTING),
    ...(kind === "stream" ? WHOLE_OPTIONS : []),
  ];
  const kept = Object.entries(defaults).filter(([name]) =>
    !idle.includes(name)
  );
  return { ...Object.fromEntries(kept), ...given };
}

/** Without the members that are undefined: they are as good as not given. */
function withoutGaps<T extends object>(options: T): T {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as T;
}
