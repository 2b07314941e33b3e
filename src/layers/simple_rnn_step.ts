/**
 * One step of the simple recurrent cell, and the names of what it works on.
 *
 * Elman, "Finding Structure in Time", 1990, with a hyperbolic tangent: h' = tanh(x·K + h·R + b).
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { inputSums } from "./input_sums.ts";

/** The learnt arrays of one layer with E inputs and H units. */
export interface SimpleRNNWeights {
  /** K: from the inputs, shape (E, H). */
  kernel: Tensor;
  /** R: from the hidden state, shape (H, H). */
  recurrentKernel: Tensor;
  /** b: shape (H,). */
  bias: Tensor;
}

/** What a layer carries from one token to the next. */
export interface SimpleRNNState {
  /** Hidden state, also the layer's output, shape (B, H). */
  h: Tensor;
}

/**
 * @param x One input for every row, shape (B, E).
 * @param weights The layer's weights.
 * @param state The state before the input.
 * @returns The state after it.
 */
export function simpleRNNStep(
  x: Tensor,
  weights: SimpleRNNWeights,
  state: SimpleRNNState,
): SimpleRNNState {
  return simpleRNNStepFrom(inputSums(x, weights), weights, state);
}

/**
 * The rest of a step.
 *
 * @param fromInput What {@linkcode inputSums} gave for the step's inputs, shape (B, H).
 * @param weights The layer's weights.
 * @param state The state before the input.
 * @returns The state after it.
 */
export function simpleRNNStepFrom(
  fromInput: Tensor,
  { recurrentKernel }: Pick<SimpleRNNWeights, "recurrentKernel">,
  state: SimpleRNNState,
): SimpleRNNState {
  return {
    h: tf.tanh(tf.add(fromInput, tf.matMul(state.h, recurrentKernel))), // (B, H)
  };
}
