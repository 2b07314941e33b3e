/**
 * The simple recurrent layer over a sequence, step after step, with the gradients that tfjs derives by itself: slow,
 * plain, and what every faster form is measured against.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { masked, steps } from "./_recurrence.ts";
import type { SimpleRNNSequence } from "./simple_rnn_sequence.ts";
import {
  type SimpleRNNState,
  simpleRNNStep,
  type SimpleRNNWeights,
} from "./simple_rnn_step.ts";

/**
 * @param x Inputs of every step, shape (T, B, E).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for the fast form.
 * @returns The output of every step, and the state after the last.
 */
export function simpleRNNSequenceReference(
  x: Tensor,
  weights: SimpleRNNWeights,
  state: SimpleRNNState,
  mask?: Tensor,
): SimpleRNNSequence {
  const outputs: Tensor[] = [];
  for (const input of steps(x)) {
    state = simpleRNNStep(input, weights, { h: masked(state.h, mask) });
    outputs.push(state.h);
  }
  return { outputs: tf.stack(outputs), last: state }; // (T, B, H)
}
