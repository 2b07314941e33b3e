/**
 * Running sums along rows, as products with triangular matrices: XLA adds up step by step otherwise.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

/** Numbers that one product with a triangular matrix sums up, at most. */
export const LONGEST_ROW = 128;

/**
 * Sums within pieces of 128 numbers, and over the pieces before.
 *
 * @param weights Shape (B, N).
 * @returns Of each number and those before it the sum, shape (B, N).
 */
export function cumulate(weights: Tensor): Tensor {
  const [rows, size] = weights.shape as [number, number];
  const width = Math.min(size, LONGEST_ROW);
  const pieces = Math.ceil(size / width);
  const padded = tf.pad(weights, [[0, 0], [0, pieces * width - size]]);
  const inside = tf.matMul(
    tf.reshape(padded, [rows * pieces, width]),
    triangle(width, tf.lessEqual),
  ); // (B pieces, width)
  if (pieces === 1) return inside;
  const totals = tf.reshape(
    tf.slice(inside, [0, width - 1], [-1, 1]),
    [rows, pieces],
  );
  const earlier = tf.matMul(totals, triangle(pieces, tf.less)); // (B, pieces)
  const sums = tf.add(
    tf.reshape(inside, [rows, pieces, width]),
    tf.expandDims(earlier, 2),
  );
  return tf.slice(tf.reshape(sums, padded.shape), [0, 0], [rows, size]);
}

/** Ones above the diagonal, and on it where places are compared by "less or equal", shape (n, n); made once by XLA. */
function triangle(n: number, compare: typeof tf.less): Tensor {
  const place = tf.range(0, n, 1, "int32");
  const [from, to] = [tf.expandDims(place, 1), tf.expandDims(place, 0)];
  return tf.cast(compare(from, to), "float32");
}
