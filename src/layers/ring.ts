/**
 * A ring: the last L rows of a sequence in a tensor of fixed size, to which one row is added without moving the others.
 *
 * Rows are kept for each row of a batch, shape (B, L, C). Row number p lies in slot p mod L, so slot p mod L holds the
 * oldest row when row number p is about to come. Numbers are counted from any number on that is a multiple of L.
 *
 * @module
 */
import { sliceAt, withSliceAt } from "../engine/slices.ts";
import { type Tensor, tf } from "../engine/tf.ts";

/** A ring, and where it goes on. */
export interface Ring {
  /** The rows, float32, shape (B, L, C). */
  rows: Tensor;
  /** Number of the row that comes next, int32, shape (). */
  position: Tensor;
}

/**
 * @param ring A ring of L rows.
 * @returns Its rows, the oldest first, shape (B, L, C).
 */
export function inOrder({ rows, position }: Ring): Tensor {
  const length = rows.shape[1]!;
  const places = slotOf(
    tf.add(tf.range(0, length, 1, "int32"), position),
    length,
  ); // (L,)
  return tf.gather(rows, places as tf.Tensor1D, 1);
}

/**
 * @param ring A ring of L rows.
 * @param age How many rows came after the wanted one, itself among them, from 1 to L.
 * @returns The row, shape (B, C).
 */
export function rowAt({ rows, position }: Ring, age: number): Tensor {
  const length = rows.shape[1]!;
  const place = tf.add(position, tf.scalar(length - age, "int32"));
  return sliceAt(rows, slotOf(place, length), 1);
}

/**
 * @param ring A ring of L rows.
 * @param row The next row, shape (B, C).
 * @returns The rows with it in place of the oldest, shape (B, L, C).
 */
export function withNext({ rows, position }: Ring, row: Tensor): Tensor {
  return withSliceAt(rows, slotOf(position, rows.shape[1]!), row, 1);
}

/**
 * @param position Number of the row that came last, int32, any shape.
 * @param length A multiple of the lengths of all rings that share the number.
 * @returns The number after it, below `length`.
 */
export function nextPosition(position: Tensor, length: number): Tensor {
  return slotOf(tf.add(position, tf.scalar(1, "int32")), length);
}

/**
 * A state has the same number in every row of the batch.
 *
 * @param positions int32, shape (B,).
 * @returns The number, int32, shape ().
 */
export function positionOf(positions: Tensor): Tensor {
  return tf.reshape(tf.slice(positions, [0], [1]), []);
}

function slotOf(position: Tensor, length: number): Tensor {
  return tf.mod(position, tf.scalar(length, "int32"));
}
