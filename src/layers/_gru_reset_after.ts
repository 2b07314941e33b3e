/**
 * The loop of a GRU whose reset gate comes after the product with the hidden state, and its gradient.
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
import { type GRUState, resetAfter } from "./gru_step.ts";

/** What the loop works on besides the inputs. */
export interface GRUResetAfterOptions {
  /** Shape (H, 3H). */
  recurrentKernel: Tensor;
  /** Shape (3H,). */
  recurrentBias: Tensor;
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
export function gruResetAfter(
  fromInputs: Tensor,
  { recurrentKernel, recurrentBias, state, mask }: GRUResetAfterOptions,
): Tensor[] {
  return withGradient({
    inputs: [fromInputs, recurrentKernel, recurrentBias, state.h],
    forward: (save) => {
      const [last, trace] = scan(
        ({ h }: GRUState, fromInput: Tensor) => {
          const fromHidden = tf.add(
            gateSums(h, recurrentKernel, mask),
            recurrentBias,
          ); // (B, 3H)
          const next = resetAfter(fromInput, fromHidden, h);
          return [{ h: next.h }, { ...next, fromHidden }];
        },
        state,
        fromInputs,
      );
      const { h, gates, candidate, fromHidden } = trace;
      save([
        recurrentKernel,
        state.h,
        h,
        gates,
        candidate,
        fromHidden,
        ...(mask === undefined ? [] : [mask]),
      ]);
      return [h, last.h];
    },
    backward,
  });
}

/** Gradients of fromInputs, recurrentKernel, recurrentBias, and the first h. */
function backward(
  [dOutputs, dLastHidden]: Tensor[],
  [recurrentKernel, h0, hidden, gates, candidate, fromHidden, mask]: Tensor[],
): Tensor[] {
  const units = h0!.shape[1]!;
  const before = hiddenBefore(h0!, hidden!); // (T, B, H)
  const [z, r] = tf.split(gates!, 2, 2) as [Tensor, Tensor]; // (T, B, H) each
  const [, toReset] = tf.split(fromHidden!, [2 * units, units], 2);
  // How what the hidden state adds to the sums moves the output: over all steps at once, so that XLA vectorises it and the
  // loop has little left to do.
  const candidateSlope = tf.mul(tf.sub(1, z), rest(candidate!)); // (T, B, H)
  const local = tf.concat([
    tf.mul(slope(z), tf.sub(before, candidate!)),
    tf.mul(tf.mul(slope(r), toReset!), candidateSlope),
    tf.mul(r, candidateSlope),
  ], 2); // (T, B, 3H)
  const [dFirstHidden, { dh, dSum }] = scan(
    (dHidden: Tensor, [dOutput, local, z]: [Tensor, Tensor, Tensor]) => {
      const dh = tf.add(dHidden, dOutput); // (B, H)
      const dSum = tf.mul(tf.concat([dh, dh, dh], 1), local); // (B, 3H)
      return [
        tf.add(tf.mul(dh, z), throughGates(dSum, recurrentKernel!, mask)),
        { dh, dSum },
      ];
    },
    dLastHidden!,
    [dOutputs!, local, z] as [Tensor, Tensor, Tensor],
    { reverse: true },
  );
  const [dGates] = tf.split(dSum, [2 * units, units], 2); // (T, B, 2H)
  return [
    tf.concat([dGates!, tf.mul(dh, candidateSlope)], 2), // (T, B, 3H)
    gateGradient(before, dSum, mask), // (H, 3H)
    tf.sum(dSum, [0, 1]), // (3H,)
    dFirstHidden,
  ];
}
