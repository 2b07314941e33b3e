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

/**
 * Takes a slice for every row of places.
 *
 * @param x Any shape (N, ...).
 * @param places int32, shape (B,), from 0 up to but not N.
 * @returns The slices, shape (B, ...).
 */
export function slicesAt(x: Tensor, places: Tensor): Tensor {
  return places.size === 1
    ? tf.expandDims(sliceAt(x, tf.reshape(places, [])), 0)
    : tf.gather(x, places as tf.Tensor1D);
}

/**
 * Puts a slice at a place of its own into every row.
 *
 * @param x Shape (B, ...).
 * @param places int32, shape (B,), from 0 up to but not the length of the axis.
 * @param slices The new values, shape of `x` without the axis.
 * @param axis The axis that the places count along, from 1.
 * @returns A changed copy.
 */
export function withRowSlicesAt(
  x: Tensor,
  places: Tensor,
  slices: Tensor,
  axis: number,
): Tensor {
  const rows = x.shape[0]!;
  if (rows === 1) {
    return withSliceAt(x, tf.reshape(places, []), slices, axis);
  }
  const update = tf.expandDims(slices, axis);
  if (isForXla()) {
    const starts = Array.from(
      { length: x.rank },
      (_, i) =>
        i === 0
          ? tf.range(0, rows, 1, "int32")
          : i === axis
          ? places
          : tf.zeros([rows], "int32"),
    );
    const start = tf.stack(starts, 1); // (B, rank)
    let changed = x;
    for (let row = 0; row < rows; row++) {
      changed = nativeOp("XlaDynamicUpdateSlice", [
        changed,
        tf.slice(update, row, 1),
        tf.reshape(tf.slice(start, row, 1), [-1]),
      ], attributesFor(x))[0]!;
    }
    return changed;
  }
  const shape = x.shape.map((length, i) => i === 0 || i === axis ? length : 1);
  const isHere = tf.equal(
    tf.range(0, x.shape[axis]!, 1, "int32"),
    tf.expandDims(places, 1),
  ); // (B, length)
  return tf.where(tf.reshape(isHere, shape), update, x);
}

/** Whether XLA will compile what is being recorded: no other executor knows its ops. */
export function isForXla(): boolean {
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
