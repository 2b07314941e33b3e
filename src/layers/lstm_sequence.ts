/**
 * The LSTM over a sequence, with its gradient written by hand: same numbers as `lstmSequenceReference()`, less work.
 *
 * What does not wait for the step before is taken over all steps at once: on the way forward the product of the inputs
 * with the kernel, on the way back the gradients of the weights. Equations: Greff et al.,
 * "LSTM: A Search Space Odyssey", 2017, section II and appendix A, without peepholes.
 *
 * @module
 */
import { scan } from "../engine/control_flow.ts";
import { withGradient } from "../engine/custom_gradient.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import {
  gateGradient,
  gateSums,
  hiddenBefore,
  rest,
  slope,
  throughGates,
} from "./_recurrence.ts";
import { rowSums, sequenceSums } from "./input_sums.ts";
import { cellStep, type LSTMState, type LSTMWeights } from "./lstm_step.ts";

/** What an LSTM layer makes of a sequence. */
export interface LSTMSequence {
  /** Hidden state after every step, shape (T, B, H). */
  outputs: Tensor;
  /** State after the last step. */
  last: LSTMState;
}

/**
 * @param x Inputs of every step, shape (T, B, E).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for {@linkcode lstmRecurrence}.
 * @returns The output of every step, and the state after the last.
 */
export function lstmSequence(
  x: Tensor,
  weights: LSTMWeights,
  state: LSTMState,
  mask?: Tensor,
): LSTMSequence {
  return lstmRecurrence(
    sequenceSums(x, weights),
    weights.recurrentKernel,
    state,
    mask,
  );
}

/**
 * The same for inputs that are rows of a table, such as an embedding.
 *
 * @param table The rows, shape (V, E).
 * @param ids Which row is the input of each step, int32, shape (T, B).
 * @param weights The layer's weights.
 * @param state The state before the first step.
 * @param mask As for {@linkcode lstmRecurrence}.
 * @returns The output of every step, and the state after the last.
 */
export function lstmSequenceOfRows(
  table: Tensor,
  ids: Tensor,
  weights: LSTMWeights,
  state: LSTMState,
  mask?: Tensor,
): LSTMSequence {
  return lstmRecurrence(
    rowSums(table, ids, weights),
    weights.recurrentKernel,
    state,
    mask,
  );
}

/**
 * The part that goes from step to step.
 *
 * @param fromInputs What the inputs and the bias add to the gates' sums, shape (T, B, 4H).
 * @param recurrentKernel From the hidden state to the gates, shape (H, 4H).
 * @param state The state before the first step.
 * @param mask What the hidden state is multiplied by on its way to the next step's gates, the same in all steps: recurrent
 * dropout (Gal and Ghahramani, "A Theoretically Grounded Application of Dropout in Recurrent Neural Networks", 2016). One
 * for all gates, shape (B, H), or one for each, shape (B, 4H). No gradient flows to it.
 * @returns The output of every step, and the state after the last.
 */
export function lstmRecurrence(
  fromInputs: Tensor,
  recurrentKernel: Tensor,
  state: LSTMState,
  mask?: Tensor,
): LSTMSequence {
  const [outputs, h, c] = withGradient({
    inputs: [fromInputs, recurrentKernel, state.h, state.c],
    forward: (save) => {
      const [last, trace] = scan(
        ({ h, c }: LSTMState, fromInput: Tensor) => {
          const sums = tf.add(fromInput, gateSums(h, recurrentKernel, mask)); // (B, 4H)
          const next = cellStep(sums, c);
          const { gates, squashed } = next;
          return [
            { h: next.h, c: next.c },
            { h: next.h, cellBefore: c, gates, squashed },
          ];
        },
        state,
        fromInputs,
      );
      const { h, cellBefore, gates, squashed } = trace;
      save([
        recurrentKernel,
        state.h,
        h,
        cellBefore,
        gates,
        squashed,
        ...(mask === undefined ? [] : [mask]),
      ]);
      return [h, last.h, last.c];
    },
    backward,
  });
  return { outputs: outputs!, last: { h: h!, c: c! } };
}

type Rows = [Tensor, Tensor, Tensor, Tensor];

/** Gradients of fromInputs, recurrentKernel, and the first h and c. */
function backward(
  [dOutputs, dLastHidden, dLastCell]: Tensor[],
  [recurrentKernel, h0, hidden, cellsBefore, gates, squashed, mask]: Tensor[],
): Tensor[] {
  const [i, f, g, o] = tf.split(gates!, 4, 2) as Rows; // (T, B, H) each
  // How the gates' sums move the cell (first three) and the output (last), and how the cell moves the output: over all
  // steps at once, so that XLA vectorises it and the loop has little left to do.
  const local = tf.concat([
    tf.mul(slope(i), g),
    tf.mul(slope(f), cellsBefore!),
    tf.mul(rest(g), i),
    tf.mul(slope(o), squashed!),
  ], 2); // (T, B, 4H)
  const cellToOutput = tf.mul(rest(squashed!), o); // (T, B, H)
  const [first, dSums] = scan(
    (
      { dHidden, dCell }: { dHidden: Tensor; dCell: Tensor },
      [dOutput, local, cellToOutput, forget]: Rows,
    ) => {
      const dh = tf.add(dHidden, dOutput); // (B, H)
      const dc = tf.add(dCell, tf.mul(dh, cellToOutput)); // (B, H)
      const dSum = tf.mul(tf.concat([dc, dc, dc, dh], 1), local); // (B, 4H)
      return [{
        dHidden: throughGates(dSum, recurrentKernel!, mask), // (B, H)
        dCell: tf.mul(dc, forget), // (B, H)
      }, dSum];
    },
    { dHidden: dLastHidden!, dCell: dLastCell! },
    [dOutputs!, local, cellToOutput, f] as Rows,
    { reverse: true },
  );
  return [
    dSums, // (T, B, 4H)
    gateGradient(hiddenBefore(h0!, hidden!), dSums, mask), // (H, 4H)
    first.dHidden,
    first.dCell,
  ];
}
