/**
 * Finds the tensors that a function uses without making them.
 *
 * @module
 */
import { GraphTrace } from "./tensorflow/graph_trace.ts";
import { requireRuntime } from "./tensorflow/native_op.ts";
import { withoutAssignments } from "./tensorflow/rolled_while.ts";
import { type Tensor, tf } from "./tf.ts";

interface WatchedEngine {
  state: { kernelDepth: number };
  nextTensorId(): number;
  runKernelFunc(operation: { inputs: Record<string, unknown> }): unknown;
}

/**
 * Runs a function in a graph that is thrown away, and watches what goes into its ops.
 *
 * @param run The function.
 * @returns Float tensors that were there before and went into an op, each once.
 */
export function usedFromOutside(run: () => void): Tensor[] {
  const { context, binding } = requireRuntime();
  const engine = tf.engine() as unknown as WatchedEngine;
  const { runKernelFunc } = engine;
  const parent = binding.trace!;
  const trace = new GraphTrace(context, binding, {
    parent,
    forJit: parent.forJit,
  });
  const firstOwn = engine.nextTensorId(); // whatever is made from here on has a higher number
  const used = new Set<Tensor>();
  engine.runKernelFunc = function (operation) {
    for (const input of Object.values(operation.inputs).flat()) {
      if (
        input instanceof tf.Tensor && input.id < firstOwn &&
        input.dtype === "float32"
      ) used.add(input);
    }
    return runKernelFunc.call(this, operation);
  };
  engine.state.kernelDepth++; // nothing of this is for the tape of a gradient
  try {
    binding.recordIn(trace, () => tf.tidy(() => withoutAssignments(run)));
  } finally {
    engine.state.kernelDepth--;
    engine.runKernelFunc = runKernelFunc;
    trace.close();
  }
  return [...used];
}
