/**
 * Whether a caller's signal is one.
 *
 * @module
 */

/**
 * @param action What cannot be done otherwise, such as `"Cannot generate"`.
 * @param signal What the caller gave; undefined for none.
 * @throws {TypeError} If it is something else than an `AbortSignal`.
 */
export function checkSignal(action: string, signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new TypeError(
    `${action}: signal must be an AbortSignal: ${
      signal === null
        ? null
        : signal instanceof AbortController
        ? "an AbortController; give its signal"
        : typeof signal
    }`,
  );
}
