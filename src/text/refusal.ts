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
 * Takes a value that a function of the caller's gave where it may give none of the kind. If it is a promise, nobody waits for
 * it, and a failure of it later would end the process.
 *
 * @param value What was given.
 * @returns It as {@linkcode shown} has it; promises by their name.
 */
export function shownResult(value: unknown): string {
  if (!(value instanceof Promise)) return shown(value);
  value.catch(() => {});
  return "a promise";
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
