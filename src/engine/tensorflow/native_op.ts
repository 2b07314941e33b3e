/**
 * Runs ops of TensorFlow that TensorFlow.js has no kernel for.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import {
  type OpAttribute,
  TF_ATTR_BOOL,
  TF_ATTR_INT,
  TF_ATTR_TYPE,
} from "./attributes.ts";
import { type NativeRuntime, nativeRuntime } from "./runtime.ts";

/** A data type as an attribute. */
export const typeAttribute = (name: string, value: number): OpAttribute => ({
  name,
  type: TF_ATTR_TYPE,
  value,
});
/** A whole number as an attribute. */
export const intAttribute = (name: string, value: number): OpAttribute => ({
  name,
  type: TF_ATTR_INT,
  value,
});
/** A bool as an attribute. */
export const boolAttribute = (name: string, value: boolean): OpAttribute => ({
  name,
  type: TF_ATTR_BOOL,
  value,
});
/** The native engine. @throws {Error} If it is not the one in use. */
export function requireRuntime(): NativeRuntime {
  const runtime = nativeRuntime();
  if (runtime === undefined) {
    throw new Error(
      `Cannot run an op of TensorFlow: the engine must be tensorflow: ${tf.getBackend()}`,
    );
  }
  return runtime;
}

/**
 * @param name The op's name in TensorFlow's registry.
 * @param inputs Its inputs, lists flattened.
 * @param attributes Its attributes.
 * @param outputCount How many outputs it has.
 * @returns The outputs.
 */
export function nativeOp(
  name: string,
  inputs: readonly Tensor[],
  attributes: readonly OpAttribute[],
  outputCount = 1,
): Tensor[] {
  return requireRuntime().backend.executeMultipleOutputs(
    name,
    attributes,
    inputs,
    outputCount,
  );
}
