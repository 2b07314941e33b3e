/**
 * Means of rows and sums of columns as products with a constant vector, which XLA computes faster than reductions. A
 * single row is left to the reduction, which it fuses with what lies around.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

/**
 * @param x Float32, shape (N, D).
 * @returns The mean of each row, shape (N, 1).
 */
export function rowMeans(x: Tensor): Tensor {
  const [rows, width] = x.shape as [number, number];
  if (rows === 1) return tf.mean(x, 1, true);
  return tf.matMul(x, tf.fill([width, 1], 1 / width));
}

/**
 * @param x Float32, shape (N, D).
 * @returns The sum of each column, shape (D,).
 */
export function columnSums(x: Tensor): Tensor {
  const [rows, width] = x.shape as [number, number];
  return tf.reshape(tf.matMul(tf.ones([1, rows]), x), [width]);
}
