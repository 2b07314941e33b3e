/**
 * The benchmark's models, of the library's layers and of plain TensorFlow.js.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  lstmSequence,
  lstmSequenceOfRows,
} from "../src/layers/lstm_sequence.ts";
import { gelu } from "../src/layers/gelu.ts";
import { normalizeRows } from "../src/layers/layer_norm.ts";
import { inputSums } from "../src/layers/input_sums.ts";
import { lstmStepFrom, type LSTMWeights } from "../src/layers/lstm_step.ts";
import { withSliceAt } from "../src/engine/slices.ts";
import type { Predictor } from "../src/generation/predictor.ts";
import { meanCrossEntropy } from "../src/training/loss.ts";
import { asOnePart, lanes, sideBySide } from "../src/engine/side_by_side.ts";
import { cutRows } from "../src/engine/cut_rows.ts";
import { Adam } from "../src/training/optimizers/adam.ts";

/** A workload as `workloads.json` has it. */
export interface Workload {
  kind: "lstm" | "decoder";
  title: string;
  vocabSize: number;
  layers: number;
  batch: number;
  steps: number;
  repeats: number;
  embedding?: number;
  units?: number;
  dense?: number;
  recurrentDropout?: number;
  width?: number;
  heads?: number;
}

type Weights = Record<string, tf.Tensor>;

/**
 * @param w The weights.
 * @param s The workload.
 * @param inputs int32, shape (B, T).
 * @param targets int32, shape (B, T).
 * @param mask For recurrent dropout, shape (B, H).
 * @returns Logits, and the targets in their order, shape (N, V) and (N,).
 */
export function forward(
  w: Weights,
  s: Workload,
  inputs: tf.Tensor,
  targets: tf.Tensor,
  mask?: tf.Tensor,
): { logits: tf.Tensor; targets: tf.Tensor } {
  return s.kind === "lstm"
    ? {
      logits: lstmLogits(w, s, inputs, mask),
      targets: tf.reshape(tf.transpose(targets), [-1]),
    }
    : {
      logits: decoderLogits(w, s, inputs),
      targets: tf.reshape(targets, [-1]),
    };
}

function lstmLogits(
  w: Weights,
  s: Workload,
  inputs: tf.Tensor,
  mask?: tf.Tensor,
): tf.Tensor {
  const [batch, units] = [inputs.shape[0]!, s.units!];
  const steps = inputs.shape[1]!;
  const ids = tf.transpose(inputs); // (T, B)
  let x: tf.Tensor = w["embedding"]!; // (V, E), then (TB, H)
  for (let i = 0; i < s.layers; i++) {
    const weights = lstmWeights(w, i);
    const zeros = { h: tf.zeros([batch, units]), c: tf.zeros([batch, units]) };
    const { outputs } = i === 0
      ? lstmSequenceOfRows(x, ids, weights, zeros, mask)
      : lstmSequence(tf.reshape(x, [steps, batch, units]), weights, zeros);
    x = tf.reshape(outputs, [steps * batch, units]);
  }
  if (s.dense !== undefined) {
    x = tf.relu(tf.add(tf.matMul(x, w["dense/kernel"]!), w["dense/bias"]!));
  }
  return tf.add(tf.matMul(x, w["output/kernel"]!), w["output/bias"]!);
}

function lstmWeights(w: Weights, layer: number): LSTMWeights {
  return {
    kernel: w[`${layer}/kernel`]!,
    recurrentKernel: w[`${layer}/recurrent`]!,
    bias: w[`${layer}/bias`]!,
  };
}

function norm(x: tf.Tensor, gain: tf.Tensor): tf.Tensor {
  return normalizeRows(x, gain, 1e-5);
}

function decoderLogits(w: Weights, s: Workload, ids: tf.Tensor): tf.Tensor {
  const [b, t] = ids.shape as [number, number];
  const [d, heads] = [s.width!, s.heads!];
  const place = tf.range(0, t, 1, "int32");
  const hidden = tf.mul(
    tf.cast(
      tf.greater(tf.expandDims(place, 0), tf.expandDims(place, 1)),
      "float32",
    ),
    -1e9,
  ); // (T, T)
  let x: tf.Tensor = tf.reshape(
    tf.add(tf.gather(w["tokens"]!, ids as tf.Tensor1D), w["positions"]!),
    [b * t, d],
  );
  for (let i = 0; i < s.layers; i++) {
    const qkv = tf.reshape(
      tf.matMul(norm(x, w[`${i}/norm_1`]!), w[`${i}/qkv`]!),
      [b, t, 3, heads, d / heads],
    );
    const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4])); // (B, heads, T, d / heads)
    const scores = tf.mul(
      tf.matMul(q!, k!, false, true),
      1 / Math.sqrt(d / heads),
    );
    const mixed = tf.matMul(tf.softmax(tf.add(scores, hidden)), v!);
    const y = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [b * t, d]);
    x = tf.add(x, tf.matMul(y, w[`${i}/project`]!));
    const up = gelu(tf.matMul(norm(x, w[`${i}/norm_2`]!), w[`${i}/up`]!));
    x = tf.add(x, tf.matMul(up, w[`${i}/down`]!));
  }
  return tf.matMul(norm(x, w["norm"]!), w["tokens"]!, false, true);
}

/** A training step: the loss before it, shape (). */
export type Step = (
  batch: { inputs: tf.Tensor; targets: tf.Tensor; mask?: tf.Tensor },
  learningRate: tf.Tensor,
) => tf.Tensor;

/**
 * @param w The weights, which the step changes by Adam.
 * @param s The workload.
 * @returns The step, uncompiled.
 */
export function trainingStep(
  w: Record<string, tf.Variable>,
  s: Workload,
): Step {
  const variables = Object.values(w);
  const optimizer = new Adam(
    Object.entries(w).map(([name, variable]) => ({ name, variable })),
  );
  return ({ inputs, targets, mask }, learningRate) => {
    const all = { inputs, targets, ...(mask && { mask }) };
    const parts = cutRows(s.batch, {
      most: lanes(),
      smallest: s.kind === "lstm" ? 32 : s.batch, // without a recurrence, products are large enough
    });
    const found = sideBySide(
      parts.map((places) => tf.tensor1d(places, "int32")),
      (places) => {
        const part = Object.fromEntries(
          Object.entries(all).map(([name, x]) => [name, tf.gather(x, places)]),
        ) as typeof all;
        const { value, grads } = tf.variableGrads(() => {
          const result = forward(w, s, part.inputs, part.targets, part.mask);
          return meanCrossEntropy(result.logits, result.targets) as tf.Scalar;
        }, variables);
        return [value, ...variables.map(({ name }) => grads[name]!)];
      },
    );
    return asOnePart(() => {
      const [loss, ...gradients] = found[0]!.map((_, k) =>
        tf.addN(
          found.map((part, i) => tf.mul(part[k]!, parts[i]!.length / s.batch)),
        )
      );
      optimizer.apply(gradients, learningRate);
      return loss!;
    });
  };
}

/** The model as the library's generation sees it. */
export function predictor(w: Weights, s: Workload): Predictor {
  return s.kind === "lstm" ? lstmPredictor(w, s) : decoderPredictor(w, s);
}

function lstmPredictor(w: Weights, s: Workload): Predictor {
  const layers = Array.from({ length: s.layers }, (_, i) => lstmWeights(w, i));
  const stateOf = (layer: number, state: readonly tf.Tensor[]) => ({
    h: state[2 * layer]!,
    c: state[2 * layer + 1]!,
  });
  const stepFrom = (sums: tf.Tensor, state: readonly tf.Tensor[]) => {
    const next: tf.Tensor[] = [];
    for (const [i, weights] of layers.entries()) {
      const { h, c } = lstmStepFrom(sums, weights, stateOf(i, state));
      next.push(h, c);
      if (i + 1 < layers.length) sums = inputSums(h, layers[i + 1]!);
    }
    const logits = tf.add(
      tf.matMul(next.at(-2)!, w["output/kernel"]!),
      w["output/bias"]!,
    );
    return { logits, state: next };
  };
  const rows = (table: tf.Tensor, ids: tf.Tensor): tf.Tensor =>
    tf.gather(table, ids as tf.Tensor1D);
  const step: Predictor["step"] = (ids, state) =>
    stepFrom(inputSums(rows(w["embedding"]!, ids), layers[0]!), state);
  return {
    zeroState: (batch) =>
      Array.from({ length: 2 * s.layers }, () => tf.zeros([batch, s.units!])),
    step,
    stepper: () => {
      const table = inputSums(w["embedding"]!, layers[0]!); // (V, 4H)
      return (ids, state) => stepFrom(rows(table, ids), state);
    },
    forward: (ids, state) => stepwise(step, ids, state),
  };
}

/**
 * With a ring of keys and values: past the context, the oldest position is overwritten. All rows stand at the same
 * position.
 */
function decoderPredictor(w: Weights, s: Workload): Predictor {
  const [d, heads, t] = [s.width!, s.heads!, s.steps];
  const size = d / heads;
  const leadOf = (rows: number): number[] => rows === 1 ? [] : [rows]; // an axis of one row costs XLA a fifth of the time
  const places = tf.keep(tf.range(0, t, 1, "int32")); // (T,)
  const step = (ids: tf.Tensor, state: readonly tf.Tensor[]) => {
    const [counts, ...caches] = state; // (B,), and (..., heads, T, size) each
    const rows = ids.size;
    const lead = leadOf(rows);
    const count = tf.slice(counts!, 0, 1); // (1,)
    const place = tf.mod(count, tf.scalar(t, "int32")); // (1,)
    const here = tf.reshape(place, []); // ()
    const unseen = tf.mul(
      tf.cast(tf.greater(places, count), "float32"),
      -1e9,
    ); // (T,)
    let x: tf.Tensor = tf.add(
      tf.gather(w["tokens"]!, ids as tf.Tensor1D),
      tf.gather(w["positions"]!, place as tf.Tensor1D),
    ); // (B, D)
    const next: tf.Tensor[] = [tf.add(counts!, tf.scalar(1, "int32"))];
    for (let i = 0; i < s.layers; i++) {
      const qkv = tf.matMul(norm(x, w[`${i}/norm_1`]!), w[`${i}/qkv`]!);
      const [q, k, v] = tf.unstack(
        tf.reshape(qkv, [...lead, 3, heads, size]),
        lead.length,
      ); // (..., heads, size) each
      const axis = lead.length + 1;
      const keys = withSliceAt(caches[2 * i]!, here, k!, axis); // (..., heads, T, size)
      const values = withSliceAt(caches[2 * i + 1]!, here, v!, axis); // (..., heads, T, size)
      next.push(keys, values);
      const scores = tf.mul(
        tf.matMul(tf.expandDims(q!, axis), keys, false, true),
        1 / Math.sqrt(size),
      ); // (..., heads, 1, T)
      const mixed = tf.matMul(tf.softmax(tf.add(scores, unseen)), values);
      x = tf.add(
        x,
        tf.matMul(tf.reshape(mixed, [rows, d]), w[`${i}/project`]!),
      );
      const up = gelu(tf.matMul(norm(x, w[`${i}/norm_2`]!), w[`${i}/up`]!));
      x = tf.add(x, tf.matMul(up, w[`${i}/down`]!));
    }
    const logits = tf.matMul(norm(x, w["norm"]!), w["tokens"]!, false, true);
    return { logits, state: next };
  };
  return {
    zeroState: (batch) => [
      tf.zeros([batch], "int32"),
      ...Array.from(
        { length: 2 * s.layers },
        () => tf.zeros([...leadOf(batch), heads, t, size]),
      ),
    ],
    step,
    forward: (ids, state) => stepwise(step, ids, state),
  };
}

function stepwise(
  step: Predictor["step"],
  ids: tf.Tensor,
  state: readonly tf.Tensor[],
): ReturnType<Predictor["forward"]> {
  const logits: tf.Tensor[] = [];
  for (const id of tf.unstack(ids, 1)) {
    const next = step(id, state);
    logits.push(next.logits);
    state = next.state;
  }
  return { logits: tf.stack(logits, 1), state };
}
