/**
 * The LSTM over a sequence, step after step, with the gradients that tfjs derives by itself: slow, plain, and what
 * every faster form is measured against.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { gateSums, steps } from "./_recurrence.ts";
import { inputSums } from "./input_sums.ts";
import { cellStep, type LSTMState, type LSTMWeights } from "./lstm_step.ts";
import type { LSTMSequence } from "./lstm_sequence.ts";

/**
 * @param x Inputs of every step, shape (T, B, E).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for the fast form.
 * @returns The output of every step, and the state after the last.
 */
export function lstmSequenceReference(
  x: Tensor,
  weights: LSTMWeights,
  state: LSTMState,
  mask?: Tensor,
): LSTMSequence {
  const outputs: Tensor[] = [];
  for (const input of steps(x)) {
    const fromHidden = gateSums(state.h, weights.recurrentKernel, mask);
    const sums = tf.add(inputSums(input, weights), fromHidden); // (B, 4H)
    const { h, c } = cellStep(sums, state.c);
    state = { h, c };
    outputs.push(h);
  }
  return { outputs: tf.stack(outputs), last: state }; // (T, B, H)
}
