/**
 * The part of a text that a penalty looks at.
 *
 * @module
 */
import type { ChainContext } from "./candidates.ts";

/** Which tokens penalties look at: the last n of prompt and text, all of them, or those of the new text. */
export type PenaltyWindow = number | "all" | "generated";

/**
 * @param name The option.
 * @param window What the caller gave.
 * @throws {RangeError} If it is no window.
 */
export function checkPenaltyWindow(name: string, window: PenaltyWindow): void {
  if (
    window === "all" || window === "generated" ||
    (Number.isSafeInteger(window) && window > 0)
  ) return;
  throw new RangeError(
    `Cannot sample: ${name} must be an integer from 1, "all" or "generated": ${
      JSON.stringify(window)
    }`,
  );
}

/**
 * @param window Which tokens.
 * @param context The text.
 * @returns The place of the first of them.
 */
export function windowStart(
  window: PenaltyWindow,
  { tokens, promptLength }: ChainContext,
): number {
  if (window === "all") return 0;
  if (window === "generated") return promptLength;
  return Math.max(0, tokens.length - window);
}
