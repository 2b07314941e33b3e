/**
 * Sinusoidal positions: a fixed vector for every position.
 *
 * Vaswani et al., "Attention Is All You Need", 2017, section 3.5: number 2i of position p is sin(p / 10,000^(2i/D)), and
 * number 2i + 1 is its cosine.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { rotationAt } from "./rotary.ts";

/**
 * @param positions int32, shape (N,).
 * @param width Numbers in a vector, D, an even number.
 * @returns Their vectors, float32, shape (N, D).
 */
export function sinusoidalPositions(positions: Tensor, width: number): Tensor {
  const { cos, sin } = rotationAt(positions, { size: width, base: 10_000 }); // (N, D/2) each
  return tf.reshape(tf.stack([sin, cos], 2), [positions.size, width]);
}
