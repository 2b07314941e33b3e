/**
 * The loss of a batch and its gradients, part by part where the parts can be worked on at the same time.
 *
 * @module
 */
import { lanes, sideBySide } from "../engine/side_by_side.ts";
import { type Tensor, tf, type Variable } from "../engine/tf.ts";
import type { PredictorState } from "../generation/predictor.ts";
import type { Network } from "../networks/network.ts";
import type { TrainingLoss } from "./create_loss.ts";
import { cutRows } from "../engine/cut_rows.ts";

/** Rows of the smallest part of a batch: fewer make the products of a recurrent step too small to be fast. */
const SMALLEST_PART = 32;

/** A batch on the engine. */
export interface BatchTensors {
  /** int32, shape (B, T). */
  inputs: Tensor;
  /** int32, shape (BT,). */
  targets: Tensor;
  /** How much each target counts, adding up to 1, float32, shape (BT,); all the same where it is left out. */
  weights?: Tensor;
  /** What the network remembers. */
  state: Tensor[];
  /** Number of the batch, from 0, which chooses what is dropped out, int32, shape (). */
  draw: Tensor;
}

/** What a batch gives, or a part of one. */
export interface BatchGradients {
  /** Mean loss, shape (). */
  loss: Tensor;
  /** How many of the targets that count were the most likely tokens, float32, shape (); where asked for. */
  correct?: Tensor;
  /** One for each variable. */
  gradients: Tensor[];
  /** What the network remembers of these rows now. */
  state: Tensor[];
}

/** Options of {@linkcode gradientsOfParts}. */
export interface GradientOptions {
  /** What is made small. */
  loss: TrainingLoss;

  /** Chooses the dropout masks. */
  seed: number;

  /** Whether to count the targets that were predicted right. */
  counted: boolean;

  /** Whether the batch may be cut. */
  inParts: boolean;
}

/** What the parts of a batch gave. */
export interface PartGradients {
  parts: BatchGradients[];
  /** How much of the mean each part's loss and gradients are. */
  shares: number[];
}

/**
 * Cuts a batch, and differentiates each part.
 *
 * @param network What is trained.
 * @param variables Its variables, in the order of the gradients.
 * @param batch The batch.
 * @param options Which loss, what else to count, whether to cut.
 * @returns What each part gave; {@linkcode joinParts} joins them.
 */
export function gradientsOfParts(
  network: Network,
  variables: Variable[],
  batch: BatchTensors,
  options: GradientOptions,
): PartGradients {
  const rows = batch.inputs.shape[0]!;
  const { carriesState, readsAtOnce = carriesState === false } = network;
  const cuts = cutRows(rows, {
    most: options.inParts ? lanes() : 1,
    // Products over whole windows are large enough for all cores; those of a recurrent step are not.
    smallest: readsAtOnce ? rows : SMALLEST_PART,
  });
  const parts = sideBySide(
    cuts.map((places) => tf.tensor1d(places, "int32")),
    (places) => differentiate(network, variables, batch, places, options),
  );
  const shares = cuts.map(({ length }) =>
    batch.weights === undefined ? length / rows : 1 // the weights add up to 1 over all parts
  );
  return { parts, shares };
}

/**
 * @param found What the parts of a batch gave.
 * @returns What the batch gives.
 */
export function joinParts({ parts, shares }: PartGradients): BatchGradients {
  const mean = (tensors: Tensor[]): Tensor =>
    tf.addN(tensors.map((tensor, i) => tf.mul(tensor, shares[i]!)));
  const [first] = parts as [BatchGradients];
  return {
    loss: mean(parts.map(({ loss }) => loss)), // ()
    gradients: first.gradients.map((_, k) =>
      mean(parts.map(({ gradients }) => gradients[k]!))
    ),
    state: first.state.map((_, k) =>
      tf.concat(parts.map(({ state }) => state[k]!))
    ),
    ...(first.correct !== undefined &&
      { correct: tf.addN(parts.map(({ correct }) => correct!)) }),
  };
}

/** What some rows of the batch give. */
function differentiate(
  network: Network,
  variables: Variable[],
  { inputs, targets, weights, state, draw }: BatchTensors,
  places: Tensor,
  { loss, seed, counted }: GradientOptions,
): BatchGradients {
  const [batch, width] = inputs.shape as [number, number];
  const rowsOf = (x: Tensor): Tensor => tf.gather(x, places as tf.Tensor1D);
  const read = rowsOf(inputs); // (b, T)
  const before = state.map(rowsOf);
  const flatRowsOf = (x: Tensor): Tensor =>
    tf.reshape(rowsOf(tf.reshape(x, [batch, width])), [-1]);
  const wanted = flatRowsOf(targets); // (bT,)
  const shares = weights && flatRowsOf(weights); // (bT,)
  const dropout = { seed, step: draw, rows: { places, of: batch } };
  let next: PredictorState = [];
  let correct: Tensor | undefined;
  let failure: { error: unknown } | undefined;
  const { value, grads } = tf.variableGrads(() => {
    const prediction = network.forward(read, before, { dropout }); // logits (b, T, V)
    next = prediction.state.map((tensor) => tf.keep(tf.clone(tensor))); // outlives the tape
    const rows = tf.reshape(prediction.logits, [wanted.size, -1]); // (bT, V)
    if (counted) correct = tf.keep(countCorrect(rows, wanted, shares));
    try {
      return loss(rows, wanted, shares) as tf.Scalar;
    } catch (error) {
      failure = { error };
      return tf.mean(rows) as tf.Scalar; // only the way back frees what was saved for it
    }
  }, variables);
  const kept = next.map((tensor) => tf.clone(tensor));
  const count = correct && tf.clone(correct);
  tf.dispose([...next]);
  correct?.dispose();
  if (failure !== undefined) throw failure.error;
  return {
    loss: value,
    gradients: variables.map(({ name }) => grads[name]!),
    state: kept,
    ...(count && { correct: count }),
  };
}

/** How many targets that count have the highest score of their row, float32, shape (). */
function countCorrect(
  logits: Tensor,
  targets: Tensor,
  weights?: Tensor,
): Tensor {
  const isRight = tf.equal(tf.argMax(logits, 1), targets); // (N,)
  const counts = weights === undefined
    ? isRight
    : tf.logicalAnd(isRight, tf.greater(weights, 0));
  return tf.sum(tf.cast(counts, "float32"));
}
