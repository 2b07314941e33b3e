/**
 * The GRU over a sequence, with its gradient written by hand: same numbers as `gruSequenceReference()`, less work.
 *
 * What does not wait for the step before is taken over all steps at once: on the way forward the product of the inputs
 * with the kernel, on the way back the slopes and the gradients of the weights. The loops themselves are in
 * `_gru_reset_after.ts` and `_gru_reset_before.ts`.
 *
 * @module
 */
import type { Tensor } from "../engine/tf.ts";
import { gruResetAfter } from "./_gru_reset_after.ts";
import { gruResetBefore } from "./_gru_reset_before.ts";
import type { GRURecurrentWeights, GRUState, GRUWeights } from "./gru_step.ts";
import { rowSums, sequenceSums } from "./input_sums.ts";

/** What a GRU layer makes of a sequence. */
export interface GRUSequence {
  /** Hidden state after every step, shape (T, B, H). */
  outputs: Tensor;
  /** State after the last step. */
  last: GRUState;
}

/**
 * @param x Inputs of every step, shape (T, B, E).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for {@linkcode gruRecurrence}.
 * @returns The output of every step, and the state after the last.
 */
export function gruSequence(
  x: Tensor,
  weights: GRUWeights,
  state: GRUState,
  mask?: Tensor,
): GRUSequence {
  return gruRecurrence(sequenceSums(x, weights), weights, state, mask);
}

/**
 * The same for inputs that are rows of a table, such as an embedding.
 *
 * @param table The rows, shape (V, E).
 * @param ids Which row is the input of each step, int32, shape (T, B).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for {@linkcode gruRecurrence}.
 * @returns The output of every step, and the state after the last.
 */
export function gruSequenceOfRows(
  table: Tensor,
  ids: Tensor,
  weights: GRUWeights,
  state: GRUState,
  mask?: Tensor,
): GRUSequence {
  return gruRecurrence(rowSums(table, ids, weights), weights, state, mask);
}

/**
 * The part that goes from step to step.
 *
 * @param fromInputs What the inputs and the bias add to the gates' sums, shape (T, B, 3H).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask What the hidden state is multiplied by on its way to the next step's gates, but not where the update gate
 * lets it through; the same in all steps, for all gates, shape (B, H), or for each, shape (B, 3H). No gradient flows to it.
 * @returns The output of every step, and the state after the last.
 */
export function gruRecurrence(
  fromInputs: Tensor,
  { recurrentKernel, recurrentBias }: GRURecurrentWeights,
  state: GRUState,
  mask?: Tensor,
): GRUSequence {
  const [outputs, h] = recurrentBias === undefined
    ? gruResetBefore(fromInputs, { recurrentKernel, state, mask })
    : gruResetAfter(fromInputs, {
      recurrentKernel,
      recurrentBias,
      state,
      mask,
    });
  return { outputs: outputs!, last: { h: h! } };
}
