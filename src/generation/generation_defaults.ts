/**
 * Options of generation that a model brings along: what counts where a call says nothing else.
 *
 * @module
 */
import { checkGenerateOptions, type GenerateOptions } from "./stream_text.ts";

/** Options of `generate()` and `stream()` that can be kept with a model: all that is plain JSON. */
export type GenerationDefaults = Omit<GenerateOptions, "signal">;

/** What greedy choice leaves of the defaults: the rest is about chance, and there is none at temperature 0. */
const GREEDY: readonly string[] = [
  "maxTokens",
  "unknown",
] satisfies (keyof GenerationDefaults)[];

/**
 * Checks defaults.
 *
 * @param defaults The options by name.
 * @returns A frozen copy.
 * @throws {TypeError} If they are no object of plain JSON, if an option is unknown, or has no effect beside another.
 * @throws {RangeError} If an option is out of range.
 */
export function checkGenerationDefaults(
  defaults: GenerationDefaults,
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
  if ("signal" in given) {
    throw new TypeError(
      `${cannot} a signal belongs to one call; give it to generate() or stream()`,
    );
  }
  checkGenerateOptions(given);
  return Object.freeze(structuredClone(given));
}

/**
 * Puts a call's options over a model's defaults. At temperature 0 only the defaults that have an effect there count.
 *
 * @param defaults The model's.
 * @param options The call's.
 * @returns All of them.
 * @throws {TypeError} If the call's are no object.
 */
export function withDefaults(
  defaults: Readonly<GenerationDefaults>,
  options: GenerateOptions,
): GenerateOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot generate: the options must be an object: ${
        options === null ? "null" : typeof options
      }`,
    );
  }
  const given = withoutGaps(options);
  if (given.temperature !== 0) return { ...defaults, ...given };
  const kept = Object.entries(defaults).filter(([name]) =>
    GREEDY.includes(name)
  );
  return { ...Object.fromEntries(kept), ...given };
}

/** Without the members that are undefined: they are as good as not given. */
function withoutGaps<T extends object>(options: T): T {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as T;
}

/** Whether JSON brings a value back as it is. */
function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) {
    return ["string", "boolean"].includes(typeof value) || value === null;
  }
  const prototype = Object.getPrototypeOf(value);
  return (Array.isArray(value) || prototype === Object.prototype) &&
    Object.values(value).every(isPlain);
}
