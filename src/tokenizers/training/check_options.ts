/**
 * The options that all subword trainers share.
 *
 * @module
 */
import { brief } from "../brief.ts";

/** Options of training, complete. */
export interface TrainingSettings {
  /** The texts. */
  readonly list: readonly string[];
  /** How many tokens to have. */
  readonly vocabSize: number;
  /** How often a pair must occur. */
  readonly minFrequency: number;
  /** Tokens that are no text. */
  readonly specialTokens: readonly string[];
}

/**
 * Checks what a trainer was given.
 *
 * @param name Name of the class.
 * @param texts One text or several.
 * @param options The options as given.
 * @param known Names of further options, which the caller checks.
 * @returns The options, complete.
 * @throws {TypeError} If the texts are not strings, or an option is of the wrong type or unknown.
 * @throws {RangeError} If an option is out of range, or there is no text.
 */
export function checkTrainingOptions(
  name: string,
  texts: unknown,
  options: object,
  known: readonly string[] = [],
): TrainingSettings {
  const {
    vocabSize = 8000,
    minFrequency = 2,
    specialTokens = [],
    ...rest
  } = options as Partial<TrainingSettings>;
  const stranger = Object.keys(rest).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    throw new TypeError(
      `Cannot train ${name}: unknown option: ${stranger}; known options: ${
        ["vocabSize", "minFrequency", "specialTokens", ...known].join(", ")
      }`,
    );
  }
  checkCount(name, "vocabSize", vocabSize, 1);
  checkCount(name, "minFrequency", minFrequency, 0);
  if (
    !Array.isArray(specialTokens) ||
    !specialTokens.every((token) => typeof token === "string" && token !== "")
  ) {
    throw new TypeError(
      `Cannot train ${name}: specialTokens must be an array of strings that are not empty: ${
        brief(specialTokens)
      }`,
    );
  }
  return {
    list: checkTexts(name, texts),
    vocabSize,
    minFrequency,
    specialTokens: [...new Set(specialTokens as string[])],
  };
}

/** The texts as a list, of which one at least is not empty. */
export function checkTexts(name: string, texts: unknown): readonly string[] {
  const list: unknown = typeof texts === "string" ? [texts] : texts;
  if (!Array.isArray(list) || !list.every((text) => typeof text === "string")) {
    const what = Array.isArray(list) ? brief(list) : typeof texts;
    throw new TypeError(
      `Cannot train ${name}: texts must be a string or an array of strings: ${what}`,
    );
  }
  if (list.every((text) => text === "")) {
    throw new RangeError(
      `Cannot train ${name}: a text must have a character: ${
        list.length === 0 ? "there is none" : "it is empty"
      }`,
    );
  }
  return list as string[];
}

/** Throws unless an option is a whole number. */
export function checkCount(
  name: string,
  option: string,
  value: unknown,
  least: number,
): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new RangeError(
      `Cannot train ${name}: ${option} must be an integer from ${least}: ${
        brief(value)
      }`,
    );
  }
}
