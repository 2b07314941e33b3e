/**
 * What counts as missing, and what may stand in its place.
 *
 * @module
 */

/** Cells that mean that there is no value: those that pandas 2 reads as such (`read_csv`, `na_values`). */
export const MISSING_WORDS: readonly string[] = [
  "",
  "#N/A",
  "#N/A N/A",
  "#NA",
  "-1.#IND",
  "-1.#QNAN",
  "-NaN",
  "-nan",
  "1.#IND",
  "1.#QNAN",
  "<NA>",
  "N/A",
  "NA",
  "NULL",
  "NaN",
  "None",
  "n/a",
  "nan",
  "null",
];

/** A value of a table or an array. */
export type Value = string | number | bigint | boolean;

/** Whether a value stands for none. */
export type MissingTest = (value: unknown) => boolean;

/**
 * Makes the test for missing values: null, undefined and NaN always, a text by its trimmed words.
 *
 * @param words Values that mean that there is none.
 * @returns The test.
 */
export function missingTest(words: readonly unknown[]): MissingTest {
  const known = new Set(words);
  return (value) =>
    value === null || value === undefined || Number.isNaN(value) ||
    known.has(typeof value === "string" ? value.trim() : value);
}

/** What is filled in: a value, or how it is found from those that are there. */
export interface Filling {
  readonly fill: Value;
  /** What cannot be done, for errors. */
  readonly what: string;
}

/**
 * Finds what a column is filled with.
 *
 * @param present The values that are there, in order.
 * @param filling The value or rule, and the column's name for errors.
 * @returns The value.
 * @throws {RangeError} If the rule has no value here.
 */
export function fillFor(
  present: readonly Value[],
  { fill, what }: Filling,
): Value {
  if (fill !== "mean" && fill !== "median" && fill !== "mode") return fill;
  if (present.length === 0) {
    throw new RangeError(
      `${what}: the ${fill} needs a value: all are missing; give fill a value`,
    );
  }
  if (fill === "mode") return mode(present);
  const numbers = present.map((value) =>
    typeof value === "string" && value.trim() !== "" ||
      typeof value === "number"
      ? Number(value)
      : NaN
  );
  const place = numbers.findIndex(Number.isNaN);
  if (place >= 0) {
    throw new RangeError(
      `${what}: the ${fill} needs numbers: ${
        typeof present[place] === "bigint"
          ? `${present[place]}n`
          : JSON.stringify(present[place])
      }; fill with "mode" or a value`,
    );
  }
  const value = fill === "mean" ? mean(numbers) : median(numbers);
  return typeof present[0] === "string" ? String(value) : value;
}

/** The value that is there most often; of several, the one that comes first. */
function mode(values: readonly Value[]): Value {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let [best, most] = [values[0]!, 0];
  for (const [value, count] of counts) {
    if (count > most) [best, most] = [value, count];
  }
  return best;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** The value in the middle, or between the two in the middle. */
function median(numbers: readonly number[]): number {
  const sorted = Float64Array.from(numbers).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]!
    : sorted[half - 1]! / 2 + sorted[half]! / 2;
}
