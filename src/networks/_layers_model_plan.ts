/**
 * Looks at a layers model: what it reads and gives, and whether it can be trained and sampled as a language model.
 *
 * @module
 */
import {
  asLayersModel,
  type LayersModel,
  type LayersModelLike,
  TFJS_VERSION,
} from "../engine/layers_model.ts";
import { isCausal } from "./_layers_model_convolution.ts";
import { lastLayer, layersIn } from "./_layers_model_hooks.ts";
import type { LayersModelConfig } from "./layers_model_config.ts";

const ACTION = "Cannot take in the layers model";

/** Layers that draw random numbers of JavaScript, or whose training changes more than weights. */
const REFUSED: Readonly<Record<string, string>> = {
  AlphaDropout: "use dropout instead",
  GaussianDropout: "use dropout instead",
  GaussianNoise: "use dropout instead",
  BatchNormalization:
    "it would see the tokens to come through their mean; use layerNormalization instead",
};

/** What the caller says of a model. */
export interface LayersModelPlanOptions {
  /** Tokens that it reads at once, where the model does not say. */
  context: number | undefined;
  /** What its output is. */
  output: "auto" | "logits" | "probabilities";
}

/** What a network needs to know of a model, besides the model. */
export type LayersModelPlan = Omit<
  LayersModelConfig,
  "className" | "topology" | "weights"
>;

/**
 * @param given What the caller gave.
 * @returns The model.
 * @throws {TypeError} If it is something else, or of another copy of TensorFlow.js.
 */
export function checkLayersModel(given: LayersModelLike): LayersModel {
  const model = asLayersModel(given);
  if (model !== undefined) return model;
  const isForeign = typeof given === "object" && given !== null &&
    Array.isArray(given.layers) && Array.isArray(given.inputs);
  throw new TypeError(
    isForeign
      ? `${ACTION}: it must come from the copy of TensorFlow.js that computes here: it is of another; ` +
        `import it from "npm:@tensorflow/tfjs@${TFJS_VERSION}"`
      : `${ACTION}: it must be a tf.LayersModel or tf.Sequential: ${
        given === null ? "null" : typeof given
      }`,
  );
}

/**
 * @param model The model.
 * @param vocabSize Tokens of the tokenizer, V.
 * @param options What the caller says of it.
 * @returns What it reads and gives.
 * @throws {TypeError} If it cannot be a language model, or an option has no effect.
 * @throws {RangeError} If its vocabulary is another, or the context out of range.
 */
export function planLayersModel(
  model: LayersModel,
  vocabSize: number,
  options: LayersModelPlanOptions,
): LayersModelPlan {
  const { inputs, outputs } = model;
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw new TypeError(
      `${ACTION}: it must have one input and one output: ${inputs.length} and ${outputs.length}`,
    );
  }
  refuseLayers(model);
  refuseWeights(model);
  const input = inputs[0]!.shape;
  const output = outputs[0]!.shape;
  const oneHot = input.length === 3;
  if (
    ![2, 3].includes(input.length) || ![2, 3].includes(output.length) ||
    (input[0] ?? null) !== null
  ) {
    throw new TypeError(
      `${ACTION}: it must read ids of shape [null, T] or one-hot vectors of shape [null, T, V], and give [null, T, V] or [null, V]: ` +
        `it reads ${show(input)} and gives ${show(output)}`,
    );
  }
  const widths = [output.at(-1), ...(oneHot ? [input[2]] : [])];
  for (const width of widths) {
    if (width !== vocabSize) {
      throw new RangeError(
        `${ACTION}: it must have the tokenizer's ${vocabSize} tokens: it reads ${
          show(input)
        } and gives ${show(output)}`,
      );
    }
  }
  for (const layer of layersIn(model)) {
    if (layer.getClassName() === "Embedding" && layer.inputDim! < vocabSize) {
      throw new RangeError(
        `${ACTION}: the embedding "${layer.name}" must have a vector for each of the tokenizer's ${vocabSize} tokens: ${layer.inputDim}`,
      );
    }
  }
  const length = input[1] ?? null;
  const everywhere = output.length === 3;
  // TensorFlow.js does not count the padding of causal convolutions: what comes out is seen when it runs.
  const isKnown = !layersIn(model).some(isCausal);
  if (everywhere && isKnown && (output[1] ?? null) !== length) {
    throw new TypeError(
      `${ACTION}: it must give a prediction after each token that it reads, or one after the last: it reads ${
        show(input)
      } and gives ${show(output)}`,
    );
  }
  return {
    vocabSize,
    context: contextOf(length, options.context),
    fixed: length !== null,
    oneHot,
    everywhere,
    ...scoresOf(model, options.output),
  };
}

function contextOf(length: number | null, context: number | undefined): number {
  if (context !== undefined) {
    if (!(Number.isSafeInteger(context) && context > 0)) {
      throw new RangeError(
        `${ACTION}: context must be a positive integer: ${context}`,
      );
    }
    if (length !== null) {
      throw new TypeError(
        `${ACTION}: context has no effect on a model that reads ${length} tokens, leave it out`,
      );
    }
  }
  return length ?? context ?? 64;
}

/** What is to be done with the output to have logits. */
function scoresOf(
  model: LayersModel,
  output: LayersModelPlanOptions["output"],
): { withoutSoftmax: boolean; probabilities: boolean } {
  if (!["auto", "logits", "probabilities"].includes(output)) {
    throw new RangeError(
      `${ACTION}: output must be "auto", "logits" or "probabilities": ${
        JSON.stringify(output)
      }`,
    );
  }
  const layer = lastLayer(model);
  const kind = layer.getClassName();
  const activation = kind === "Softmax"
    ? "softmax"
    : layer.activation?.getClassName() ?? "unknown";
  const canLeaveOut = ["Dense", "Activation", "Softmax"].includes(kind);
  if (activation === "softmax" && output === "logits") {
    throw new TypeError(
      `${ACTION}: output cannot be "logits" as the last layer "${layer.name}" is a softmax, leave it out`,
    );
  }
  if (output === "auto" && !["softmax", "linear"].includes(activation)) {
    throw new TypeError(
      `${ACTION}: output must say "logits" or "probabilities" where the last layer is neither linear nor a softmax: ` +
        `"${layer.name}", ${activation}`,
    );
  }
  const withoutSoftmax = activation === "softmax" && canLeaveOut;
  const probabilities = !withoutSoftmax &&
    (output === "probabilities" || activation === "softmax");
  return { withoutSoftmax, probabilities };
}

function refuseLayers(model: LayersModel): void {
  for (const layer of layersIn(model)) {
    const kind = layer.getClassName();
    if (Object.hasOwn(REFUSED, kind)) {
      throw new TypeError(
        `${ACTION}: it must not have a layer of ${kind}: "${layer.name}"; ${
          REFUSED[kind]
        }`,
      );
    }
    if (layer.stateful === true && layer.layers === undefined) {
      throw new TypeError(
        `${ACTION}: its layers must not be stateful, as the state is kept outside: "${layer.name}"`,
      );
    }
    if (
      isCausal(layer) &&
      (layer.strides![0] !== 1 || layer.dataFormat === "channelsFirst")
    ) {
      throw new TypeError(
        `${ACTION}: padding "causal" must come with strides of 1 and the channels last: "${layer.name}"`,
      );
    }
    for (const [name, value] of Object.entries(layer.getConfig())) {
      if (/Regularizer$|Constraint$/.test(name) && value) {
        throw new TypeError(
          `${ACTION}: ${name} has no effect in fit(), leave it out: "${layer.name}"; the optimizer adamw has a weightDecay`,
        );
      }
    }
  }
}

function refuseWeights(model: LayersModel): void {
  if (model.weights.length === 0) {
    throw new TypeError(`${ACTION}: it must have weights: it has none`);
  }
  for (const weight of model.weights) {
    if (!weight.trainable) {
      throw new TypeError(
        `${ACTION}: all its weights must be trainable: "${weight.originalName}" is not`,
      );
    }
    if (weight.val.isDisposed) {
      throw new Error(`${ACTION}: it has been disposed`);
    }
  }
}

function show(shape: readonly (number | null)[]): string {
  return `[${shape.map(String).join(", ")}]`;
}
