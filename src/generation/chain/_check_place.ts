/**
 * Whether scores and a text are ones to choose a token by.
 *
 * @module
 */
import type { ChainContext } from "./candidates.ts";

/**
 * Refuses what gives no place of a text.
 *
 * @param logits Scores.
 * @param context A text.
 * @throws {TypeError} If the scores are no Float32Array, or the text is none.
 * @throws {RangeError} If the prompt is longer than the text.
 */
export function checkPlace(logits: Float32Array, context: ChainContext): void {
  if (!(logits instanceof Float32Array) || logits.length === 0) {
    throw new TypeError(
      `Cannot sample: the logits must be a Float32Array with a score for every token: ${
        logits instanceof Float32Array ? "an empty one" : typeof logits
      }`,
    );
  }
  const { tokens, promptLength } = context ?? {};
  if (!Number.isSafeInteger(tokens?.length)) {
    throw new TypeError(
      `Cannot sample: the context must have the text's tokens, a list of ids: ${
        tokens === null ? "null" : typeof tokens
      }`,
    );
  }
  if (
    !Number.isSafeInteger(promptLength) || promptLength < 0 ||
    promptLength > tokens.length
  ) {
    throw new RangeError(
      `Cannot sample: promptLength must be an integer from 0 to the number of tokens, ${tokens.length}: ${promptLength}`,
    );
  }
}
