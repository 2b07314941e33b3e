/**
 * Layer normalisation: every row gets mean 0 and variance 1, and then a learnt scale and offset for each of its numbers.
 *
 * Ba, Kiros and Hinton, "Layer Normalization", 2016, equation 4.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { constant } from "./initializers.ts";
import { Parameter } from "./parameter.ts";

/** PyTorch's default of what keeps a row of equal numbers from a division by zero. */
const EPSILON = 1e-5;

/** Options of {@linkcode LayerNorm}. */
export interface LayerNormOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in a row, D. */
  width: number;

  /**
   * Whether an offset is learnt.
   *
   * @default {true}
   */
  bias?: boolean;

  /**
   * What is added to the variance.
   *
   * @default {1e-5}
   */
  epsilon?: number;
}

/** A layer that normalises over the last axis. */
export class LayerNorm {
  /** Shape (D,), ones at the start. */
  readonly gain: Parameter;
  /** Shape (D,), zeros at the start; missing where none is learnt. */
  readonly bias: Parameter | undefined;
  readonly #epsilon: number;

  /** @param options Name, width, and whether an offset is learnt. */
  constructor(options: LayerNormOptions) {
    const { name, width, bias = true, epsilon = EPSILON } = options;
    this.#epsilon = epsilon;
    this.gain = new Parameter(
      `${name}/gain`,
      [width],
      () => constant(width, 1),
    );
    this.bias = bias
      ? new Parameter(`${name}/bias`, [width], () => constant(width, 0))
      : undefined;
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return this.bias ? [this.gain, this.bias] : [this.gain];
  }

  /**
   * @param x Rows, float32, shape (N, D).
   * @returns Float32, shape (N, D).
   */
  forward(x: Tensor): Tensor {
    const width = x.shape[1]!;
    // The means as products, which XLA vectorises better than sums over rows.
    const share = tf.fill([width, 1], 1 / width);
    const centered = tf.sub(x, tf.matMul(x, share)); // (N, D)
    const variance = tf.matMul(tf.square(centered), share); // (N, 1)
    const normal = tf.mul(
      centered,
      tf.rsqrt(tf.add(variance, this.#epsilon)),
    ); // (N, D)
    const scaled = tf.mul(normal, this.gain.variable); // (N, D)
    return this.bias ? tf.add(scaled, this.bias.variable) : scaled; // (N, D)
  }
}
