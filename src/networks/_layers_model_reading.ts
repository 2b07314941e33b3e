/**
 * How rows of any length are read by a model that reads C tokens at once: block by block, or by a window that slides.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import type { Prediction, PredictorState } from "../generation/predictor.ts";
import type { BatchRows, DropoutDraw } from "../layers/dropout.ts";
import type { LayersModelConfig } from "./layers_model_config.ts";

/** Runs the model over rows of ids, int32, shape (N, C) or fewer columns; gives logits of shape (N, C, V) or (N, V). */
export type ApplyRows = (
  rows: Tensor,
  draw: DropoutDraw | undefined,
) => Tensor;

/** What a reader needs: the sizes of the model, how to run it, and which masks to draw. */
export interface Reading {
  config: Pick<LayersModelConfig, "context" | "fixed" | "vocabSize">;
  apply: ApplyRows;
  draw?: DropoutDraw | undefined;
}

/**
 * Reads rows by blocks of C tokens, each by itself.
 *
 * @param ids Token ids, int32, shape (B, T).
 * @param reading The model and the masks.
 * @returns Logits of shape (B, T, V).
 */
export function readBlocks(
  ids: Tensor,
  { config: { context, fixed, vocabSize }, apply, draw }: Reading,
): Tensor {
  const [batch, steps] = ids.shape as [number, number];
  const width = fixed || steps > context ? context : steps;
  const blocks = Math.ceil(steps / width);
  const padding = blocks * width - steps;
  const padded = padding === 0
    ? ids
    : tf.concat([ids, tf.zeros([batch, padding], "int32")], 1);
  const rows = tf.reshape(padded, [batch * blocks, width]);
  const logits = tf.reshape(
    apply(rows, ofParts(draw, blocks)),
    [batch, blocks * width, vocabSize],
  );
  return padding === 0
    ? logits
    : tf.slice(logits, [0, 0, 0], [batch, steps, vocabSize]);
}

/**
 * Reads rows by blocks that go on where a block stopped.
 *
 * @param ids Token ids, int32, shape (B, T).
 * @param state The block under way, shape (B, C), and how many tokens of it were read, the same in all rows, shape (B,).
 * @param reading The model and the masks.
 * @returns Logits of shape (B, T, V), and the state after the last token.
 */
export function continueBlocks(
  ids: Tensor,
  state: PredictorState,
  reading: Reading,
): Prediction {
  const [batch, steps] = ids.shape as [number, number];
  const { context } = reading.config;
  const [block, count] = state as [Tensor, Tensor];
  const read = firstOf(count, context); // ()
  const blocks = Math.ceil((context - 1 + steps) / context);
  const columns = tf.range(0, blocks * context, 1, "int32"); // (KC,)
  const place = tf.minimum(
    tf.add(tf.sub(columns, read), int(context)),
    int(context + steps),
  ); // (KC,)
  const line = tf.gather(
    tf.concat([block, ids, tf.zeros([batch, 1], "int32")], 1), // (B, C + T + 1)
    tf.where(tf.less(columns, read), columns, place),
    1,
  ); // (B, KC): the block under way, the new tokens behind it, padding
  const total = tf.add(read, int(steps)); // ()
  const begin = tf.mul(
    tf.floorDiv(tf.sub(total, int(1)), int(context)),
    int(context),
  ); // (): where the last block begins
  const slots = tf.range(0, context, 1, "int32"); // (C,)
  return {
    logits: tf.gather(
      readBlocks(line, reading),
      tf.add(tf.range(0, steps, 1, "int32"), read) as tf.Tensor1D,
      1,
    ), // (B, T, V)
    state: [
      tf.gather(line, tf.add(slots, begin) as tf.Tensor1D, 1), // (B, C)
      inAllRows(tf.sub(total, begin), batch), // (B,)
    ],
  };
}

/**
 * Reads one token more of each row's block; the rows need not stand at the same place.
 *
 * @param ids Token ids, int32, shape (B,).
 * @param state The block under way, shape (B, C), and how many tokens of it were read, shape (B,).
 * @param reading The model and the masks.
 * @returns Logits of shape (B, V), and the state after the token.
 */
export function stepInBlock(
  ids: Tensor,
  state: PredictorState,
  reading: Reading,
): Prediction {
  const { context, vocabSize } = reading.config;
  const [batch] = ids.shape as [number];
  const [block, count] = state as [Tensor, Tensor];
  const read = tf.mod(count, int(context)); // (B,)
  const isHere = tf.equal(
    tf.range(0, context, 1, "int32"),
    tf.expandDims(read, 1),
  ); // (B, C)
  const column = tf.reshape(ids, [batch, 1]);
  const next = tf.where(isHere, tf.tile(column, [1, context]), block); // (B, C)
  const begins = tf.mul(tf.range(0, batch, 1, "int32"), int(context)); // (B,)
  const all = tf.reshape(readBlocks(next, reading), [-1, vocabSize]); // (BC, V)
  return {
    logits: tf.gather(all, tf.add(begins, read) as tf.Tensor1D), // (B, V)
    state: [next, tf.add(read, int(1))],
  };
}

/**
 * Reads a window of C tokens before each prediction.
 *
 * @param ids Token ids, int32, shape (B, T).
 * @param before The last C tokens before them, int32, shape (B, C).
 * @param reading The model and the masks.
 * @returns Logits of shape (B, T, V), and the last window, shape (B, C).
 */
export function slideWindow(
  ids: Tensor,
  before: Tensor,
  { config: { context, vocabSize }, apply, draw }: Reading,
): { logits: Tensor; window: Tensor } {
  const [batch, steps] = ids.shape as [number, number];
  const line = tf.concat([before, ids], 1); // (B, C + T)
  const places = Int32Array.from(
    { length: steps * context },
    (_, i) => 1 + Math.floor(i / context) + i % context,
  );
  const windows = tf.reshape(
    tf.gather(line, tf.tensor1d(places), 1),
    [batch * steps, context],
  );
  const logits = apply(windows, ofParts(draw, steps)); // (BT, V)
  return {
    logits: tf.reshape(logits, [batch, steps, vocabSize]),
    window: tf.slice(line, [0, steps], [batch, context]),
  };
}

/** Masks of rows that were each cut into parts. */
function ofParts(
  draw: DropoutDraw | undefined,
  parts: number,
): DropoutDraw | undefined {
  if (draw?.rows === undefined || parts === 1) return draw;
  const { places, of } = draw.rows;
  const each = tf.add(
    tf.expandDims(tf.mul(places, int(parts)), 1),
    tf.range(0, parts, 1, "int32"),
  ); // (b, parts)
  const rows: BatchRows = { places: tf.reshape(each, [-1]), of: of * parts };
  return { ...draw, rows };
}

/** Tokens that all rows have read in the block under way, shape (); 0 after a whole one. */
function firstOf(count: Tensor, context: number): Tensor {
  return tf.mod(tf.reshape(tf.slice(count, [0], [1]), []), int(context));
}

function inAllRows(position: Tensor, batch: number): Tensor {
  return tf.tile(tf.reshape(position, [1]), [batch]); // (B,)
}

function int(value: number): Tensor {
  return tf.scalar(value, "int32");
}
