/**
 * The sum of what several batches gave, before one step by their mean: gradients accumulated over batches are those of one
 * batch of all their rows, without the memory that it would take.
 *
 * @module
 */
import { type Tensor, tf, type Variable } from "../engine/tf.ts";
import type { BatchGradients } from "./_batch_gradients.ts";

/** Sums over targets. */
export interface GradientSum {
  /** Of the losses, shape (). */
  loss: Tensor;
  /** Of the gradients, one for each variable. */
  gradients: Tensor[];
  /** How many targets were predicted right, shape (); where asked for. */
  correct?: Tensor;
  /** How many there were that count, float32, shape (). */
  targets: Tensor;
}

/**
 * @param variables What is trained.
 * @param counted Whether to count the targets that were predicted right.
 * @returns The sum over no batch.
 */
export function zeroSum(variables: Variable[], counted: boolean): GradientSum {
  return {
    loss: tf.scalar(0),
    gradients: variables.map((variable) => tf.zerosLike(variable)),
    ...(counted && { correct: tf.scalar(0) }),
    targets: tf.scalar(0),
  };
}

/**
 * @param sum The sum so far.
 * @param batch What a batch gave, means over its targets.
 * @param targets How many of its targets count, float32, shape ().
 * @returns The sum with the batch.
 */
export function addToSum(
  sum: GradientSum,
  batch: BatchGradients,
  targets: Tensor,
): GradientSum {
  const withMean = (total: Tensor, mean: Tensor): Tensor =>
    tf.add(total, tf.mul(mean, targets));
  return {
    loss: withMean(sum.loss, batch.loss),
    gradients: sum.gradients.map((total, k) =>
      withMean(total, batch.gradients[k]!)
    ),
    ...(sum.correct && { correct: tf.add(sum.correct, batch.correct!) }),
    targets: tf.add(sum.targets, targets),
  };
}

/**
 * @param sum A sum over one batch at least.
 * @returns The mean loss and gradients over all targets, and how many of these were predicted right.
 */
export function meanOf(
  { loss, gradients, correct, targets }: GradientSum,
): Omit<BatchGradients, "state"> {
  return {
    loss: tf.div(loss, targets),
    gradients: gradients.map((gradient) => tf.div(gradient, targets)),
    ...(correct && { correct }),
  };
}

/** Frees a sum. */
export function disposeSum(
  { loss, gradients, correct, targets }: GradientSum,
): void {
  tf.dispose([loss, ...gradients, targets]);
  correct?.dispose();
}
