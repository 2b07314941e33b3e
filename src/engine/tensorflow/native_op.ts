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
import { TF_INT32 } from "./dtypes.ts";
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

/**
 * Row `index` of a stack, where the index is a tensor.
 *
 * @param stack Shape (T, …).
 * @param index int32, shape ().
 * @returns Shape (…).
 */
export function rowAt(stack: Tensor, index: Tensor): Tensor {
  if (!isForJit()) return tf.gather(stack, index as tf.Tensor1D);
  const rest = stack.shape.slice(1);
  const [row] = nativeOp("XlaDynamicSlice", [
    stack,
    startAt(index, stack.rank),
    tf.tensor1d([1, ...rest], "int32"),
  ], sliceAttributes(stack));
  return tf.reshape(row!, rest);
}

/**
 * A stack with another row at `index`.
 *
 * @param stack Shape (T, …).
 * @param index int32, shape ().
 * @param row Shape (…).
 * @returns Shape (T, …).
 */
export function withRowAt(stack: Tensor, index: Tensor, row: Tensor): Tensor {
  if (row.size === 0) return stack; // TensorFlow's op refuses it
  const update = tf.expandDims(row, 0); // (1, …)
  const [name, inputs]: [string, Tensor[]] = isForJit()
    ? ["XlaDynamicUpdateSlice", [stack, update, startAt(index, stack.rank)]]
    : ["TensorScatterUpdate", [stack, tf.reshape(index, [1, 1]), update]];
  return nativeOp(name, inputs, sliceAttributes(stack))[0]!;
}

/** Whether the forms for XLA are wanted, whose executor alone knows them. */
function isForJit(): boolean {
  return requireRuntime().binding.trace?.forJit ?? false;
}

function sliceAttributes(stack: Tensor): OpAttribute[] {
  const { backend } = requireRuntime();
  return [
    typeAttribute("T", backend.dtypeNumber(stack.dtype)),
    typeAttribute("Tindices", TF_INT32),
  ];
}

function startAt(index: Tensor, rank: number): Tensor {
  const first = tf.reshape(index, [1]);
  return rank === 1 ? first : tf.concat([first, tf.zeros([rank - 1], "int32")]); // (rank,)
}
