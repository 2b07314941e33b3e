/**
 * Values in error messages.
 *
 * @module
 */

/** Most characters of a value that a message shows. */
const LENGTH = 60;

/**
 * Prints a value for an error message.
 *
 * @param value Any value.
 * @returns The start of its JSON, or its type where it has none; the numbers in it as they are, also those that JSON lacks.
 */
export function brief(value: unknown): string {
  const text = inJson(value) ?? typeof value;
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
}

/** JSON of a value, with a word for each number; undefined where it has none, as of functions and of what has itself in it. */
function inJson(value: unknown): string | undefined {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return String(value);
  try {
    return JSON.stringify(
      value,
      (_, part) =>
        typeof part === "bigint"
          ? `${part}n`
          : typeof part === "number" && !Number.isFinite(part)
          ? String(part)
          : part,
    );
  } catch {
    return undefined;
  }
}
