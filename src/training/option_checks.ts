/**
 * Checks of the options that optimizers, schedules and losses take, from a table of what each may be.
 *
 * @module
 */
import { unknownOption } from "../text/options.ts";

/** What a number may be. */
export interface Range {
  /** In words. */
  rule: string;
  has: (value: number) => boolean;
}

/** Above 0 and finite. */
export const POSITIVE: Range = {
  rule: "a positive number",
  has: (value) => value > 0 && value < Infinity,
};
/** From 0 and finite. */
export const NOT_NEGATIVE: Range = {
  rule: "a number from 0",
  has: (value) => value >= 0 && value < Infinity,
};
/** A whole number from 0. */
export const COUNT: Range = {
  rule: "a whole number from 0",
  has: (value) => Number.isSafeInteger(value) && value >= 0,
};
/** What is kept of a running mean, or of a number that is made smaller. */
export const KEPT: Range = {
  rule: "from 0 up to but not 1",
  has: (value) => value >= 0 && value < 1,
};
/** Above 0, below 1. */
export const FRACTION: Range = {
  rule: "between 0 and 1",
  has: (value) => value > 0 && value < 1,
};

/** What options there are. */
export interface OptionRules {
  /** Of every number, its range. */
  numbers: Record<string, Range>;
  /** Names of those that are true or false. */
  flags?: readonly string[];
  /** Of every option that is a word, the words. */
  words?: Record<string, readonly string[]>;
  /** Names of those that are checked elsewhere. */
  others?: readonly string[];
  /** Names of those without a default. */
  required?: readonly string[];
}

/**
 * @param what What is made of the options, for the errors, such as `adam`.
 * @param options The options as given; one that is undefined counts as left out.
 * @param rules What they may be.
 * @throws {TypeError} If there is an option of another name or of the wrong type, or one is missing.
 * @throws {RangeError} If a number is out of its range.
 */
export function checkOptions(
  what: string,
  options: object,
  { numbers, flags = [], words = {}, others = [], required = [] }: OptionRules,
): void {
  const known = [
    ...Object.keys(numbers),
    ...flags,
    ...others,
    ...Object.keys(words),
    "name",
  ];
  const refuse = (key: string, rule: string, value: unknown): TypeError =>
    new TypeError(
      `Cannot make ${what}: ${key} must be ${rule}: ${show(value)}`,
    );
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) {
      throw unknownOption(`Cannot make ${what}`, key, known);
    }
    if (value === undefined) continue;
    if (Object.hasOwn(numbers, key)) {
      const range = numbers[key]!;
      if (typeof value !== "number") throw refuse(key, "a number", value);
      if (!range.has(value)) {
        throw new RangeError(
          `Cannot make ${what}: ${key} must be ${range.rule}: ${value}`,
        );
      }
    } else if (flags.includes(key)) {
      if (typeof value !== "boolean") {
        throw refuse(key, "true or false", value);
      }
    } else if (Object.hasOwn(words, key) && !words[key]!.includes(value)) {
      const rule = words[key]!.map((word) => `"${word}"`).join(" or ");
      throw refuse(key, rule, value);
    }
  }
  for (const key of required) {
    if ((options as Record<string, unknown>)[key] === undefined) {
      throw refuse(key, "given", undefined);
    }
  }
}

/** A value as an error shows it: strings in quotes, so that "64" is not 64. */
export function show(value: unknown): string {
  return typeof value === "string" || (typeof value === "object" && value)
    ? JSON.stringify(value)
    : String(value);
}
