/**
 * The LSTM over a sequence, with its gradient written by hand: same numbers as `lstmSequenceReference()`, less work.
 *
 * The products that do not wait for the step before are taken over all steps at once: of the inputs with the kernel on
 * the way forward, of the weights' gradients on the way back. Equations: Greff et al., "LSTM: A Search Space Odyssey",
 * 2017, section II and appendix A, without peepholes.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import {
  gateActivations,
  type LSTMState,
  type LSTMWeights,
} from "./lstm_step.ts";

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
 * @returns The output of every step, and the state after the last.
 */
export function lstmSequence(
  x: Tensor,
  weights: LSTMWeights,
  state: LSTMState,
): LSTMSequence {
  const [steps, batch] = x.shape as [number, number, number];
  const units = state.h.shape[1]!;
  const { kernel, recurrentKernel, bias } = weights;
  const packed = packedSequence(
    x,
    kernel,
    recurrentKernel,
    bias,
    state.h,
    state.c,
  ); // (T + 1, B, H)
  const outputs = tf.slice(packed, [0, 0, 0], [steps, batch, units]); // (T, B, H)
  const [h, c] = tf.unstack(
    tf.slice(packed, [steps - 1, 0, 0], [2, batch, units]),
  ); // (B, H) each
  return { outputs, last: { h: h!, c: c! } };
}

/** Every hidden state, and the last cell state behind them: a custom gradient has one result only. */
function packedSequence(...inputs: Tensor[]): Tensor { // x, kernel, recurrentKernel, bias, h0, c0
  const withGradient = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const { packed, trace } = runForward(args as Tensor[]);
    save([...args.slice(0, 3) as Tensor[], ...trace]); // kept for the way back
    return { value: packed, gradFunc: runBackward };
  });
  return withGradient(...inputs);
}

function runForward(
  [x, kernel, recurrentKernel, bias, h0, c0]: Tensor[],
): { packed: Tensor; trace: Tensor[] } {
  const [steps, batch, width] = x!.shape as [number, number, number];
  const gates = bias!.size; // 4H
  const rows = tf.reshape(x!, [steps * batch, width]); // (TB, E)
  const fromInputs = tf.add(tf.matMul(rows, kernel!), bias!); // (TB, 4H)

  const hidden = [h0!], cells = [c0!]; // T + 1 of (B, H)
  const inputForgets: Tensor[] = []; // T of (B, 2H)
  const candidates: Tensor[] = [],
    outputs: Tensor[] = [],
    squashedCells: Tensor[] = []; // T of (B, H)
  for (
    const fromInput of tf.unstack(tf.reshape(fromInputs, [steps, batch, gates]))
  ) { // (B, 4H)
    const z = tf.add(fromInput, tf.matMul(hidden.at(-1)!, recurrentKernel!)); // (B, 4H)
    const { inputForget, candidate, output } = gateActivations(z);
    const [input, forget] = tf.split(inputForget, 2, 1); // (B, H) each
    const cell = tf.add(
      tf.mul(forget!, cells.at(-1)!),
      tf.mul(input!, candidate),
    ); // (B, H)
    const squashedCell = tf.tanh(cell); // (B, H)
    hidden.push(tf.mul(output, squashedCell)); // (B, H)
    cells.push(cell);
    inputForgets.push(inputForget);
    candidates.push(candidate);
    outputs.push(output);
    squashedCells.push(squashedCell);
  }
  const before = [hidden.slice(0, -1), cells.slice(0, -1)];
  return {
    packed: tf.stack([...hidden.slice(1), cells.at(-1)!]), // (T + 1, B, H)
    trace: [inputForgets, candidates, outputs, squashedCells, ...before].map((
      list,
    ) => tf.stack(list)), // (T, B, ·)
  };
}

/** Gradients of x, kernel, recurrentKernel, bias, h0 and c0 from those of the packed result. */
function runBackward(dPacked: Tensor, saved: Tensor[]): Tensor[] {
  const [
    x,
    kernel,
    recurrentKernel,
    inputForget,
    g,
    o,
    squashedCell,
    hBefore,
    cBefore,
  ] = saved;
  const [steps, batch, width] = x!.shape as [number, number, number];
  const units = g!.shape[2]!;
  const [i, f] = tf.split(inputForget!, 2, 2); // (T, B, H) each

  // How the gates' sums z move the cell (first three) and the output (last), and how the cell moves the output.
  const slope = (gate: Tensor): Tensor => tf.mul(gate, tf.sub(1, gate)); // σ' = σ (1 − σ)
  const rest = (squashed: Tensor): Tensor => tf.sub(1, tf.square(squashed)); // tanh' = 1 − tanh²
  const local = tf.concat([
    tf.mul(slope(i!), g!),
    tf.mul(slope(f!), cBefore!),
    tf.mul(rest(g!), i!),
    tf.mul(slope(o!), squashedCell!),
  ], 2); // (T, B, 4H)
  const cellToOutput = tf.mul(rest(squashedCell!), o!); // (T, B, H)

  const locals = tf.unstack(local); // T of (B, 4H)
  const cellsToOutputs = tf.unstack(cellToOutput), forgets = tf.unstack(f!); // T of (B, H)
  const dOutputs = tf.unstack(dPacked); // T + 1 of (B, H)
  let dCell = dOutputs.pop()!; // (B, H)
  let dHidden = tf.zerosLike(dCell); // (B, H)
  const dSums: Tensor[] = []; // T of (B, 4H), first to last
  for (let t = steps - 1; t >= 0; t--) {
    dHidden = tf.add(dHidden, dOutputs[t]!); // (B, H)
    dCell = tf.add(dCell, tf.mul(dHidden, cellsToOutputs[t]!)); // (B, H)
    const dSum = tf.mul(
      tf.concat([dCell, dCell, dCell, dHidden], 1),
      locals[t]!,
    ); // (B, 4H)
    dSums.unshift(dSum);
    dHidden = tf.matMul(dSum, recurrentKernel!, false, true); // (B, H)
    dCell = tf.mul(dCell, forgets[t]!); // (B, H)
  }

  const dSum = tf.concat(dSums, 0); // (TB, 4H)
  const rows = tf.reshape(x!, [steps * batch, width]); // (TB, E)
  const hiddenRows = tf.reshape(hBefore!, [steps * batch, units]); // (TB, H)
  return [
    tf.reshape(tf.matMul(dSum, kernel!, false, true), x!.shape), // (T, B, E)
    tf.matMul(rows, dSum, true, false), // (E, 4H)
    tf.matMul(hiddenRows, dSum, true, false), // (H, 4H)
    tf.sum(dSum, 0), // (4H,)
    dHidden,
    dCell,
  ];
}
