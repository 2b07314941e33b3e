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
 * @returns The start of its JSON, or its type where it has none.
 */
export function brief(value: unknown): string {
  const text = typeof value === "bigint"
    ? `${value}n`
    : JSON.stringify(value) ?? typeof value;
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
}
