/**
 * The focal loss: cross-entropy that counts less for what is predicted well already.
 *
 * Lin et al., "Focal Loss for Dense Object Detection", 2017, equation 4, over a vocabulary. With p the probability of the
 * token that came, a row's loss is −(1 − p)^γ · log p. Its gradient by the logits is that of the cross-entropy,
 * softmax minus one-hot, times (1 − p)^γ − γ · p · (1 − p)^(γ − 1) · log p.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { oneHot, tokenLosses } from "./loss.ts";

/** Keeps a negative power finite where p is 1; the logarithm beside it is 0 there. */
const SMALLEST = 1e-30;

/**
 * The sum over all rows, each by its weight, with its gradient.
 *
 * @param logits Scores of every token, float32, shape (N, V).
 * @param targets Ids of the tokens that came, int32, shape (N,).
 * @param weights How much each row counts, float32, shape (N,).
 * @param gamma γ, from 0; 0 gives the cross-entropy.
 * @returns The weighted loss, shape ().
 */
export function focalLoss(
  logits: Tensor,
  targets: Tensor,
  weights: Tensor,
  gamma: number,
): Tensor {
  const withGradient = tf.customGrad((x, save) => {
    const entropies = tokenLosses(x as Tensor, targets); // −log p, (N,)
    const missing = tf.maximum(tf.neg(tf.expm1(tf.neg(entropies))), SMALLEST); // 1 − p, (N,)
    const losses = tf.mul(tf.pow(missing, gamma), entropies); // (N,)
    (save as tf.GradSaveFunc)([x as Tensor, targets, weights, entropies]);
    return {
      value: tf.sum(tf.mul(losses, weights)),
      gradFunc: (dLoss: Tensor, saved: Tensor[]) => {
        const [logits, targets, weights, entropies] = saved as [
          Tensor,
          Tensor,
          Tensor,
          Tensor,
        ];
        const p = tf.exp(tf.neg(entropies)); // (N,)
        const missing = tf.maximum(
          tf.neg(tf.expm1(tf.neg(entropies))),
          SMALLEST,
        );
        const slope = tf.add(
          tf.pow(missing, gamma),
          tf.mul(
            tf.mul(tf.mul(p, entropies), gamma),
            tf.pow(missing, gamma - 1),
          ),
        ); // (N,)
        const share = tf.mul(tf.mul(slope, weights), dLoss); // (N,)
        const surplus = tf.sub(
          tf.softmax(logits),
          oneHot(targets, logits.shape[1]!),
        ); // (N, V)
        return tf.mul(surplus, tf.reshape(share, [-1, 1])); // (N, V)
      },
    };
  });
  return withGradient(logits);
}
