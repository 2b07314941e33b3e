/**
 * Slices of a tensor whose place is a tensor too, so that the place may change from call to call of a compiled function
 * and from iteration to iteration of a loop.
 *
 * @module
 */
import { TF_INT32 } from "./tensorflow/dtypes.ts";
import {
  nativeOp,
  requireRuntime,
  typeAttribute,
} from "./tensorflow/native_op.ts";
import { nativeRuntime } from "./tensorflow/runtime.ts";
import { type Tensor, tf } from "./tf.ts";

/**
 * One slice.
 *
 * @param x Any tensor.
 * @param index Its place on the axis, int32, shape ().
 * @param axis The axis, from 0.
 * @returns The shape of `x` without the axis.
 */
export function sliceAt(x: Tensor, index: Tensor, axis = 0): Tensor {
  if (!isForXla()) return tf.gather(x, index as tf.Tensor1D, axis);
  const sizes = x.shape.with(axis, 1);
  const [slice] = nativeOp("XlaDynamicSlice", [
    x,
    startAt(index, axis, x.rank),
    tf.tensor1d(sizes, "int32"),
  ], attributesFor(x));
  return tf.reshape(slice!, x.shape.toSpliced(axis, 1));
}

/**
 * The same tensor with another slice in one place. No gradient flows through it.
 *
 * @param x Any tensor.
 * @param index The place on the axis, int32, shape ().
 * @param slice The shape of `x` without the axis.
 * @param axis The axis, from 0.
 * @returns The shape of `x`.
 */
export function withSliceAt(
  x: Tensor,
  index: Tensor,
  slice: Tensor,
  axis = 0,
): Tensor {
  if (slice.size === 0) return x; // TensorFlow's op refuses it
  const update = tf.expandDims(slice, axis);
  if (isForXla()) {
    return nativeOp("XlaDynamicUpdateSlice", [
      x,
      update,
      startAt(index, axis, x.rank),
    ], attributesFor(x))[0]!;
  }
  if (nativeRuntime() !== undefined && axis === 0) {
    return nativeOp("TensorScatterUpdate", [
      x,
      tf.reshape(index, [1, 1]),
      update,
    ], attributesFor(x))[0]!;
  }
  const places = tf.range(0, x.shape[axis]!, 1, "int32");
  const isHere = tf.reshape(
    tf.equal(places, index),
    x.shape.map((length, i) => i === axis ? length : 1),
  );
  return tf.where(isHere, update, x);
}

/** Whether XLA will compile what is being recorded: no other executor knows its ops. */
function isForXla(): boolean {
  return nativeRuntime()?.binding.trace?.forJit ?? false;
}

function attributesFor(x: Tensor): Parameters<typeof nativeOp>[2] {
  const { backend } = requireRuntime();
  return [
    typeAttribute("T", backend.dtypeNumber(x.dtype)),
    typeAttribute("Tindices", TF_INT32),
  ];
}

/** Zeros but for the one axis. */
function startAt(index: Tensor, axis: number, rank: number): Tensor {
  const place = tf.reshape(index, [1]);
  const zeros = (length: number): Tensor[] =>
    length > 0 ? [tf.zeros([length], "int32")] : [];
  const parts = [...zeros(axis), place, ...zeros(rank - axis - 1)];
  return parts.length === 1 ? place : tf.concat(parts); // (rank,)
}
