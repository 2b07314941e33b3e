/**
 * Gradient clipping: by the norm of all gradients together, or number by number.
 *
 * Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013, algorithm 1, with the
 * small term in the divisor that PyTorch's `clip_grad_norm_` has.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

/** Keeps the factor finite where all gradients are zero. */
const EPSILON = 1e-6;

/** Gradients after clipping. */
export interface ClippedGradients {
  /** The gradients, in the order given. */
  gradients: Tensor[];
  /** Their norm before clipping, shape (). */
  norm: Tensor;
}

/**
 * Scales all gradients by one factor, so that their norm is at most `maxNorm`; smaller ones stay as they are.
 *
 * @param gradients Float32 tensors of any shapes, one at least.
 * @param maxNorm Largest norm allowed; Infinity scales nothing.
 * @returns The scaled gradients and the norm they had.
 */
export function clipByGlobalNorm(
  gradients: Tensor[],
  maxNorm: number,
): ClippedGradients {
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient))); // () each
  const norm = tf.sqrt(tf.addN(squares)); // ()
  if (maxNorm === Infinity) return { gradients, norm };
  const factor = tf.minimum(tf.div(maxNorm, tf.add(norm, EPSILON)), 1); // ()
  return {
    gradients: gradients.map((gradient) => tf.mul(gradient, factor)),
    norm,
  };
}

/**
 * Cuts every number of every gradient to the range from −`maxValue` to `maxValue`, as PyTorch's `clip_grad_value_` and
 * Keras's `clipvalue` do; that may turn the direction.
 *
 * @param gradients Float32 tensors of any shapes, one at least.
 * @param maxValue Largest size of a number allowed, above 0.
 * @returns The cut gradients and the norm they had.
 */
export function clipByValue(
  gradients: Tensor[],
  maxValue: number,
): ClippedGradients {
  return {
    gradients: gradients.map((gradient) =>
      tf.clipByValue(gradient, -maxValue, maxValue)
    ),
    norm: clipByGlobalNorm(gradients, Infinity).norm,
  };
}
