/**
 * How a message shows a value that it refuses, and which kind of error it is.
 *
 * @module
 */

/**
 * @param value Anything that was given.
 * @returns It on one line, so that it cannot be taken for another: strings in quotes, the kind of what has no short form.
 */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ||
      typeof value === "function"
    ? typeof value
    : String(value);
}

/**
 * @param rule What cannot be done, and what the number must be.
 * @param value What was given.
 * @returns The error: a RangeError for a number, a TypeError for anything else.
 */
export function wrongNumber(
  rule: string,
  value: unknown,
): RangeError | TypeError {
  const Type = typeof value === "number" ? RangeError : TypeError;
  return new Type(`${rule}: ${shown(value)}`);
}
