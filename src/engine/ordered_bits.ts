/**
 * Whole numbers that stand in the order of floating-point numbers, for searches that must end at the very number.
 *
 * IEEE 754 has been made so: without their sign, the bits of larger numbers are larger integers.
 *
 * @module
 */
import { TF_FLOAT, TF_INT32 } from "./tensorflow/dtypes.ts";
import { nativeOp, typeAttribute } from "./tensorflow/native_op.ts";
import { nativeRuntime } from "./tensorflow/runtime.ts";
import { type Tensor, tf } from "./tf.ts";

const LARGEST = 0x7fffffff;

/**
 * @param x float32, any shape, without NaN; −0 counts as 0.
 * @returns int32, the same shape: of two numbers, the larger has the larger integer; all are above −2³¹ + 1.
 */
export function orderedBits(x: Tensor): Tensor {
  const zero = tf.scalar(0, "int32");
  const bits = bitsOf(x);
  // Larger bits are smaller numbers below zero; this overflows as it should, to −1 for −0.
  const ordered = tf.where(
    tf.less(bits, zero),
    tf.sub(tf.scalar(LARGEST, "int32"), bits),
    bits,
  );
  return tf.where(tf.equal(x, 0), zero, ordered);
}

/** The same bytes as integers. Engines that have no such op read them. */
function bitsOf(x: Tensor): Tensor {
  if (nativeRuntime() === undefined) {
    const values = Float32Array.from(x.dataSync());
    return tf.tensor(new Int32Array(values.buffer), x.shape, "int32");
  }
  return nativeOp("Bitcast", [x], [
    typeAttribute("T", TF_FLOAT),
    typeAttribute("type", TF_INT32),
  ])[0]!;
}
