/**
 * What a caller's `process` makes of the logits, checked.
 *
 * @module
 */
import { shownResult } from "../../text/refusal.ts";
import { Chain } from "../chain/chain.ts";
import type { BeamSearchOptions } from "./beam_search.ts";

/**
 * @param action What cannot be done otherwise, such as `"Cannot search"`.
 * @param process What the caller gave.
 * @throws {TypeError} If it is no function.
 */
export function checkProcess(action: string, process: unknown): void {
  if (process === undefined || typeof process === "function") return;
  throw new TypeError(
    process instanceof Chain
      ? `${action}: process must be a function: a Chain; give (logits, tokens) => ` +
        "chain.apply(logits, { tokens, promptLength: n }), n the number of the prompt's tokens"
      : `${action}: process must be a function: ${
        process === null ? null : typeof process
      }`,
  );
}

/**
 * @param action What cannot be done otherwise.
 * @param process The function; undefined leaves the logits as they are.
 * @param logits Scores of all tokens, shape (V,).
 * @param row The row, in parts one after the other.
 * @returns The new scores, shape (V,).
 * @throws {TypeError} If the function gives something else.
 */
export function processed(
  action: string,
  process: BeamSearchOptions["process"],
  logits: Float32Array,
  ...row: readonly ArrayLike<number>[]
): Float32Array {
  if (process === undefined) return logits;
  const tokens = Int32Array.from(row.flatMap((part) => Array.from(part)));
  const scores: unknown = process(logits, tokens);
  if (scores instanceof Float32Array && scores.length === logits.length) {
    return scores;
  }
  throw new TypeError(
    `${action}: process must give a Float32Array of ${logits.length} logits: ${
      scores instanceof Float32Array ? scores.length : shownResult(scores)
    }`,
  );
}
