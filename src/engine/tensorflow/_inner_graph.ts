/**
 * Records a function inside of a recording: the condition or body of a loop, or a part that runs beside others.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { requireRuntime } from "./native_op.ts";
import { GraphTrace } from "./graph_trace.ts";
import type { TensorDescription } from "./tensors.ts";

/** A function of the recording around it. */
export interface InnerGraph {
  /** Its graph, to be closed by the caller. */
  trace: GraphTrace;
  /** Numbers of its parameters. */
  parameters: number[];
  /** Numbers of what comes out. */
  outputs: number[];
}

/**
 * Records inside of the graph under construction.
 *
 * @param like Shapes and data types of the parameters.
 * @param run From the parameters to the results.
 * @param forJit Whether XLA will compile it.
 * @returns The graph.
 */
export function recordInnerGraph(
  like: readonly TensorDescription[],
  run: (parameters: Tensor[]) => Tensor[],
  forJit: boolean,
): InnerGraph {
  const { context, binding, backend } = requireRuntime();
  const parent = binding.trace!;
  const trace = new GraphTrace(context, binding, { parent, forJit });
  try {
    const parameters = like.map((description) => trace.parameter(description));
    const outputs: number[] = [];
    binding.recordIn(trace, () =>
      tf.tidy(() => {
        const tensors = parameters.map((id, i) =>
          backend.createOutputTensor({ id, ...like[i]! })
        );
        outputs.push(...run(tensors).map((tensor) => backend.idOf(tensor)));
        trace.include(outputs);
      }));
    return { trace, parameters, outputs };
  } catch (error) {
    trace.close();
    throw error;
  }
}
