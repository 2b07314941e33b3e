/**
 * What the inputs and the bias add to the sums of a recurrent layer's gates, x·K + b: it waits for no step, so it is taken
 * over all of them in one product.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

/** The learnt arrays that the inputs meet; G numbers stand for all gates side by side. */
export interface InputWeights {
  /** K: from the inputs to the gates, shape (E, G). */
  kernel: Tensor;
  /** b: shape (G,). */
  bias: Tensor;
}

/**
 * @param x Inputs, shape (N, E).
 * @param weights The layer's weights.
 * @returns Shape (N, G).
 */
export function inputSums(x: Tensor, { kernel, bias }: InputWeights): Tensor {
  return tf.add(tf.matMul(x, kernel), bias);
}

/**
 * The same for every step of a sequence.
 *
 * @param x Inputs of every step, shape (T, B, E).
 * @param weights The layer's weights.
 * @returns Shape (T, B, G).
 */
export function sequenceSums(x: Tensor, weights: InputWeights): Tensor {
  const [steps, batch, width] = x.shape as [number, number, number];
  const sums = inputSums(tf.reshape(x, [steps * batch, width]), weights); // (TB, G)
  return tf.reshape(sums, [steps, batch, -1]);
}

/**
 * The same for inputs that are rows of a table, such as an embedding. Where the table has fewer rows than the sequence has
 * positions, the product with the kernel is taken once for each row and looked up.
 *
 * @param table The rows, shape (V, E).
 * @param ids Which row is the input of each step, int32, shape (T, B).
 * @param weights The layer's weights.
 * @returns Shape (T, B, G).
 */
export function rowSums(
  table: Tensor,
  ids: Tensor,
  weights: InputWeights,
): Tensor {
  const [steps, batch] = ids.shape as [number, number];
  const flat = tf.reshape(ids, [-1]) as tf.Tensor1D; // (TB,)
  const sums = table.shape[0]! < flat.size
    ? tf.gather(inputSums(table, weights), flat) // (TB, G) from (V, G)
    : inputSums(tf.gather(table, flat), weights); // (TB, G)
  return tf.reshape(sums, [steps, batch, -1]);
}
