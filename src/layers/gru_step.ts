/**
 * One step of a gated recurrent unit, and the names of what it works on.
 *
 * Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014. The
 * gates lie side by side in Keras's order: update z, reset r, candidate h̃.
 *
 *     z, r = σ(x·K + b + h·R)         h' = z ∘ h + (1 − z) ∘ h̃
 *
 * In Cho's form the reset gate comes before the product with the hidden state, h̃ = tanh(x·K + b + (r ∘ h)·R). In that of
 * cuDNN, which Keras and PyTorch have too, it comes after it, and the product has a bias of its own:
 *
 *     z, r = σ(x·K + b + h·R + a)     h̃ = tanh(x·K + b + r ∘ (h·R + a))
 *
 * @module
 */
import { type Tensor, tf } from "../engine/tf.ts";
import { gateSums, masked } from "./_recurrence.ts";
import { inputSums } from "./input_sums.ts";

/** The learnt arrays of one GRU layer with E inputs and H units. */
export interface GRUWeights {
  /** K: from the inputs to the gates, shape (E, 3H). */
  kernel: Tensor;
  /** R: from the hidden state to the gates, shape (H, 3H). */
  recurrentKernel: Tensor;
  /** b: shape (3H,). */
  bias: Tensor;
  /** a: shape (3H,); where it is there, the reset gate comes after the product. */
  recurrentBias?: Tensor;
}

/** The weights that the hidden state meets. */
export type GRURecurrentWeights = Pick<
  GRUWeights,
  "recurrentKernel" | "recurrentBias"
>;

/** What a layer carries from one token to the next. */
export interface GRUState {
  /** Hidden state, also the layer's output, shape (B, H). */
  h: Tensor;
}

/**
 * @param x One input for every row, shape (B, E).
 * @param weights The layer's weights.
 * @param state The state before the input.
 * @param mask What the hidden state is multiplied by on its way to the gates, for all of them, shape (B, H), or for each,
 * shape (B, 3H).
 * @returns The state after it.
 */
export function gruStep(
  x: Tensor,
  weights: GRUWeights,
  state: GRUState,
  mask?: Tensor,
): GRUState {
  return gruStepFrom(inputSums(x, weights), weights, state, mask);
}

/**
 * The rest of a step.
 *
 * @param fromInput What {@linkcode inputSums} gave for the step's inputs, shape (B, 3H).
 * @param weights The layer's weights.
 * @param state The state before the input.
 * @param mask As for {@linkcode gruStep}.
 * @returns The state after it.
 */
export function gruStepFrom(
  fromInput: Tensor,
  { recurrentKernel, recurrentBias }: GRURecurrentWeights,
  { h }: GRUState,
  mask?: Tensor,
): GRUState {
  if (recurrentBias === undefined) {
    const [toGates, toCandidate] = splitRecurrentKernel(recurrentKernel);
    return resetBefore(fromInput, { h, toGates, toCandidate, mask });
  }
  const product = gateSums(h, recurrentKernel, mask); // (B, 3H)
  return resetAfter(fromInput, tf.add(product, recurrentBias), h);
}

/**
 * @param recurrentKernel Shape (H, 3H).
 * @returns What leads to the gates, shape (H, 2H), and to the candidate, shape (H, H).
 */
export function splitRecurrentKernel(
  recurrentKernel: Tensor,
): [toGates: Tensor, toCandidate: Tensor] {
  const units = recurrentKernel.shape[0]!;
  return tf.split(recurrentKernel, [2 * units, units], 1) as [Tensor, Tensor];
}

/**
 * @param mask For all gates, shape (B, H), or for each, shape (B, 3H).
 * @param units Numbers of the hidden state, H.
 * @returns That of update and reset gate, shape (B, H) or (B, 2H), and that of the candidate, shape (B, H).
 */
export function splitMask(
  mask: Tensor | undefined,
  units: number,
): [gates: Tensor | undefined, candidate: Tensor | undefined] {
  if (mask === undefined || mask.shape[1] === units) return [mask, mask];
  return tf.split(mask, [2 * units, units], 1) as [Tensor, Tensor];
}

/** A new state, and what the way back needs of how it came about. */
export interface GRUCell extends GRUState {
  /** Update and reset gate side by side, shape (B, 2H). */
  gates: Tensor;
  /** h̃, shape (B, H). */
  candidate: Tensor;
}

/**
 * The part of a step behind the matrix products, where the reset gate comes after them.
 *
 * @param fromInput What inputs and bias add to the sums, shape (B, 3H).
 * @param fromHidden What the hidden state and its bias add to them, shape (B, 3H).
 * @param h The hidden state before, shape (B, H).
 * @returns The new state.
 */
export function resetAfter(
  fromInput: Tensor,
  fromHidden: Tensor,
  h: Tensor,
): GRUCell {
  const units = h.shape[1]!;
  const sizes = [2 * units, units];
  const [gateInput, candidateInput] = tf.split(fromInput, sizes, 1);
  const [gateHidden, candidateHidden] = tf.split(fromHidden, sizes, 1);
  const gates = tf.sigmoid(tf.add(gateInput!, gateHidden!)); // (B, 2H)
  const [z, r] = tf.split(gates, 2, 1) as [Tensor, Tensor]; // (B, H) each
  const candidate = tf.tanh(
    tf.add(candidateInput!, tf.mul(r, candidateHidden!)),
  ); // (B, H)
  return { h: between(candidate, h, z), gates, candidate };
}

/** What {@linkcode resetBefore} needs besides the inputs' part. */
export interface ResetBeforeOptions {
  /** The hidden state before, shape (B, H). */
  h: Tensor;
  /** From the hidden state to the gates, shape (H, 2H). */
  toGates: Tensor;
  /** From the hidden state to the candidate, shape (H, H). */
  toCandidate: Tensor;
  /** As for {@linkcode gruStep}. */
  mask: Tensor | undefined;
}

/**
 * A step where the reset gate comes before the product.
 *
 * @param fromInput What inputs and bias add to the sums, shape (B, 3H).
 * @param options The state before, and the weights.
 * @returns The new state.
 */
export function resetBefore(
  fromInput: Tensor,
  { h, toGates, toCandidate, mask }: ResetBeforeOptions,
): GRUCell {
  const units = h.shape[1]!;
  const [gateInput, candidateInput] = tf.split(
    fromInput,
    [2 * units, units],
    1,
  );
  const [gateMask, candidateMask] = splitMask(mask, units);
  const gates = tf.sigmoid(
    tf.add(gateInput!, gateSums(h, toGates, gateMask)),
  ); // (B, 2H)
  const [z, r] = tf.split(gates, 2, 1) as [Tensor, Tensor]; // (B, H) each
  const remembered = masked(h, candidateMask); // (B, H)
  const candidate = tf.tanh(
    tf.add(candidateInput!, tf.matMul(tf.mul(r, remembered), toCandidate)),
  ); // (B, H)
  return { h: between(candidate, h, z), gates, candidate };
}

/** From the candidate, for z = 0, to the state before, for z = 1. */
function between(candidate: Tensor, before: Tensor, z: Tensor): Tensor {
  return tf.add(candidate, tf.mul(z, tf.sub(before, candidate))); // (B, H)
}
