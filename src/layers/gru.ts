/**
 * A layer of gated recurrent units, with Keras's gate order and first values.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import {
  type GRUSequence,
  gruSequence,
  gruSequenceOfRows,
} from "./gru_sequence.ts";
import {
  type GRUState,
  gruStep,
  gruStepFrom,
  type GRUWeights,
} from "./gru_step.ts";
import { constant, glorotUniform, orthogonalRows } from "./initializers.ts";
import { inputSums } from "./input_sums.ts";
import { Parameter } from "./parameter.ts";
import type { RecurrentLayer, RowStepper } from "./recurrent_layer.ts";

/** Options of {@linkcode GRU}. */
export interface GRUOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in an input, E. */
  inputs: number;

  /** Numbers in the hidden state, H. */
  units: number;

  /** Whether the reset gate comes after the product with the hidden state, as in cuDNN, or before it, as in Cho et al. */
  resetAfter: boolean;

  /** Where the first values come from. */
  seed: number;
}

/** One recurrent layer; the gates lie in the order update, reset, candidate. */
export class GRU implements RecurrentLayer {
  /** Shape (E, 3H), Glorot uniform at the start. */
  readonly kernel: Parameter;
  /** Shape (H, 3H), orthonormal rows at the start. */
  readonly recurrentKernel: Parameter;
  /** Shape (3H,), zeros at the start. */
  readonly bias: Parameter;
  /** Shape (3H,), zeros at the start; only where the reset gate comes after the product with the hidden state. */
  readonly recurrentBias: Parameter | undefined;
  readonly #units: number;

  /** @param options Name, sizes and seed. */
  constructor(options: GRUOptions) {
    const { name, inputs, units, resetAfter, seed } = options;
    const gates = 3 * units;
    const kernelPath = `${name}/kernel`,
      recurrentPath = `${name}/recurrent_kernel`;
    this.#units = units;
    this.kernel = new Parameter(
      kernelPath,
      [inputs, gates],
      () => glorotUniform([inputs, gates], new RandomStream(seed, kernelPath)),
    );
    this.recurrentKernel = new Parameter(
      recurrentPath,
      [units, gates],
      () =>
        orthogonalRows([units, gates], new RandomStream(seed, recurrentPath)),
    );
    this.bias = new Parameter(
      `${name}/bias`,
      [gates],
      () => constant(gates, 0),
    );
    this.recurrentBias = resetAfter
      ? new Parameter(
        `${name}/recurrent_bias`,
        [gates],
        () => constant(gates, 0),
      )
      : undefined;
  }

  /** Everything that training changes. */
  get parameters(): Parameter[] {
    const { kernel, recurrentKernel, bias, recurrentBias } = this;
    return [
      kernel,
      recurrentKernel,
      bias,
      ...(recurrentBias ? [recurrentBias] : []),
    ];
  }

  /**
   * @param batch Rows, B.
   * @returns The state before any token: zeros.
   */
  zeroState(batch: number): GRUState {
    return { h: tf.zeros([batch, this.#units]) }; // (B, H)
  }

  /**
   * @param x Inputs of every step, float32, shape (T, B, E).
   * @param state The state before the first step.
   * @param mask For recurrent dropout, see {@linkcode RecurrentLayer.forward}.
   * @returns The outputs, shape (T, B, H), and the state after the last step.
   */
  forward(x: Tensor, state: GRUState, mask?: Tensor): GRUSequence {
    return gruSequence(x, this.#weights(), state, mask);
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
    state: GRUState,
    mask?: Tensor,
  ): GRUSequence {
    return gruSequenceOfRows(table, ids, this.#weights(), state, mask);
  }

  /**
   * @param x One input for every row, float32, shape (B, E).
   * @param state The state before it.
   * @returns The state after it; its `h` is the output.
   */
  step(x: Tensor, state: GRUState): GRUState {
    return gruStep(x, this.#weights(), state);
  }

  /**
   * Steps over rows of a table, whose products with the kernel are taken once, now.
   *
   * @param table Rows that are the inputs, such as an embedding, float32, shape (V, E).
   * @returns What steps over the rows.
   */
  rowStepper(table: Tensor): RowStepper<GRUState> {
    const weights = this.#weights();
    const sums = inputSums(table, weights); // (V, 3H)
    return {
      step: (ids, state) =>
        gruStepFrom(tf.gather(sums, ids as tf.Tensor1D), weights, state),
    };
  }

  #weights(): GRUWeights {
    return {
      kernel: this.kernel.variable,
      recurrentKernel: this.recurrentKernel.variable,
      bias: this.bias.variable,
      ...(this.recurrentBias && {
        recurrentBias: this.recurrentBias.variable,
      }),
    };
  }
}
