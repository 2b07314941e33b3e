/**
 * A causal convolution over time with gaps: every output is a linear map of the input at its place and of k − 1 inputs
 * before it, d places apart.
 *
 *     y_t = Σ_j x_(t − (k − 1 − j) d) · kernel_j + bias,   j from 0 to k − 1
 *
 * Van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016, section 2.1. Inputs from before the first one are
 * zeros. The k inputs of an output stand side by side and meet the kernel in one product: TensorFlow.js has no gradient of
 * a convolution with gaps, and on a CPU one product is as quick as k of them.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { constant, uniform } from "./initializers.ts";
import { Parameter } from "./parameter.ts";
import { inOrder, type Ring, rowAt, withNext } from "./ring.ts";

/** Options of {@linkcode CausalConv}. */
export interface CausalConvOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in a row that comes in, C. */
  inputs: number;

  /** Numbers in a row that goes out, U. */
  units: number;

  /** Inputs that an output is made of, k, from 2. */
  kernelSize: number;

  /** How far apart they are, d, from 1. */
  dilation: number;

  /** Where the first values come from. */
  seed: number;
}

/** What a convolution makes of rows. */
export interface Convolved {
  /** Shape (TB, U), or (B, U) of a step. */
  outputs: Tensor;
  /** The ring's rows afterwards, shape (B, L, C); in order after a sequence, so that its position is 0 then. */
  rows: Tensor;
}

/** A causal convolution; it remembers the last L = (k − 1) d inputs. */
export class CausalConv {
  /** Shape (k, C, U), the oldest input first, Glorot uniform at the start as in Keras: k inputs and k outputs. */
  readonly kernel: Parameter;
  /** Shape (U,), zeros at the start. */
  readonly bias: Parameter;
  /** How many inputs it remembers, L. */
  readonly memory: number;
  readonly #dilation: number;

  /** @param options Name, sizes and seed. */
  constructor(options: CausalConvOptions) {
    const { name, inputs, units, kernelSize, dilation, seed } = options;
    const path = `${name}/kernel`;
    this.#dilation = dilation;
    this.memory = (kernelSize - 1) * dilation;
    this.kernel = new Parameter(
      path,
      [kernelSize, inputs, units],
      () =>
        uniform(
          kernelSize * inputs * units,
          Math.sqrt(6 / (kernelSize * (inputs + units))),
          new RandomStream(seed, path),
        ),
    );
    this.bias = new Parameter(
      `${name}/bias`,
      [units],
      () => constant(units, 0),
    );
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [this.kernel, this.bias];
  }

  /**
   * @param batch Rows, B.
   * @returns The ring's rows before any input: zeros, shape (B, L, C).
   */
  zeroRows(batch: number): Tensor {
    return tf.zeros([batch, this.memory, this.kernel.shape[1]!]);
  }

  /**
   * @param x Inputs of every step, float32, shape (T, B, C).
   * @param ring The inputs before them.
   * @returns The outputs, shape (TB, U), and the ring's rows, the oldest first.
   */
  forward(x: Tensor, ring: Ring): Convolved {
    const [steps, batch, width] = x.shape as [number, number, number];
    const before = tf.transpose(inOrder(ring), [1, 0, 2]); // (L, B, C)
    const all = tf.concat([before, x], 0); // (L + T, B, C)
    const taps = Array.from({ length: this.kernel.shape[0]! }, (_, j) => {
      const tap = tf.slice(all, [j * this.#dilation, 0, 0], x.shape);
      return tf.reshape(tap, [steps * batch, width]); // (TB, C)
    });
    const kept = tf.slice(all, [steps, 0, 0], [this.memory, batch, width]);
    return {
      outputs: this.#map(taps), // (TB, U)
      rows: tf.transpose(kept, [1, 0, 2]), // (B, L, C)
    };
  }

  /**
   * @param x One input for every row, float32, shape (B, C).
   * @param ring The inputs before it.
   * @returns The output, shape (B, U), and the ring's rows.
   */
  step(x: Tensor, ring: Ring): Convolved {
    const before = Array.from(
      { length: this.kernel.shape[0]! - 1 },
      (_, j) => rowAt(ring, this.memory - j * this.#dilation), // (B, C)
    );
    return {
      outputs: this.#map([...before, x]), // (B, U)
      rows: withNext(ring, x), // (B, L, C)
    };
  }

  /** From the k inputs of each output, shape (N, C) each, to the outputs, shape (N, U). */
  #map(taps: Tensor[]): Tensor {
    const units = this.bias.size;
    const kernel = tf.reshape(this.kernel.variable, [-1, units]); // (kC, U)
    const sums = tf.matMul(tf.concat(taps, 1), kernel); // (N, U)
    return tf.add(sums, this.bias.variable);
  }
}
