/**
 * Rotary positions: pairs of a query's and a key's numbers are turned by angles that grow with the position, so that
 * their product depends on the distance alone.
 *
 * Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, section 3.2.2. Number i of the first
 * half of a vector makes a pair with number i of the second half, as in Llama's weights in Hugging Face's form.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

/** Cosines and sines of the angles at some positions, float32, shape (N, S/2) each. */
export interface Rotation {
  /** Cosines. */
  cos: Tensor;
  /** Sines. */
  sin: Tensor;
}

/** Options of {@linkcode rotationAt}. */
export interface RotationOptions {
  /** Numbers in a vector, S, an even number. */
  size: number;

  /** Pair i turns by base^(−2i/S) from one position to the next. */
  base: number;
}

/**
 * @param positions int32, shape (N,).
 * @param options Size of the vectors, and how fast they turn.
 * @returns The angles' cosines and sines.
 */
export function rotationAt(
  positions: Tensor,
  { size, base }: RotationOptions,
): Rotation {
  const frequencies = Float32Array.from(
    { length: size / 2 },
    (_, i) => base ** (-2 * i / size),
  );
  const angles = tf.mul(
    tf.expandDims(tf.cast(positions, "float32"), 1),
    tf.tensor1d(frequencies),
  ); // (N, S/2)
  return { cos: tf.cos(angles), sin: tf.sin(angles) };
}

/**
 * @param x Vectors, float32, shape (..., N, S).
 * @param rotation The angles at their positions.
 * @returns The vectors turned, same shape.
 */
export function rotate(x: Tensor, { cos, sin }: Rotation): Tensor {
  const [a, b] = tf.split(x, 2, -1) as [Tensor, Tensor]; // (..., N, S/2) each
  return tf.concat([
    tf.sub(tf.mul(a, cos), tf.mul(b, sin)),
    tf.add(tf.mul(b, cos), tf.mul(a, sin)),
  ], -1);
}
