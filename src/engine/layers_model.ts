/**
 * The door to tfjs-layers: what the library needs of a `tf.LayersModel`, and how one is built again from its
 * configuration.
 *
 * @module
 */
import * as tfjs from "@tensorflow/tfjs";
import type { Tensor, Variable } from "./tf.ts";

/** Version of TensorFlow.js that the library computes with. */
export const TFJS_VERSION: string = tfjs.version.tfjs;

/** An input or output of a model, not computed yet. */
export interface SymbolicTensor {
  /** Lengths of the axes; null for any. */
  readonly shape: readonly (number | null)[];
  /** The layer that it comes out of. */
  readonly sourceLayer: object;
}

/**
 * What {@linkcode fromLayersModel} takes: a `tf.LayersModel` or a `tf.Sequential` of `npm:@tensorflow/tfjs`. The type names
 * only what identifies one, so that no type of TensorFlow.js is needed.
 */
export interface LayersModelLike {
  /** Name of the model. */
  readonly name: string;
  /** The layers in order. */
  readonly layers: readonly object[];
  /** Its inputs; one is allowed. */
  readonly inputs: readonly object[];
  /** Its outputs; one is allowed. */
  readonly outputs: readonly object[];
}

/** A weight of a layer. */
export interface LayerWeight {
  readonly originalName: string;
  readonly shape: readonly (number | null)[];
  readonly trainable: boolean;
  readonly val: Variable;
}

/** A layer, or the cell of a recurrent one: the parts that the library looks at. */
export interface Layer {
  name: string;
  getClassName(): string;
  getConfig(): Record<string, unknown>;
  call(inputs: Tensor | Tensor[], options: object): Tensor | Tensor[];
  /** Of models. */
  readonly layers?: readonly Layer[];
  /** Of wrappers. */
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
  /** Of recurrent layers. */
  readonly cell?: Layer;
  readonly cells?: readonly Layer[];
  readonly stateful?: boolean;
  /** Of recurrent cells and of dropout layers. */
  readonly dropout?: number;
  readonly recurrentDropout?: number;
  dropoutFunc?: ((ones: Tensor, rate: number) => Tensor) | undefined;
  dropoutMask?: Tensor | Tensor[] | null;
  recurrentDropoutMask?: Tensor | Tensor[] | null;
  readonly rate?: number;
  getNoiseShape?(input: Tensor): number[] | null | undefined;
  /** Of dense layers, activations and embeddings. */
  activation?: { getClassName(): string; apply(x: Tensor): Tensor };
  readonly inputDim?: number;
  /** Of convolutions. */
  readonly padding?: string;
  readonly dataFormat?: string;
  readonly kernelSize?: readonly number[];
  readonly strides?: readonly number[];
  readonly dilationRate?: number | readonly number[];
  readonly kernel?: { read(): Tensor } | null;
  readonly bias?: { read(): Tensor } | null;
}

/** A model, as the library uses it. */
export interface LayersModel extends Layer {
  readonly layers: readonly Layer[];
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly weights: readonly LayerWeight[];
  apply(inputs: Tensor, options: { training: boolean }): Tensor;
}

/**
 * @param value Anything.
 * @returns It, if it is a model of the TensorFlow.js that the library computes with.
 */
export function asLayersModel(value: unknown): LayersModel | undefined {
  return value instanceof tfjs.LayersModel
    ? value as unknown as LayersModel
    : undefined;
}

/** How a class of models is built from a configuration; the last argument leaves initial values out. */
type FromConfig = (
  model: unknown,
  config: unknown,
  customObjects: object,
  fastWeightInit: boolean,
) => unknown;

/**
 * Builds a model again. It needs an engine.
 *
 * @param className What the model's `getClassName()` said: `Sequential` or `Model`.
 * @param config What its `getConfig()` said; it is changed.
 * @returns The model, with weights that mean nothing.
 * @throws {RangeError} If there is no such class, or no such layer.
 */
export function buildLayersModel(
  className: string,
  config: unknown,
): LayersModel {
  const { Sequential, LayersModel } = tfjs as unknown as Record<
    string,
    { fromConfig: FromConfig }
  >;
  if (className !== "Sequential" && className !== "Model") {
    throw new RangeError(
      `Cannot build the layers model: it must be Sequential or Model: "${className}"`,
    );
  }
  const builder = className === "Sequential" ? Sequential! : LayersModel!;
  let model: unknown;
  tfjs.tidy(() => {
    model = builder.fromConfig(builder, config, {}, true);
  });
  return model as LayersModel;
}
