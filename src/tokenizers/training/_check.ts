/**
 * Checks of the options of trainers.
 *
 * @module
 */
import { brief } from "../brief.ts";

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
  throw new TypeError(
    `Cannot train ${trainer}: unknown option: ${stranger}; known options: ${
      known.join(", ")
    }`,
  );
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
