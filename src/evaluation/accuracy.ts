/**
 * The share of labels that were predicted right: accuracy = #{i : ŷᵢ = yᵢ} / n.
 *
 * @module
 */
import { checkLabels } from "./_labels.ts";

/**
 * The share of places where the prediction is the truth.
 *
 * @param truth The labels that came, y, whole numbers from 0, shape (N,).
 * @param predicted The labels that were said, ŷ, shape (N,).
 * @returns A share from 0 to 1.
 * @throws {TypeError} If one is no array, or they differ in length.
 * @throws {RangeError} If they are empty, or hold anything but whole numbers from 0.
 *
 * @example Three of four
 * ```ts
 * import { accuracy } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(accuracy([0, 1, 2, 2], [0, 1, 2, 1]), 0.75);
 * ```
 */
export function accuracy(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): number {
  checkLabels("Cannot measure the accuracy", truth, predicted);
  let right = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === predicted[i]) right++;
  }
  return right / truth.length;
}
