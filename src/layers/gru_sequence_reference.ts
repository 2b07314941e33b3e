/**
 * The GRU over a sequence, step after step, with the gradients that tfjs derives by itself: slow, plain, and what every
 * faster form is measured against.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { steps } from "./_recurrence.ts";
import type { GRUSequence } from "./gru_sequence.ts";
import { type GRUState, gruStep, type GRUWeights } from "./gru_step.ts";

/**
 * @param x Inputs of every step, shape (T, B, E).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for the fast form.
 * @returns The output of every step, and the state after the last.
 */
export function gruSequenceReference(
  x: Tensor,
  weights: GRUWeights,
  state: GRUState,
  mask?: Tensor,
): GRUSequence {
  const outputs: Tensor[] = [];
  for (const input of steps(x)) {
    state = gruStep(input, weights, state, mask);
    outputs.push(state.h);
  }
  return { outputs: tf.stack(outputs), last: state }; // (T, B, H)
}
