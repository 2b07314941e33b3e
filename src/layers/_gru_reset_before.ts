/**
 * The loop of a GRU whose reset gate comes before the product with the hidden state, and its gradient.
 *
 * @module
 */
import { scan } from "../engine/control_flow.ts";
import { withGradient } from "../engine/custom_gradient.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import {
  gateGradient,
  hiddenBefore,
  masked,
  matrixGradient,
  rest,
  slope,
  throughGates,
} from "./_recurrence.ts";
import {
  type GRUState,
  resetBefore,
  splitMask,
  splitRecurrentKernel,
} from "./gru_step.ts";

/** What the loop works on besides the inputs. */
export interface GRUResetBeforeOptions {
  /** Shape (H, 3H). */
  recurrentKernel: Tensor;
  /** The state before the first step. */
  state: GRUState;
  /** For recurrent dropout, shape (B, H), or (B, 3H) with one for each gate. */
  mask: Tensor | undefined;
}

/**
 * @param fromInputs What the inputs and the bias add to the gates' sums, shape (T, B, 3H).
 * @param options Weights, state and mask.
 * @returns The hidden state after every step, shape (T, B, H), and after the last, shape (B, H).
 */
export function gruResetBefore(
  fromInputs: Tensor,
  { recurrentKernel, state, mask }: GRUResetBeforeOptions,
): Tensor[] {
  return withGradient({
    inputs: [fromInputs, recurrentKernel, state.h],
    forward: (save) => {
      const [toGates, toCandidate] = splitRecurrentKernel(recurrentKernel);
      const [last, { h, gates, candidate }] = scan(
        ({ h }: GRUState, fromInput: Tensor) => {
          const next = resetBefore(fromInput, {
            h,
            toGates,
            toCandidate,
            mask,
          });
          return [{ h: next.h }, next];
        },
        state,
        fromInputs,
      );
      save([
        recurrentKernel,
        state.h,
        h,
        gates,
        candidate,
        ...(mask === undefined ? [] : [mask]),
      ]);
      return [h, last.h];
    },
    backward,
  });
}

type Rows = [Tensor, Tensor, Tensor, Tensor];

/** Gradients of fromInputs, recurrentKernel, and the first h. */
function backward(
  [dOutputs, dLastHidden]: Tensor[],
  [recurrentKernel, h0, hidden, gates, candidate, mask]: Tensor[],
): Tensor[] {
  const [toGates, toCandidate] = splitRecurrentKernel(recurrentKernel!);
  const before = hiddenBefore(h0!, hidden!); // (T, B, H)
  const [gateMask, candidateMask] = splitMask(mask, h0!.shape[1]!);
  const remembered = masked(before, candidateMask); // (T, B, H): what the reset gate lets through
  const [z, r] = tf.split(gates!, 2, 2) as [Tensor, Tensor]; // (T, B, H) each
  // How the sums of update gate and candidate move the output, and that of the reset gate what it lets through: over all
  // steps at once, so that XLA vectorises it and the loop has little left to do.
  const updateAndReset = tf.concat([
    tf.mul(slope(z), tf.sub(before, candidate!)),
    tf.mul(slope(r), remembered),
  ], 2); // (T, B, 2H)
  const candidateSlope = tf.mul(tf.sub(1, z), rest(candidate!)); // (T, B, H)
  const [dFirstHidden, { dGates, dCandidate }] = scan(
    (
      dHidden: Tensor,
      [dOutput, updateAndReset, candidateSlope, gates]: Rows,
    ) => {
      const [z, r] = tf.split(gates, 2, 1) as [Tensor, Tensor]; // (B, H) each
      const dh = tf.add(dHidden, dOutput); // (B, H)
      const dCandidate = tf.mul(dh, candidateSlope); // (B, H)
      const dReset = tf.matMul(dCandidate, toCandidate, false, true); // (B, H)
      const dGates = tf.mul(tf.concat([dh, dReset], 1), updateAndReset); // (B, 2H)
      return [
        tf.addN([
          tf.mul(dh, z),
          throughGates(dGates, toGates, gateMask),
          masked(tf.mul(dReset, r), candidateMask),
        ]),
        { dGates, dCandidate },
      ];
    },
    dLastHidden!,
    [dOutputs!, updateAndReset, candidateSlope, gates!] as Rows,
    { reverse: true },
  );
  return [
    tf.concat([dGates, dCandidate], 2), // (T, B, 3H)
    tf.concat([
      gateGradient(before, dGates, gateMask), // (H, 2H)
      matrixGradient(tf.mul(r, remembered), dCandidate), // (H, H)
    ], 1),
    dFirstHidden,
  ];
}
