/**
 * The vocabulary of a character tokenizer: what an entry must be, and in which order they stand.
 *
 * @module
 */
import { unknownOption } from "../text/options.ts";
import { brief } from "./brief.ts";
import type { CharTokenizerOptions, CharUnit } from "./char_tokenizer.ts";
import { isOneGrapheme } from "./_graphemes.ts";

/** Whether a string is one code point. */
export function isCodePoint(text: string): boolean {
  const code = text.codePointAt(0);
  return code !== undefined && String.fromCodePoint(code) === text;
}

/** The order of Unicode, code point by code point. */
export function byCodePoint(a: string, b: string): number {
  const [first, second] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < first.length && i < second.length; i++) {
    const by = first[i]!.codePointAt(0)! - second[i]!.codePointAt(0)!;
    if (by !== 0) return by;
  }
  return first.length - second.length;
}

/**
 * Checks the options of a character tokenizer.
 *
 * @param action What cannot be done without them, for messages.
 * @param options The options as given.
 * @returns What counts as a character.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If the unit is none.
 */
export function checkUnit(
  action: string,
  { unit = "codepoint", ...rest }: CharTokenizerOptions,
): CharUnit {
  const stranger = Object.keys(rest)[0];
  if (stranger !== undefined) {
    throw unknownOption(`Cannot ${action} CharTokenizer`, stranger, ["unit"]);
  }
  if (unit === "codepoint" || unit === "grapheme") return unit;
  throw new RangeError(
    `Cannot ${action} CharTokenizer: unit must be "codepoint" or "grapheme": ${
      brief(unit)
    }`,
  );
}

/**
 * Checks the characters that a tokenizer is built over.
 *
 * @param vocabulary The characters.
 * @param unit What counts as one.
 * @throws {TypeError} If it is not an array of strings.
 * @throws {RangeError} If it is empty, or an entry is a duplicate or not one character.
 */
export function checkVocabulary(
  vocabulary: unknown,
  unit: CharUnit,
): asserts vocabulary is string[] {
  if (!Array.isArray(vocabulary)) {
    throw new TypeError(
      `Cannot build CharTokenizer: vocabulary must be an array of strings: ${
        brief(vocabulary)
      }`,
    );
  }
  if (vocabulary.length === 0) {
    throw new RangeError(
      "Cannot build CharTokenizer: the vocabulary must have a character: it is empty",
    );
  }
  const isOne = unit === "grapheme" ? isOneGrapheme : isCodePoint;
  const name = unit === "grapheme" ? "grapheme" : "code point";
  const seen = new Map<string, number>();
  for (const [id, entry] of (vocabulary as unknown[]).entries()) {
    if (typeof entry !== "string") {
      throw new TypeError(
        `Cannot build CharTokenizer: vocabulary must hold strings: ${
          brief(entry)
        } at ${id}`,
      );
    }
    if (!entry.isWellFormed() || !isOne(entry)) {
      throw new RangeError(
        `Cannot build CharTokenizer: an entry must be one ${name}: ${
          brief(entry)
        } at ${id}`,
      );
    }
    const twin = seen.get(entry);
    if (twin !== undefined) {
      throw new RangeError(
        `Cannot build CharTokenizer: the vocabulary must have no duplicates: ${
          brief(entry)
        } at ${twin} and ${id}`,
      );
    }
    seen.set(entry, id);
  }
}
