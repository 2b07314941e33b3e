/**
 * A layer of long short-term memory, with Keras's parameters, gate order and first values.
 *
 * @module
 */
import { RandomStream } from "../engine/random.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { glorotUniform, orthogonalRows } from "./initializers.ts";
import { inputSums } from "./input_sums.ts";
import {
  type LSTMSequence,
  lstmSequence,
  lstmSequenceOfRows,
} from "./lstm_sequence.ts";
import {
  type LSTMState,
  lstmStep,
  lstmStepFrom,
  type LSTMWeights,
} from "./lstm_step.ts";
import { Parameter } from "./parameter.ts";
import type { RecurrentLayer, RowStepper } from "./recurrent_layer.ts";

/** Options of {@linkcode LSTM}. */
export interface LSTMOptions {
  /** Name that the parameters' names begin with. */
  name: string;

  /** Numbers in an input, E. */
  inputs: number;

  /** Numbers in the hidden state and in the cell state, H. */
  units: number;

  /** Where the first values come from. */
  seed: number;
}

/** One recurrent layer; the gates lie in the order input, forget, candidate, output. */
export class LSTM implements RecurrentLayer {
  /** Shape (E, 4H), Glorot uniform at the start. */
  readonly kernel: Parameter;
  /** Shape (H, 4H), orthonormal rows at the start. */
  readonly recurrentKernel: Parameter;
  /** Shape (4H,), at the start 1 for the forget gate (Jozefowicz et al., 2015) and 0 for the others. */
  readonly bias: Parameter;
  readonly #units: number;

  /** @param options Name, sizes and seed. */
  constructor(options: LSTMOptions) {
    const { name, inputs, units, seed } = options;
    const gates = 4 * units;
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
      () => new Float32Array(gates).fill(1, units, 2 * units),
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
  zeroState(batch: number): LSTMState {
    return {
      h: tf.zeros([batch, this.#units]),
      c: tf.zeros([batch, this.#units]),
    }; // (B, H) each
  }

  /**
   * @param x Inputs of every step, float32, shape (T, B, E).
   * @param state The state before the first step.
   * @param mask For recurrent dropout, see {@linkcode RecurrentLayer.forward}.
   * @returns The outputs, shape (T, B, H), and the state after the last step.
   */
  forward(x: Tensor, state: LSTMState, mask?: Tensor): LSTMSequence {
    return lstmSequence(x, this.#weights(), state, mask);
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
    state: LSTMState,
    mask?: Tensor,
  ): LSTMSequence {
    return lstmSequenceOfRows(table, ids, this.#weights(), state, mask);
  }

  /**
   * @param x One input for every row, float32, shape (B, E).
   * @param state The state before it.
   * @returns The state after it; its `h` is the output.
   */
  step(x: Tensor, state: LSTMState): LSTMState {
    return lstmStep(x, this.#weights(), state);
  }

  /**
   * Steps over rows of a table, whose products with the kernel are taken once, now.
   *
   * @param table Rows that are the inputs, such as an embedding, float32, shape (V, E).
   * @returns What steps over the rows.
   */
  rowStepper(table: Tensor): RowStepper<LSTMState> {
    const weights = this.#weights();
    const sums = inputSums(table, weights); // (V, 4H)
    return {
      step: (ids, state) =>
        lstmStepFrom(tf.gather(sums, ids as tf.Tensor1D), weights, state),
    };
  }

  #weights(): LSTMWeights {
    return {
      kernel: this.kernel.variable,
      recurrentKernel: this.recurrentKernel.variable,
      bias: this.bias.variable,
    };
  }
}
