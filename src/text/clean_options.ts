/**
 * Options of `clean()`, their defaults and their limits.
 *
 * @module
 */
import { checkOptionNames } from "./options.ts";
import { WHITESPACE, type WhitespaceRule } from "./_whitespace.ts";

export type { WhitespaceRule } from "./_whitespace.ts";

/** What `clean()` does about missing values. */
export interface CleanOptions {
  /**
   * `"drop"` leaves out the rows in which a value is missing, `"fill"` puts another in its place, `"error"` refuses.
   *
   * @default {"drop"}
   */
  missing?: "drop" | "fill" | "error";

  /**
   * What is filled in, for `missing: "fill"`: a value, or `"mean"`, `"median"` or `"mode"` of the column's other values.
   *
   * @default {undefined} which `"fill"` cannot do without
   */
  fill?: string | number | bigint;

  /**
   * Values that mean that there is none, beside null, undefined and NaN; texts are trimmed before they are compared.
   *
   * @default {["", "NA", "N/A", "null", "None", "NaN", …]} for texts, as pandas has them; `[]` for numbers
   */
  missingValues?: readonly (string | number | bigint)[];
}

/** What `clean()` does to texts. */
export interface CleanTextOptions extends CleanOptions {
  /**
   * Metadata of documents in which no value may be missing either.
   *
   * @default {[]}
   */
  columns?: readonly string[];

  /**
   * Form of Unicode that texts are brought to, so that characters with two spellings have one; `"none"` keeps them.
   * NFKC also turns ligatures, full width and other dressed up characters into plain ones.
   *
   * @default {"NFC"}
   */
  normalize?: "NFC" | "NFD" | "NFKC" | "NFKD" | "none";

  /**
   * `"trim"` removes white space at the end of lines, and empty lines at both ends of a text; `"collapse"` also leaves
   * one blank of several, and one empty line of several; `"line"` puts the whole text on one line.
   *
   * @default {"keep"}
   */
  whitespace?: WhitespaceRule;

  /**
   * Texts to leave out: `"exact"` those equal to one before, `"near"` those that share most of their shingles with one.
   *
   * @default {"keep"}
   */
  duplicates?: "keep" | "exact" | "near";

  /**
   * For `duplicates: "near"`: least share of the shingles of two texts that both have (Jaccard), above 0 up to 1.
   *
   * @default {0.8}
   */
  similarity?: number;

  /**
   * For `duplicates: "near"`: characters of a shingle; 5 suits mails and reviews, 9 long articles.
   *
   * @default {5}
   */
  shingle?: number;
}

/** Options that are about arrays. */
export const ARRAY_OPTIONS: readonly string[] = [
  "missing",
  "fill",
  "missingValues",
] satisfies (keyof CleanOptions)[];

/** Options that are about texts. */
export const TEXT_OPTIONS: readonly string[] = [
  ...ARRAY_OPTIONS,
  ...[
    "columns",
    "normalize",
    "whitespace",
    "duplicates",
    "similarity",
    "shingle",
  ] satisfies (keyof CleanTextOptions)[],
];

/** What an option may be. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  missing: ["drop", "fill", "error"],
  normalize: ["NFC", "NFD", "NFKC", "NFKD", "none"],
  whitespace: Object.keys(WHITESPACE),
  duplicates: ["keep", "exact", "near"],
};

/**
 * Checks options.
 *
 * @param options The options of the caller.
 * @param known Names of those that have an effect.
 * @throws {TypeError} If an option does not exist or has no effect.
 * @throws {RangeError} If a value is out of range.
 */
export function checkCleanOptions(
  options: CleanTextOptions,
  known: readonly string[],
): void {
  const what = "Cannot clean";
  checkOptionNames(what, options, known);
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = options[name as keyof CleanTextOptions];
    if (value !== undefined && !choices.includes(value as string)) {
      throw new RangeError(
        `${what}: ${name} must be one of ${choices.join(", ")}: ${
          JSON.stringify(value)
        }`,
      );
    }
  }
  const { missing = "drop", fill, duplicates, similarity, shingle } = options;
  if (missing === "fill" && fill === undefined) {
    throw new TypeError(
      `${what}: missing: "fill" needs fill: a value, "mean", "median" or "mode"`,
    );
  }
  if (
    fill !== undefined &&
    (!["string", "number", "bigint"].includes(typeof fill) ||
      Number.isNaN(fill))
  ) {
    throw new TypeError(
      `${what}: fill must be a string, a number or a bigint that is there: ${fill}`,
    );
  }
  if (missing !== "fill" && fill !== undefined) {
    throw new TypeError(
      `${what}: fill has no effect with missing: "${missing}"; set missing: "fill"`,
    );
  }
  for (const [name, value] of Object.entries({ similarity, shingle })) {
    if (value !== undefined && duplicates !== "near") {
      throw new TypeError(
        `${what}: ${name} has no effect without duplicates: "near"`,
      );
    }
  }
  if (similarity !== undefined && !(similarity > 0 && similarity <= 1)) {
    throw new RangeError(
      `${what}: similarity must be above 0 up to 1: ${similarity}`,
    );
  }
  if (shingle !== undefined && !(Number.isInteger(shingle) && shingle >= 1)) {
    throw new RangeError(
      `${what}: shingle must be a whole number from 1: ${shingle}`,
    );
  }
}
