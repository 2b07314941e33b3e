/**
 * Keeps the scores of candidates finite, whatever a stage adds to them.
 *
 * @module
 */

/** About the largest number of single precision. */
export const LARGEST_SCORE = 3.4e38;

/**
 * @param score Any number but NaN.
 * @returns The nearest one that single precision holds.
 */
export function finiteScore(score: number): number {
  return Math.max(-LARGEST_SCORE, Math.min(score, LARGEST_SCORE));
}
