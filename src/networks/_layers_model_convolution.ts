/**
 * Convolutions of layers models that TensorFlow.js cannot compute, with padding in front alone (`padding: "causal"`), or
 * cannot train, with gaps: it has no gradient of them.
 *
 *     y_t = f(Σ_j x_(t − (k − 1 − j) d) · kernel_j + bias),   j from 0 to k − 1
 *
 * Van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016, section 2.1; Keras's `Conv1D` pads with zeros. The
 * k inputs of an output stand side by side and meet the kernel in one product.
 *
 * @module
 */
import type { Layer } from "../engine/layers_model.ts";
import { type Tensor, tf } from "../engine/tf.ts";

/** Whether a layer pads in front alone. */
export function isCausal(layer: Layer): boolean {
  return layer.getClassName() === "Conv1D" && layer.padding === "causal";
}

/** Whether a layer is a convolution that is computed here. */
export function isConvolvedHere(layer: Layer): boolean {
  return isCausal(layer) ||
    layer.getClassName() === "Conv1D" && layer.padding === "valid" &&
      layer.dataFormat === "channelsLast" && layer.strides![0] === 1 &&
      gapOf(layer) > 1;
}

/**
 * @param layer The convolution, with strides of 1 and the channels last.
 * @param x What it takes, shape (B, T, C).
 * @returns What it gives, shape (B, T, U) with padding, else (B, T − (k − 1) d, U).
 */
export function convolveInTime(layer: Layer, x: Tensor): Tensor {
  const [batch, , channels] = x.shape as [number, number, number];
  const gap = gapOf(layer);
  const [size] = layer.kernelSize as [number];
  const span = (size - 1) * gap;
  const padded = isCausal(layer) ? tf.pad(x, [[0, 0], [span, 0], [0, 0]]) : x;
  const length = padded.shape[1]! - span;
  const taps = Array.from(
    { length: size },
    (_, j) => tf.slice(padded, [0, j * gap, 0], [batch, length, channels]),
  );
  const rows = tf.reshape(tf.concat(taps, 2), [-1, size * channels]); // (BT, kC)
  const kernel = tf.reshape(layer.kernel!.read(), [size * channels, -1]); // (kC, U)
  const product = tf.matMul(rows, kernel); // (BT, U)
  const bias = layer.bias?.read();
  const sums = bias === undefined ? product : tf.add(product, bias);
  const outputs = tf.reshape(sums, [batch, length, -1]);
  return layer.activation!.apply(outputs);
}

/** How far apart the inputs of an output are, d. */
function gapOf({ dilationRate = 1 }: Layer): number {
  return typeof dilationRate === "number" ? dilationRate : dilationRate[0]!;
}
