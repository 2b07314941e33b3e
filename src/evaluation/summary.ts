/**
 * What a model is made of and what it takes: layers, parameters, memory and arithmetic.
 *
 * Operations are those of the matrix products (see {@linkcode LayerDescription}); a training step takes about three times
 * those of the way forward, as the way back has two products for each (Kaplan et al., "Scaling Laws for Neural Language
 * Models", 2020, section 2.1).
 *
 * Memory is counted as `fit()` uses it. A step holds the gradients and the clipped ones, and makes new weights and a new
 * memory of the optimizer before the old ones are let go; the guard keeps both of two earlier moments. The tests hold the
 * sums to what processes were seen to take, within a factor of 2. A model that counts has its counts in place of all that.
 *
 * @module
 */
import {
  type Counting,
  countParameters,
  type LayerDescription,
  type Network,
} from "../networks/network.ts";
import { checkOptionNames } from "../text/options.ts";
import { wrongNumber } from "../text/refusal.ts";
import {
  checkOptimizer,
  type OptimizerChoice,
  optimizerSlots,
} from "../training/optimizers/create_optimizer.ts";
import type { TrainingDefaults } from "../training/trainable_model.ts";
import { checkModel } from "./_checks.ts";
import { ModelSummary, type SummaryLayer } from "./model_summary.ts";

/** Options of {@linkcode summary}; none has an effect on a model that counts. */
export interface SummaryOptions {
  /**
   * Rows of a training step, B.
   *
   * @default {64}
   */
  batchSize?: number;

  /**
   * Tokens that each row moves on in one step, T.
   *
   * @default {undefined} which is the model's context, or 64 for a model without one
   */
  sequenceLength?: number;

  /**
   * Whose memory training has.
   *
   * @default {"adam"} or what `model.compile()` settled
   */
  optimizer?: OptimizerChoice;
}

const ACTION = "Cannot summarize";
const BYTES = 4; // float32
/** How often weights and the optimizer's memory are there once more: after the step, and for the guard. */
const COPIES = 3;

/**
 * Sums up a model.
 *
 * @param model A model, or anything with a network.
 * @param options The sizes of a training step.
 * @returns Layers, parameters, memory, operations.
 * @throws {TypeError} If an option is unknown, no number or without effect, or the model is none.
 * @throws {RangeError} If an option is out of range.
 *
 * @example How large it is
 * ```ts
 * import { buildLSTM, CharTokenizer, summary } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("abc"), units: 4, embedding: 2 });
 * const { layers, parameters } = summary(model);
 * assertEquals(layers.map(({ type }) => type), ["Embedding", "LSTM", "Dense"]);
 * assertEquals(parameters, 3 * 2 + 4 * (4 * (2 + 4) + 4) + 4 * 3 + 3);
 * model.dispose();
 * ```
 */
export function summary(
  model: {
    readonly network: Network;
    readonly trainingDefaults?: TrainingDefaults;
  },
  options: SummaryOptions = {},
): ModelSummary {
  checkModel(ACTION, model, "parameters");
  checkOptionNames(
    ACTION,
    options,
    ["batchSize", "sequenceLength", "optimizer"] satisfies (
      keyof SummaryOptions
    )[],
  );
  const { network } = model;
  if (network.counting !== undefined) {
    const [name] = Object.keys(options);
    if (name === undefined) return summaryOfCounts(network, network.counting);
    throw new TypeError(
      `${ACTION}: ${name} has no effect on a model that counts, leave it out`,
    );
  }
  const { batchSize = 64, sequenceLength = network.context ?? 64 } = options;
  for (const [name, value] of Object.entries({ batchSize, sequenceLength })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw wrongNumber(`${ACTION}: ${name} must be a positive integer`, value);
  }
  const {
    optimizer = model.trainingDefaults?.optimizer ?? "adam",
  } = options;
  checkOptimizer(optimizer);
  const described = network.describe?.(sequenceLength);
  const layers = (described ?? describeByParameters(network)).map((
    layer,
  ): SummaryLayer => ({
    ...layer,
    parameters: parametersOf(network, layer.name),
    outputShape: [batchSize, sequenceLength, layer.width],
  }));
  const sum = (name: "flops" | "activations" | "state"): number =>
    layers.reduce((total, layer) => total + layer[name], 0);
  const parameters = countParameters(network);
  const weights = BYTES * parameters;
  const activations = BYTES * batchSize * sequenceLength * sum("activations");
  const gradients = 2 * weights;
  const memory = weights * optimizerSlots(optimizer);
  const copies = COPIES * (weights + memory);
  const state = BYTES * sum("state");
  return new ModelSummary({
    description: network.description,
    isEstimate: described === undefined,
    layers,
    ngrams: [],
    parameters,
    batchSize,
    sequenceLength,
    flopsPerToken: sum("flops"),
    training: {
      weights,
      gradients,
      optimizer: memory,
      copies,
      activations,
      smoothing: 0,
      total: weights + gradients + memory + copies + activations,
    },
    generation: {
      weights,
      copies: weights,
      smoothing: 0,
      state,
      total: 2 * weights + state,
    },
  });
}

/** A model that counts has neither layers nor steps. */
function summaryOfCounts(network: Network, counting: Counting): ModelSummary {
  const { counts: weights, smoothing, making } = counting.memory;
  const order = counting.lengths.length;
  const state = Int32Array.BYTES_PER_ELEMENT * Math.max(order - 1, 1);
  return new ModelSummary({
    description: network.description,
    isEstimate: false,
    layers: [],
    ngrams: counting.lengths,
    parameters: counting.size,
    batchSize: 0,
    sequenceLength: 0,
    flopsPerToken: 0,
    training: {
      weights,
      gradients: 0,
      optimizer: 0,
      copies: 0,
      activations: 0,
      smoothing: making,
      total: weights + making,
    },
    generation: {
      weights,
      copies: 0,
      smoothing,
      state,
      total: weights + smoothing + state,
    },
  });
}

/** Numbers of the parameters whose names begin so. */
function parametersOf(network: Network, name: string): number {
  let sum = 0;
  for (const parameter of network.parameters.values()) {
    if (parameter.name.startsWith(`${name}/`) || parameter.name === name) {
      sum += parameter.size;
    }
  }
  return sum;
}

/** A layer for each first part of the parameters' names; each matrix that is no table counts as multiplied once a token. */
function describeByParameters(network: Network): LayerDescription[] {
  const layers = new Map<string, LayerDescription>();
  for (const { name, shape, size } of network.parameters.values()) {
    const layer = name.split("/")[0]!;
    const isTable = /table|embedding|positions/.test(name);
    const flops = shape.length >= 2 && !isTable ? 2 * size : 0;
    const width = shape.at(-1) ?? 1;
    const before = layers.get(layer);
    layers.set(layer, {
      name: layer,
      type: isTable ? "Embedding" : "layer",
      width: shape.length >= 2 ? width : before?.width ?? width,
      flops: (before?.flops ?? 0) + flops,
      activations: (before?.activations ?? 0) + (shape.length >= 2 ? width : 0),
      state: 0,
    });
  }
  return [...layers.values()];
}
