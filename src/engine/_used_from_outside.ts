/**
 * Finds the tensors that a function uses without making them.
 *
 * @module
 */
import { withoutTape } from "./custom_gradient.ts";
import { GraphTrace } from "./tensorflow/graph_trace.ts";
import { requireRuntime } from "./tensorflow/native_op.ts";
import { withoutAssignments } from "./tensorflow/rolled_while.ts";
import { type Tensor, tf } from "./tf.ts";

interface WatchedEngine {
  nextTensorId(): number;
  runKernelFunc(operation: { inputs: Record<string, unknown> }): unknown;
}

/**
 * Runs a function in a graph that is thrown away, and watches what goes into its ops.
 *
 * @param run The function.
 * @returns Tensors that were there before and went into an op, or are a result as they are, each once.
 */
export function usedFromOutside(run: () => readonly Tensor[]): Tensor[] {
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
  const watch = (tensors: readonly unknown[]): void => {
    for (const tensor of tensors) {
      if (tensor instanceof tf.Tensor && tensor.id < firstOwn) used.add(tensor);
    }
  };
  engine.runKernelFunc = function (operation) {
    watch(Object.values(operation.inputs).flat());
    return runKernelFunc.call(this, operation);
  };
  try {
    binding.recordIn(
      trace,
      () => tf.tidy(() => withoutTape(() => watch(withoutAssignments(run)))),
    );
  } finally {
    engine.runKernelFunc = runKernelFunc;
    trace.close();
  }
  return [...used];
}
