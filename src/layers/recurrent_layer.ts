/**
 * What every recurrent layer is, whatever its cell: a state that goes from step to step, over a sequence or one by one.
 *
 * @module
 */
import type { Tensor } from "../engine/tf.ts";
import type { Parameter } from "./parameter.ts";

/** What a layer carries from one token to the next. */
export interface RecurrentState {
  /** Hidden state, also the layer's output, shape (B, H). */
  h: Tensor;
  /** Cell state of a layer that has one, shape (B, H). */
  c?: Tensor;
}

/** What a layer makes of a sequence. */
export interface RecurrentSequence {
  /** Hidden state after every step, shape (T, B, H). */
  outputs: Tensor;
  /** State after the last step. */
  last: RecurrentState;
}

/** A recurrent layer with E inputs and H units. */
export interface RecurrentLayer {
  /** Everything that training changes. */
  readonly parameters: Parameter[];

  /**
   * @param batch Rows, B.
   * @returns The state before any token: zeros.
   */
  zeroState(batch: number): RecurrentState;

  /**
   * @param x Inputs of every step, float32, shape (T, B, E).
   * @param state The state before the first step.
   * @param mask What the hidden state is multiplied by on its way to the next step, the same in all steps: recurrent
   * dropout (Gal and Ghahramani, "A Theoretically Grounded Application of Dropout in Recurrent Neural Networks", 2016). One
   * for all gates, shape (B, H), or one for each of G gates, shape (B, GH). No gradient flows to it.
   * @returns The outputs, and the state after the last step.
   */
  forward(x: Tensor, state: RecurrentState, mask?: Tensor): RecurrentSequence;

  /**
   * @param table Rows that are the inputs, such as an embedding, float32, shape (V, E).
   * @param ids Which row is the input of each step, int32, shape (T, B).
   * @param state The state before the first step.
   * @param mask As for {@linkcode RecurrentLayer.forward}.
   * @returns The outputs, and the state after the last step.
   */
  forwardRows(
    table: Tensor,
    ids: Tensor,
    state: RecurrentState,
    mask?: Tensor,
  ): RecurrentSequence;

  /**
   * @param x One input for every row, float32, shape (B, E).
   * @param state The state before it.
   * @returns The state after it; its `h` is the output.
   */
  step(x: Tensor, state: RecurrentState): RecurrentState;

  /**
   * Steps over rows of a table, whose products with the kernel are taken once, now.
   *
   * @param table Rows that are the inputs, such as an embedding, float32, shape (V, E).
   * @returns What steps over the rows.
   */
  rowStepper(table: Tensor): RowStepper<RecurrentState>;
}

/** Steps over rows of a table, see {@linkcode RecurrentLayer.rowStepper}. */
export interface RowStepper<State> {
  /**
   * @param ids Which row is the input of each row of the batch, int32, shape (B,).
   * @param state The state before it.
   * @returns The state after it.
   */
  step(ids: Tensor, state: State): State;
}
