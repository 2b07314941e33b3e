/**
 * Checks of what trainers are given, and the options that all subword trainers share.
 *
 * @module
 */
import { unknownOption } from "../../text/options.ts";
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
  } = options as Partial<TrainingSettings>;
  checkNames(name, options, [
    "vocabSize",
    "minFrequency",
    "specialTokens",
    ...known,
  ]);
  checkWhole(name, "vocabSize", vocabSize, 1);
  checkWhole(name, "minFrequency", minFrequency, 0);
  if (!Array.isArray(specialTokens) || !specialTokens.every(isToken)) {
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

/**
 * Throws where an option has an unknown name.
 *
 * @param trainer What is trained.
 * @param options The options as given.
 * @param known The names.
 */
export function checkNames(
  trainer: string,
  options: object,
  known: readonly string[],
): void {
  const stranger = Object.keys(options).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw unknownOption(`Cannot train ${trainer}`, stranger, known);
}

/**
 * Throws unless an option is a whole number.
 *
 * @param trainer What is trained.
 * @param option Name of the option.
 * @param value Its value.
 * @param least The least that will do.
 */
export function checkWhole(
  trainer: string,
  option: string,
  value: unknown,
  least: number,
): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new RangeError(
    `Cannot train ${trainer}: ${option} must be an integer from ${least}: ${
      brief(value)
    }`,
  );
}

/**
 * Throws unless an option is a list of tokens.
 *
 * @param trainer What is trained.
 * @param option Name of the option.
 * @param value Its value.
 */
export function checkTokens(
  trainer: string,
  option: string,
  value: unknown,
): void {
  if (!Array.isArray(value) || !value.every(isToken)) {
    throw new TypeError(
      `Cannot train ${trainer}: ${option} must be an array of strings that are not empty: ${
        brief(value)
      }`,
    );
  }
  if (new Set(value).size < value.length) {
    throw new RangeError(
      `Cannot train ${trainer}: ${option} must have no duplicates: ${
        brief(value)
      }`,
    );
  }
}

/**
 * Throws unless an option is a list of characters.
 *
 * @param trainer What is trained.
 * @param option Name of the option.
 * @param value Its value.
 */
export function checkCharacters(
  trainer: string,
  option: string,
  value: unknown,
): void {
  checkTokens(trainer, option, value);
  const long = (value as string[]).find((entry) =>
    String.fromCodePoint(entry.codePointAt(0)!) !== entry ||
    !entry.isWellFormed()
  );
  if (long === undefined) return;
  throw new RangeError(
    `Cannot train ${trainer}: ${option} must have single characters: ${
      brief(long)
    }`,
  );
}

/** Whether a value can be a token. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
