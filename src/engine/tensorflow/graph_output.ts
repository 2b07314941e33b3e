/**
 * Outputs of ops in a graph: `TF_Output`, and the shapes that TensorFlow infers for them.
 *
 * @module
 */
import type { EagerContext } from "./context.ts";
import type { TensorDescription } from "./tensors.ts";

/** An output of an op in a graph. */
export interface GraphOutput extends TensorDescription {
  /** The `TF_Output`. */
  output: Uint8Array<ArrayBuffer>;
  /** Its op's name in the graph, and which of the op's outputs it is. */
  name: string;
}

/** Where an output is. */
export interface OutputPlace {
  /** The `TF_Graph`. */
  graph: bigint;
  /** Kind of the op, for messages. */
  op: string;
  /** The `TF_Output`. */
  output: Uint8Array<ArrayBuffer>;
}

/**
 * @param operation Address of the op.
 * @param index Which of its outputs.
 * @returns The `TF_Output`: the address, the number, and four bytes of padding.
 */
export function outputOf(
  operation: bigint,
  index: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, operation, true);
  view.setInt32(8, index, true);
  return bytes;
}

/**
 * @param outputs Any number of outputs.
 * @returns An array of `TF_Output`, never empty.
 */
export function joined(
  outputs: readonly GraphOutput[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 * Math.max(outputs.length, 1));
  for (const [i, { output }] of outputs.entries()) bytes.set(output, 16 * i);
  return bytes;
}

/**
 * Tells TensorFlow a shape that it cannot infer.
 *
 * @param context The runtime.
 * @param place Which output.
 * @param shape Its shape.
 */
export function setOutputShape(
  { api, status }: EagerContext,
  { graph, op, output }: OutputPlace,
  shape: readonly number[],
): void {
  const sizes = BigInt64Array.from(shape, BigInt);
  api.TF_GraphSetTensorShape(
    graph,
    output,
    sizes,
    shape.length,
    status.handle,
  );
  status.check(() => `Cannot give the op "${op}" a shape`);
}

/**
 * @param context The runtime.
 * @param place Which output.
 * @returns Its shape.
 * @throws {TypeError} If that depends on values.
 */
export function outputShape(
  { api, status }: EagerContext,
  { graph, op, output }: OutputPlace,
): number[] {
  const rank = api.TF_GraphGetTensorNumDims(graph, output, status.handle);
  status.check(() => `Cannot tell the shape of the op "${op}"`);
  const sizes = new BigInt64Array(Math.max(rank, 1));
  if (rank > 0) {
    api.TF_GraphGetTensorShape(graph, output, sizes, rank, status.handle);
    status.check(() => `Cannot tell the shape of the op "${op}"`);
  }
  const shape = Array.from(sizes.subarray(0, Math.max(rank, 0)), Number);
  if (rank < 0 || shape.some((size) => size < 0)) {
    throw new TypeError(
      `Cannot record the op "${op}": a compiled function's shapes must not depend on values: ${
        rank < 0 ? "unknown rank" : `[${shape.map((n) => n < 0 ? "?" : n)}]`
      }; do this part outside, or by masks of a fixed shape`,
    );
  }
  return shape;
}
