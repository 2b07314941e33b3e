/**
 * Runs a layers model with parts of it replaced for the time of the call: dropout draws its masks by (seed, step) as the
 * library's own layers do, a softmax at the end is left out, whose input is the logits, and convolutions that TensorFlow.js
 * cannot compute or train are computed here.
 *
 * TensorFlow.js's layers take their dropout masks from `Math.random()`, which a compiled function cannot. Its recurrent
 * cells have a hook for that, `dropoutFunc`; for the other layers the object gets a `call()` of its own.
 *
 * @module
 */
import type { Layer, LayersModel } from "../engine/layers_model.ts";
import { type Tensor, tf } from "../engine/tf.ts";
import { dropout, type DropoutDraw } from "../layers/dropout.ts";
import {
  convolveInTime,
  isConvolvedHere,
} from "./_layers_model_convolution.ts";

/** Layers whose `call()` drops out. */
const DROPOUTS = ["Dropout", "SpatialDropout1D"];

/** A softmax that is left out: a layer that does nothing else, or one with the activation. */
const LINEAR = {
  getClassName: (): string => "linear",
  apply: (x: Tensor): Tensor => x,
};

/** What is inside of a layer, itself first: layers of models and wrappers, cells of recurrent layers. */
export function layersIn(layer: Layer): Layer[] {
  const { layers = [], cells = [], forwardLayer, backwardLayer, cell } = layer;
  const inside = [
    ...layers,
    layer.layer,
    forwardLayer,
    backwardLayer,
    cell,
    ...cells,
  ].filter((each) => each !== undefined && each !== null);
  return [layer, ...inside.flatMap(layersIn)];
}

/** The layer that says what a model's output is: the last one, inside of models and wrappers. */
export function lastLayer(model: LayersModel): Layer {
  let layer = model.outputs[0]!.sourceLayer as Layer;
  for (;;) {
    const inner = layer.layers !== undefined
      ? (layer as LayersModel).outputs[0]!.sourceLayer as Layer
      : layer.getClassName() === "TimeDistributed"
      ? layer.layer
      : undefined;
    if (inner === undefined) return layer;
    layer = inner;
  }
}

/** How {@linkcode applyLayersModel} runs a model. */
export interface ApplyOptions {
  /** Whether the last layer's softmax is left out. */
  withoutSoftmax: boolean;
  /** Which masks to draw; undefined drops nothing. */
  draw: DropoutDraw | undefined;
}

/**
 * @param model The model.
 * @param inputs What it takes.
 * @param options How to run it.
 * @returns Its output.
 */
export function applyLayersModel(
  model: LayersModel,
  inputs: Tensor,
  { withoutSoftmax, draw }: ApplyOptions,
): Tensor {
  const undo: (() => void)[] = [];
  layersIn(model).forEach(forgetMasks);
  try {
    if (withoutSoftmax) undo.push(leaveSoftmaxOut(lastLayer(model)));
    for (const layer of layersIn(model).filter(isConvolvedHere)) {
      undo.push(replaceCall(layer, (x) => convolveInTime(layer, x)));
    }
    if (draw !== undefined) {
      for (const [i, layer] of layersIn(model).entries()) {
        undo.push(drawMasks(layer, `layer_${i}`, draw)); // names differ from copy to copy of a model
      }
    }
    return model.apply(inputs, { training: draw !== undefined });
  } finally {
    for (const each of undo.reverse()) each();
    layersIn(model).forEach(forgetMasks);
  }
}

/** Replaces the softmax; gives the way back. */
function leaveSoftmaxOut(layer: Layer): () => void {
  const { activation } = layer;
  if (layer.getClassName() === "Dense" && activation !== undefined) {
    layer.activation = LINEAR;
    return () => {
      layer.activation = activation;
    };
  }
  return replaceCall(layer, (x) => tf.clone(x));
}

/** Makes a layer drop out by masks of ours; gives the way back. */
function drawMasks(
  layer: Layer,
  name: string,
  draw: DropoutDraw,
): () => void {
  let calls = 0;
  const place = (): string => `${name}/${calls++}`;
  if (DROPOUTS.includes(layer.getClassName())) {
    const rate = layer.rate!;
    if (rate === 0) return () => {};
    return replaceCall(layer, (x) => {
      const shape = layer.getNoiseShape?.(x) ?? x.shape;
      const rows = shape[0] === x.shape[0] ? draw.rows : undefined;
      const { seed, step } = draw;
      const mask = dropout(tf.ones(shape), {
        rate,
        place: place(),
        draw: { seed, step, ...(rows && { rows }) },
      });
      return tf.mul(x, mask);
    });
  }
  if (layer.dropout === undefined || layer.recurrentDropout === undefined) {
    return () => {};
  }
  const before = layer.dropoutFunc;
  layer.dropoutFunc = (ones, rate) =>
    dropout(ones, { rate, place: place(), draw });
  return () => {
    layer.dropoutFunc = before;
  };
}

function replaceCall(layer: Layer, compute: (x: Tensor) => Tensor): () => void {
  layer.call = (inputs) => compute(Array.isArray(inputs) ? inputs[0]! : inputs);
  return () => {
    delete (layer as Partial<Layer>).call; // the class's own is behind it
  };
}

/** Recurrent cells keep their masks until the next call, where they would be those of another recording. */
function forgetMasks(layer: Layer): void {
  for (const name of ["dropoutMask", "recurrentDropoutMask"] as const) {
    const masks = layer[name];
    if (masks === undefined || masks === null) continue;
    tf.dispose(masks);
    layer[name] = null;
  }
}
