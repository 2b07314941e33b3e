/**
 * The self-test that every engine passes before it is trusted: a product of matrices and the
 * gradient of an embedding, both small enough to check by hand.
 *
 * @module
 */
import { tf } from "./tf.ts";

/**
 * Runs the test on TensorFlow.js's current backend.
 *
 * @throws {Error} If a number is wrong, with the number; or whatever the backend throws.
 */
export async function selfTest(): Promise<void> {
  await expectValues("a product of matrices", [19, 22, 43, 50], product);
  // Row 0 is looked up twice and row 2 once, row 1 never; each lookup has the gradient (1, 2).
  await expectValues(
    "the gradient of an embedding",
    [2, 4, 0, 0, 1, 2],
    embeddingGradient,
  );
}

function product(): tf.Tensor {
  const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const b = tf.tensor2d([5, 6, 7, 8], [2, 2]);
  return tf.matMul(a, b);
}

function embeddingGradient(): tf.Tensor {
  const table = tf.zeros([3, 2]); // (V, D)
  const ids = tf.tensor1d([0, 2, 0], "int32");
  const weights = tf.tensor2d([1, 2], [1, 2]);
  const gradient = tf.grad((table) =>
    tf.sum(tf.mul(tf.gather(table, ids), weights))
  );
  return gradient(table);
}

async function expectValues(
  what: string,
  expected: number[],
  compute: () => tf.Tensor,
): Promise<void> {
  const result = tf.tidy(compute);
  try {
    const values = [...await result.data()];
    if (
      values.length !== expected.length ||
      expected.some((value, i) => Math.abs(value - values[i]!) > 1e-4)
    ) {
      throw new Error(
        `The engine computes ${what} wrong: expected ${expected}: it gave ${values}`,
      );
    }
  } finally {
    result.dispose();
  }
}
