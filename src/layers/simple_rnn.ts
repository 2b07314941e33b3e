/**
 * A simple recurrent layer, with Keras's parameters and first values.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { constant, glorotUniform, orthogonalRows } from "./initializers.ts";
import { inputSums } from "./input_sums.ts";
import { Parameter } from "./parameter.ts";
import type { RecurrentLayer, RowStepper } from "./recurrent_layer.ts";
import {
  type SimpleRNNSequence,
  simpleRNNSequence,
  simpleRNNSequenceOfRows,
} from "./simple_rnn_sequence.ts";
import {
  type SimpleRNNState,
  simpleRNNStep,
  simpleRNNStepFrom,
  type SimpleRNNWeights,
} from "./simple_rnn_step.ts";

/** Options of {@linkcode SimpleRNN}. */
export interface SimpleRNNOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in an input, E. */
  inputs: number;

  /** Numbers in the hidden state, H. */
  units: number;

  /** Where the first values come from. */
  seed: number;
}

/** One recurrent layer, h' = tanh(x·K + h·R + b). */
export class SimpleRNN implements RecurrentLayer {
  /** Shape (E, H), Glorot uniform at the start. */
  readonly kernel: Parameter;
  /** Shape (H, H), orthonormal at the start. */
  readonly recurrentKernel: Parameter;
  /** Shape (H,), zeros at the start. */
  readonly bias: Parameter;
  readonly #units: number;

  /** @param options Name, sizes and seed. */
  constructor(options: SimpleRNNOptions) {
    const { name, inputs, units, seed } = options;
    const kernelPath = `${name}/kernel`,
      recurrentPath = `${name}/recurrent_kernel`;
    this.#units = units;
    this.kernel = new Parameter(
      kernelPath,
      [inputs, units],
      () => glorotUniform([inputs, units], new RandomStream(seed, kernelPath)),
    );
    this.recurrentKernel = new Parameter(
      recurrentPath,
      [units, units],
      () =>
        orthogonalRows([units, units], new RandomStream(seed, recurrentPath)),
    );
    this.bias = new Parameter(
      `${name}/bias`,
      [units],
      () => constant(units, 0),
    );
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    return [this.kernel, this.recurrentKernel, this.bias];
  }

  /**
   * @param batch Rows, B.
   * @returns The state before any token: zeros.
   */
  zeroState(batch: number): SimpleRNNState {
    return { h: tf.zeros([batch, this.#units]) }; // (B, H)
  }

  /**
   * @param x Inputs of every step, float32, shape (T, B, E).
   * @param state The state before the first step.
   * @param mask For recurrent dropout, see {@linkcode RecurrentLayer.forward}.
   * @returns The outputs, shape (T, B, H), and the state after the last step.
   */
  forward(x: Tensor, state: SimpleRNNState, mask?: Tensor): SimpleRNNSequence {
    return simpleRNNSequence(x, this.#weights(), state, mask);
  }

  /**
   * @param table Rows that are the inputs, such as an embedding, float32, shape (V, E).
   * @param ids Which row is the input of each step, int32, shape (T, B).
   * @param state The state before the first step.
   * @param mask For recurrent dropout, see {@linkcode RecurrentLayer.forward}.
   * @returns The outputs, shape (T, B, H), and the state after the last step.
   */
  forwardRows(
    table: Tensor,
    ids: Tensor,
    state: SimpleRNNState,
    mask?: Tensor,
  ): SimpleRNNSequence {
    return simpleRNNSequenceOfRows(table, ids, this.#weights(), state, mask);
  }

  /**
   * @param x One input for every row, float32, shape (B, E).
   * @param state The state before it.
   * @returns The state after it; its `h` is the output.
   */
  step(x: Tensor, state: SimpleRNNState): SimpleRNNState {
    return simpleRNNStep(x, this.#weights(), state);
  }

  /**
   * Steps over rows of a table, whose products with the kernel are taken once, now.
   *
   * @param table Rows that are the inputs, such as an embedding, float32, shape (V, E).
   * @returns What steps over the rows.
   */
  rowStepper(table: Tensor): RowStepper<SimpleRNNState> {
    const weights = this.#weights();
    const sums = inputSums(table, weights); // (V, H)
    return {
      step: (ids, state) =>
        simpleRNNStepFrom(tf.gather(sums, ids as tf.Tensor1D), weights, state),
    };
  }

  #weights(): SimpleRNNWeights {
    return {
      kernel: this.kernel.variable,
      recurrentKernel: this.recurrentKernel.variable,
      bias: this.bias.variable,
    };
  }
}
