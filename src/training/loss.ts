/**
 * The cross-entropy of predictions, in nats: what training makes small and validation measures.
 *
 * The logits are shifted by their row's maximum before the exponential, so that no score overflows; the gradient is
 * softmax minus one-hot (Bishop, "Pattern Recognition and Machine Learning", 2006, equation 4.109).
 *
 * With label smoothing ε, the one-hot rows q are replaced by (1 − ε) · q + ε / V (Szegedy et al., "Rethinking the Inception
 * Architecture for Computer Vision", 2016, section 7), as PyTorch has it.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

/**
 * The mean over all rows, with its gradient.
 *
 * @param logits Scores of every token, float32, shape (N, V).
 * @param targets Ids of the tokens that came, int32, shape (N,).
 * @param smoothing Label smoothing ε, from 0 up to but not 1.
 * @returns The mean loss, shape ().
 */
export function meanCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  smoothing = 0,
): Tensor {
  const [rows, vocabulary] = logits.shape as [number, number];
  const withGradient = tf.customGrad((x, save) => {
    const { losses, exponentials, sums } = crossEntropy(
      x as Tensor,
      targets,
      smoothing,
    );
    (save as tf.GradSaveFunc)([exponentials, sums, targets]);
    return {
      value: tf.mean(losses),
      gradFunc: (dLoss: Tensor, saved: Tensor[]) => {
        const [exponentials, sums, targets] = saved;
        const softmax = tf.div(exponentials!, sums!); // (N, V)
        const surplus = tf.sub(
          softmax,
          wanted(targets!, vocabulary, smoothing),
        ); // (N, V)
        return tf.mul(surplus, tf.div(dLoss, rows)); // (N, V)
      },
    };
  });
  return withGradient(logits);
}

/**
 * The sum over all rows, each by its weight, with its gradient. Weights that add up to 1 give a mean, and rows of
 * weight 0 do not count: so padding is left out. Sums over parts of the rows add up to the sum over all.
 *
 * @param logits Scores of every token, float32, shape (N, V).
 * @param targets Ids of the tokens that came, int32, shape (N,).
 * @param weights How much each row counts, float32, shape (N,).
 * @param smoothing Label smoothing ε, from 0 up to but not 1.
 * @returns The weighted loss, shape ().
 */
export function weightedCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  weights: Tensor,
  smoothing = 0,
): Tensor {
  const vocabulary = logits.shape[1]!;
  const withGradient = tf.customGrad((x, save) => {
    const { losses, exponentials, sums } = crossEntropy(
      x as Tensor,
      targets,
      smoothing,
    );
    (save as tf.GradSaveFunc)([exponentials, sums, targets, weights]);
    return {
      value: tf.sum(tf.mul(losses, weights)),
      gradFunc: (dLoss: Tensor, saved: Tensor[]) => {
        const [exponentials, sums, targets, weights] = saved;
        const softmax = tf.div(exponentials!, sums!); // (N, V)
        const surplus = tf.sub(
          softmax,
          wanted(targets!, vocabulary, smoothing),
        ); // (N, V)
        const share = tf.reshape(tf.mul(weights!, dLoss), [-1, 1]); // (N, 1)
        return tf.mul(surplus, share); // (N, V)
      },
    };
  });
  return withGradient(logits);
}

/**
 * The loss of every row.
 *
 * @param logits Scores of every token, float32, shape (N, V).
 * @param targets Ids of the tokens that came, int32, shape (N,).
 * @returns The losses, shape (N,).
 */
export function tokenLosses(logits: Tensor, targets: Tensor): Tensor {
  return crossEntropy(logits, targets).losses;
}

function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  smoothing = 0,
): { losses: Tensor; exponentials: Tensor; sums: Tensor } {
  const [rows, vocabulary] = logits.shape as [number, number];
  const shifted = tf.sub(logits, tf.max(logits, 1, true)); // (N, V)
  const exponentials = tf.exp(shifted); // (N, V)
  const sums = tf.sum(exponentials, 1, true); // (N, 1)
  const score = tf.sum(
    tf.mul(shifted, wanted(targets, vocabulary, smoothing)),
    1,
  ); // (N,)
  return {
    losses: tf.sub(tf.reshape(tf.log(sums), [rows]), score),
    exponentials,
    sums,
  };
}

/** The shares of all tokens that a prediction is to have. */
function wanted(targets: Tensor, depth: number, smoothing: number): Tensor {
  const ones = oneHot(targets, depth); // (N, V)
  return smoothing === 0
    ? ones
    : tf.add(tf.mul(ones, 1 - smoothing), smoothing / depth);
}

/**
 * Float32, by way of int32: the wasm engine writes integers into a one-hot tensor whatever its dtype is. TensorFlow.js has
 * no one-hot vectors of a single number, which a vocabulary of one token needs.
 */
export function oneHot(ids: Tensor, depth: number): Tensor {
  if (depth === 1) {
    return tf.cast(tf.equal(tf.expandDims(ids, 1), 0), "float32"); // (N, 1)
  }
  return tf.cast(tf.oneHot(ids as tf.Tensor1D, depth), "float32"); // (N, V)
}
