/**
 * What the gradients of all recurrent layers have in common.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

/**
 * @param x Inputs of every step, shape (T, B, E).
 * @returns The inputs step by step, shape (B, E) each.
 */
export function steps(x: Tensor): Tensor[] {
  const [steps, batch, width] = x.shape as [number, number, number];
  return Array.from({ length: steps }, (_, t) => {
    const slice = tf.slice(x, [t, 0, 0], [1, batch, width]);
    return tf.reshape(slice, [batch, width]); // (B, E)
  });
}

/**
 * @param x Any shape.
 * @param mask What it is multiplied by; undefined for nothing.
 * @returns The product.
 */
export function masked(x: Tensor, mask: Tensor | undefined): Tensor {
  return mask === undefined ? x : tf.mul(x, mask);
}

/**
 * @param first The hidden state before the first step, shape (B, H).
 * @param hidden The hidden state after every step, shape (T, B, H).
 * @returns The hidden state before every step, shape (T, B, H).
 */
export function hiddenBefore(first: Tensor, hidden: Tensor): Tensor {
  const [steps, batch, units] = hidden.shape as [number, number, number];
  return tf.concat([
    tf.expandDims(first, 0),
    tf.slice(hidden, [0, 0, 0], [steps - 1, batch, units]),
  ]); // (T, B, H)
}

/**
 * The gradient of a matrix that every step multiplies by, in one product.
 *
 * @param before What stood before the matrix, shape (T, B, M).
 * @param gradients The gradients of the products, shape (T, B, N).
 * @returns Shape (M, N).
 */
export function matrixGradient(before: Tensor, gradients: Tensor): Tensor {
  const rows = (x: Tensor): Tensor => tf.reshape(x, [-1, x.shape[2]!]); // (TB, ...)
  return tf.matMul(rows(before), rows(gradients), true, false); // (M, N)
}

/** The derivative of a sigmoid from its value: σ' = σ (1 − σ). */
export function slope(gate: Tensor): Tensor {
  return tf.mul(gate, tf.sub(1, gate));
}

/** The derivative of a hyperbolic tangent from its value: tanh' = 1 − tanh². */
export function rest(squashed: Tensor): Tensor {
  return tf.sub(1, tf.square(squashed));
}
