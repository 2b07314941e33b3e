/**
 * The one door to TensorFlow.js: every other file imports tensors from here.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
// Registers the gradients of all operations, which tfjs-core has only in files that need a bundler.
import "@tensorflow/tfjs";

export { tf };

/** A tensor of TensorFlow.js, living on the chosen engine. */
export type Tensor = tf.Tensor;
/** A tensor whose value can be assigned: a parameter, or an optimizer's memory. */
export type Variable = tf.Variable;
