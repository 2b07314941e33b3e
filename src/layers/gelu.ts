/**
 * The Gaussian error linear unit, exactly and in its older approximation.
 *
 * Hendrycks and Gimpel, "Gaussian Error Linear Units (GELUs)", 2016, section 2: x · Φ(x), Φ being the distribution
 * function of the standard normal distribution. GPT-2 was trained with the form with tanh.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";

const CUBIC = 0.044715;

/**
 * x · Φ(x) by the error function.
 *
 * @param x Float32, any shape.
 * @returns The same shape.
 */
export function gelu(x: Tensor): Tensor {
  const twice = tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1); // 2 Φ(x)
  return tf.mul(tf.mul(x, 0.5), twice);
}

/**
 * x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2, within 5 · 10⁻⁴ of {@linkcode gelu}.
 *
 * @param x Float32, any shape.
 * @returns The same shape.
 */
export function geluTanh(x: Tensor): Tensor {
  const cubed = tf.mul(tf.add(tf.mul(tf.square(x), CUBIC), 1), x); // x + 0.044715 x³
  const twice = tf.add(tf.tanh(tf.mul(cubed, Math.sqrt(2 / Math.PI))), 1);
  return tf.mul(tf.mul(x, 0.5), twice);
}
