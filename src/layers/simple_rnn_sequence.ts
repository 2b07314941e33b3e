/**
 * The simple recurrent layer over a sequence, with its gradient written by hand: same numbers as
 * `simpleRNNSequenceReference()`, less work.
 *
 * What does not wait for the step before is taken over all steps at once: on the way forward the product of the inputs
 * with the kernel, on the way back the slopes and the gradients of the weights. Backpropagation through time: Werbos,
 * "Backpropagation Through Time: What It Does and How to Do It", 1990.
 *
 * @module
 */
import { scan } from "../engine/control_flow.ts";
import { withGradient } from "../engine/custom_gradient.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { hiddenBefore, masked, matrixGradient, rest } from "./_recurrence.ts";
import { rowSums, sequenceSums } from "./input_sums.ts";
import {
  type SimpleRNNState,
  simpleRNNStepFrom,
  type SimpleRNNWeights,
} from "./simple_rnn_step.ts";

/** What a simple recurrent layer makes of a sequence. */
export interface SimpleRNNSequence {
  /** Hidden state after every step, shape (T, B, H). */
  outputs: Tensor;
  /** State after the last step. */
  last: SimpleRNNState;
}

/**
 * @param x Inputs of every step, shape (T, B, E).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for {@linkcode simpleRNNRecurrence}.
 * @returns The output of every step, and the state after the last.
 */
export function simpleRNNSequence(
  x: Tensor,
  weights: SimpleRNNWeights,
  state: SimpleRNNState,
  mask?: Tensor,
): SimpleRNNSequence {
  return simpleRNNRecurrence(sequenceSums(x, weights), weights, state, mask);
}

/**
 * The same for inputs that are rows of a table, such as an embedding.
 *
 * @param table The rows, shape (V, E).
 * @param ids Which row is the input of each step, int32, shape (T, B).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for {@linkcode simpleRNNRecurrence}.
 * @returns The output of every step, and the state after the last.
 */
export function simpleRNNSequenceOfRows(
  table: Tensor,
  ids: Tensor,
  weights: SimpleRNNWeights,
  state: SimpleRNNState,
  mask?: Tensor,
): SimpleRNNSequence {
  return simpleRNNRecurrence(
    rowSums(table, ids, weights),
    weights,
    state,
    mask,
  );
}

/**
 * The part that goes from step to step.
 *
 * @param fromInputs What the inputs and the bias add to the sums, shape (T, B, H).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask What the hidden state is multiplied by on its way to the next step's sums, the same in all steps, shape
 * (B, H). No gradient flows to it.
 * @returns The output of every step, and the state after the last.
 */
export function simpleRNNRecurrence(
  fromInputs: Tensor,
  { recurrentKernel }: Pick<SimpleRNNWeights, "recurrentKernel">,
  state: SimpleRNNState,
  mask?: Tensor,
): SimpleRNNSequence {
  const [outputs, h] = withGradient({
    inputs: [fromInputs, recurrentKernel, state.h],
    forward: (save) => {
      const [last, hidden] = scan(
        ({ h }: SimpleRNNState, fromInput: Tensor) => {
          const next = simpleRNNStepFrom(fromInput, { recurrentKernel }, {
            h: masked(h, mask),
          });
          return [next, next.h];
        },
        state,
        fromInputs,
      );
      save([
        recurrentKernel,
        state.h,
        hidden,
        ...(mask === undefined ? [] : [mask]),
      ]);
      return [hidden, last.h];
    },
    backward,
  });
  return { outputs: outputs!, last: { h: h! } };
}

/** Gradients of fromInputs, recurrentKernel, and the first h. */
function backward(
  [dOutputs, dLastHidden]: Tensor[],
  [recurrentKernel, h0, hidden, mask]: Tensor[],
): Tensor[] {
  const local = rest(hidden!); // (T, B, H)
  const [dFirstHidden, dSums] = scan(
    (dHidden: Tensor, [dOutput, local]: [Tensor, Tensor]) => {
      const dSum = tf.mul(tf.add(dHidden, dOutput), local); // (B, H)
      const dBefore = tf.matMul(dSum, recurrentKernel!, false, true); // (B, H)
      return [masked(dBefore, mask), dSum];
    },
    dLastHidden!,
    [dOutputs!, local] as [Tensor, Tensor],
    { reverse: true },
  );
  const before = masked(hiddenBefore(h0!, hidden!), mask); // (T, B, H)
  return [
    dSums, // (T, B, H)
    matrixGradient(before, dSums), // (H, H)
    dFirstHidden,
  ];
}
