/**
 * Dropout: while training, a share of the numbers is set to zero and the rest is scaled up to make good for it.
 *
 * Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014, in the inverted form.
 *
 * @module
 */
import { randomUniform } from "../engine/random_uniform.ts";
import { type Tensor, tf } from "../engine/tf.ts";

/** Which masks to draw: a step of training has its own, and drawing them again gives the same ones. */
export interface DropoutDraw {
  /** Seed of the run. */
  seed: number;

  /** The training step, from 0; an int32 tensor of shape () where it changes between the calls of a compiled function. */
  step: number | Tensor;

  /**
   * Which rows of a batch are at hand: they get the masks that they have in the whole batch.
   *
   * @default {undefined} which is all of them
   */
  rows?: BatchRows;
}

/** Some rows of a batch. */
export interface BatchRows {
  /** Their places in the batch, int32, shape (b,). */
  places: Tensor;

  /** Rows of the whole batch, B. */
  of: number;
}

/** Options of {@linkcode dropout}. */
export interface DropoutOptions {
  /** Share of the numbers to drop, from 0 up to but not 1. */
  rate: number;

  /** Name of the place in the model: places draw different masks. */
  place: string;

  /**
   * The axis of the batch's rows.
   *
   * @default {0}
   */
  batchAxis?: number;

  /** Which masks to draw. */
  draw: DropoutDraw;
}

/**
 * @param x Float32, any shape.
 * @param options Rate, place and draw.
 * @returns The same shape: each number is 0, or itself divided by 1 − rate.
 */
export function dropout(x: Tensor, options: DropoutOptions): Tensor {
  const { rate, place, draw, batchAxis = 0 } = options;
  const { seed, step, rows } = draw;
  const shape = rows === undefined ? x.shape : x.shape.with(batchAxis, rows.of);
  const all = randomUniform(shape, {
    seed,
    stream: `dropout/${place}`,
    draw: step,
  });
  const uniform = rows === undefined
    ? all
    : tf.gather(all, rows.places as tf.Tensor1D, batchAxis);
  const kept = tf.cast(tf.greaterEqual(uniform, rate), "float32");
  return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
}
