/**
 * How often each label was taken for each other.
 *
 * C[i][j] = #{n : yₙ = label i and ŷₙ = label j}: rows are what came, columns what was said, as in scikit-learn's
 * `confusion_matrix`. The diagonal is what was right.
 *
 * @module
 */
import { checkLabels } from "./_labels.ts";

/** More labels would take gigabytes. */
const MOST_LABELS = 10_000;

/** What {@linkcode confusionMatrix} counts. */
export interface ConfusionMatrix {
  /** The labels of rows and columns, in ascending order, K of them. */
  readonly labels: readonly number[];
  /** The counts, shape (K, K): row what came, column what was said. */
  readonly matrix: readonly (readonly number[])[];
}

/**
 * Counts what was taken for what.
 *
 * @param truth The labels that came, y, whole numbers from 0, shape (N,).
 * @param predicted The labels that were said, ŷ, shape (N,).
 * @returns The labels that occur in either, and the counts.
 * @throws {TypeError} If one is no array, or they differ in length.
 * @throws {RangeError} If they are empty, hold anything but whole numbers from 0, or have more than 10,000 labels.
 *
 * @example One 2 was taken for a 1
 * ```ts
 * import { confusionMatrix } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels, matrix } = confusionMatrix([0, 1, 2, 2], [0, 1, 2, 1]);
 * assertEquals(labels, [0, 1, 2]);
 * assertEquals(matrix, [[1, 0, 0], [0, 1, 0], [0, 1, 1]]);
 * ```
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): ConfusionMatrix {
  const action = "Cannot make a confusion matrix";
  checkLabels(action, truth, predicted);
  const seen = new Set<number>();
  for (let i = 0; i < truth.length; i++) {
    seen.add(truth[i]!).add(predicted[i]!);
  }
  if (seen.size > MOST_LABELS) {
    throw new RangeError(
      `${action}: there must be at most ${MOST_LABELS} different labels: ${seen.size}`,
    );
  }
  const labels = [...seen].sort((a, b) => a - b);
  const placeOf = new Map(labels.map((label, place) => [label, place]));
  const matrix = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let i = 0; i < truth.length; i++) {
    matrix[placeOf.get(truth[i]!)!]![placeOf.get(predicted[i]!)!]!++;
  }
  return { labels, matrix };
}
