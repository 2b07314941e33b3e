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
 * The product of a hidden state with the matrices to G gates side by side.
 *
 * @param h The hidden state, shape (B, H).
 * @param kernel Shape (H, GH).
 * @param mask What the hidden state is multiplied by before: for all gates, shape (B, H), or for each, shape (B, GH).
 * @returns Shape (B, GH).
 */
export function gateSums(
  h: Tensor,
  kernel: Tensor,
  mask: Tensor | undefined,
): Tensor {
  const masks = masksOf(mask, h.shape[1]!);
  if (masks === undefined) return tf.matMul(masked(h, mask), kernel);
  const kernels = tf.split(kernel, masks.length, 1); // (H, H) each
  return tf.concat(
    masks.map((mask, g) => tf.matMul(tf.mul(h, mask), kernels[g]!)),
    1,
  );
}

/**
 * How the hidden state moves the sums of {@linkcode gateSums}.
 *
 * @param dSums Their gradients, shape (B, GH).
 * @param kernel Shape (H, GH).
 * @param mask As for {@linkcode gateSums}.
 * @returns The gradient of the hidden state, shape (B, H).
 */
export function throughGates(
  dSums: Tensor,
  kernel: Tensor,
  mask: Tensor | undefined,
): Tensor {
  const masks = masksOf(mask, kernel.shape[0]!);
  if (masks === undefined) {
    return masked(tf.matMul(dSums, kernel, false, true), mask);
  }
  const kernels = tf.split(kernel, masks.length, 1); // (H, H) each
  return tf.addN(
    tf.split(dSums, masks.length, 1).map((dSum, g) =>
      tf.mul(tf.matMul(dSum, kernels[g]!, false, true), masks[g]!)
    ),
  );
}

/**
 * The gradient of the matrices of {@linkcode gateSums}, over all steps.
 *
 * @param before The hidden state before every step, shape (T, B, H).
 * @param dSums The gradients of the sums, shape (T, B, GH).
 * @param mask As for {@linkcode gateSums}.
 * @returns Shape (H, GH).
 */
export function gateGradient(
  before: Tensor,
  dSums: Tensor,
  mask: Tensor | undefined,
): Tensor {
  const masks = masksOf(mask, before.shape[2]!);
  if (masks === undefined) return matrixGradient(masked(before, mask), dSums);
  return tf.concat(
    tf.split(dSums, masks.length, 2).map((dSum, g) =>
      matrixGradient(tf.mul(before, masks[g]!), dSum)
    ),
    1,
  );
}

/** The mask of each gate, shape (B, H), where each has its own. */
function masksOf(
  mask: Tensor | undefined,
  units: number,
): Tensor[] | undefined {
  const gates = (mask?.shape[1] ?? units) / units;
  return gates === 1 ? undefined : tf.split(mask!, gates, 1);
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
