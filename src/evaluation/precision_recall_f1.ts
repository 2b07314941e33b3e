/**
 * Precision, recall and F1 of predicted labels, for each label and on average.
 *
 * With TP a label's right predictions, FP the wrong predictions of it and FN its places where something else was said:
 * precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = 2·TP / (2·TP + FP + FN), the harmonic mean of both (van
 * Rijsbergen, "Information Retrieval", 1979, chapter 7). Averages are those of scikit-learn's
 * `precision_recall_fscore_support`: macro is the plain mean over the labels, weighted the mean with each label weighed
 * by how often it came, micro counts TP, FP and FN over all labels first; with one label a place, all three micro values
 * are the accuracy.
 *
 * @module
 */
import { checkOptionNames } from "../text/options.ts";
import { checkLabels } from "./_labels.ts";

/** Precision, recall and F1. */
export interface PrecisionRecallF1 {
  /** Of the predictions of a label, the share that was right. */
  readonly precision: number;
  /** Of the places where a label came, the share where it was predicted. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
}

/** The values of one label. */
export interface LabelScores extends PrecisionRecallF1 {
  /** The label. */
  readonly label: number;
  /** How often it came. */
  readonly support: number;
}

/** The values of every label, and their averages. */
export interface ClassificationScores {
  /** Each label that came or was predicted, in ascending order. */
  readonly labels: readonly LabelScores[];
  /** The plain mean over the labels. */
  readonly macro: PrecisionRecallF1;
  /** Of all labels' counts together. */
  readonly micro: PrecisionRecallF1;
  /** The mean over the labels, each weighed by its support. */
  readonly weighted: PrecisionRecallF1;
}

/** Options of {@linkcode precisionRecallF1}. */
export interface PrecisionRecallF1Options {
  /**
   * What a division by zero gives, such as the precision of a label that was never predicted: 0, 1, or NaN, which leaves
   * the label out of the averages.
   *
   * @default {0}
   */
  zeroDivision?: number;
}

/** What is counted for a label. */
export interface LabelCounts {
  /** The label. */
  label: number;
  /** How often it was predicted and came. */
  right: number;
  /** How often it was predicted. */
  predicted: number;
  /** How often it came. */
  support: number;
}

/**
 * Measures precision, recall and F1.
 *
 * @param truth The labels that came, y, whole numbers from 0, shape (N,).
 * @param predicted The labels that were said, ŷ, shape (N,).
 * @param options What a division by zero gives.
 * @returns The values of every label, and their macro, micro and weighted averages.
 * @throws {TypeError} If one is no array, they differ in length, or an option is unknown.
 * @throws {RangeError} If they are empty, hold anything but whole numbers from 0, or an option is out of range.
 *
 * @example Two labels, one mistake
 * ```ts
 * import { precisionRecallF1 } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels, micro } = precisionRecallF1([0, 0, 1, 1], [0, 0, 1, 0]);
 * assertEquals(labels[1], { label: 1, precision: 1, recall: 0.5, f1: 2 / 3, support: 2 });
 * assertEquals(micro.f1, 0.75);
 * ```
 */
export function precisionRecallF1(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: PrecisionRecallF1Options = {},
): ClassificationScores {
  const action = "Cannot measure precision, recall and F1";
  checkOptionNames(action, options, ["zeroDivision"]);
  const { zeroDivision = 0 } = options;
  checkZeroDivision(action, zeroDivision);
  checkLabels(action, truth, predicted);
  const counts = new Map<number, LabelCounts>();
  const countsOf = (label: number): LabelCounts => {
    let found = counts.get(label);
    if (found === undefined) {
      counts.set(label, found = { label, right: 0, predicted: 0, support: 0 });
    }
    return found;
  };
  for (let i = 0; i < truth.length; i++) {
    countsOf(truth[i]!).support++;
    countsOf(predicted[i]!).predicted++;
    if (truth[i] === predicted[i]) countsOf(truth[i]!).right++;
  }
  const all = [...counts.values()].sort((a, b) => a.label - b.label);
  return scoresOfCounts(all, zeroDivision);
}

/**
 * @param action What cannot be done with another value.
 * @param value What a division by zero is to give.
 * @throws {RangeError} If it is neither 0 nor 1 nor NaN.
 */
export function checkZeroDivision(action: string, value: number): void {
  if (value === 0 || value === 1 || Number.isNaN(value)) return;
  throw new RangeError(
    `${action}: zeroDivision must be 0, 1 or NaN: ${JSON.stringify(value)}`,
  );
}

/**
 * @param counts What was counted for each label.
 * @param zeroDivision What a division by zero gives.
 * @returns The values of every label, and their averages.
 */
export function scoresOfCounts(
  counts: readonly LabelCounts[],
  zeroDivision: number,
): ClassificationScores {
  const ratios = (
    { right, predicted, support }: Omit<LabelCounts, "label">,
  ): PrecisionRecallF1 => {
    const divide = (part: number, whole: number): number =>
      whole === 0 ? zeroDivision : part / whole;
    return {
      precision: divide(right, predicted),
      recall: divide(right, support),
      f1: divide(2 * right, predicted + support), // 2·TP + FP + FN
    };
  };
  const labels = counts.map((each) => ({
    label: each.label,
    ...ratios(each),
    support: each.support,
  }));
  const average = (weightOf: (of: LabelScores) => number) =>
    mapRatios((name) => {
      let [sum, weights] = [0, 0];
      for (const each of labels) {
        if (Number.isNaN(each[name])) continue;
        sum += each[name] * weightOf(each);
        weights += weightOf(each);
      }
      return weights === 0 ? zeroDivision : sum / weights;
    });
  const total = { right: 0, predicted: 0, support: 0 };
  for (const { right, predicted, support } of counts) {
    total.right += right;
    total.predicted += predicted;
    total.support += support;
  }
  return {
    labels,
    macro: average(() => 1),
    micro: ratios(total),
    weighted: average(({ support }) => support),
  };
}

function mapRatios(
  value: (name: keyof PrecisionRecallF1) => number,
): PrecisionRecallF1 {
  return {
    precision: value("precision"),
    recall: value("recall"),
    f1: value("f1"),
  };
}
