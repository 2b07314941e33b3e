/**
 * A loop that stays a loop: condition and body become functions of their own, and one `StatelessWhile` op runs them.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { TF_ATTR_FUNC, TF_ATTR_TYPE } from "./attributes.ts";
import { type InnerGraph, recordInnerGraph } from "./_inner_graph.ts";
import { intAttribute, requireRuntime } from "./native_op.ts";
import { watchChanges } from "./variables.ts";

/** Iterations that TensorFlow's own executor may run side by side; ours wait for each other anyway. */
const PARALLEL_ITERATIONS = 1;

/**
 * Records a loop in the graph under construction.
 *
 * @param condition Whether to go on, from the state: a bool of shape ().
 * @param body The next state, of the same shapes and data types.
 * @param initial The first state.
 * @returns The last state.
 * @throws {TypeError} If the condition or the body gives something else, or if a variable is assigned inside.
 */
export function rolledWhile(
  condition: (state: Tensor[]) => Tensor,
  body: (state: Tensor[]) => Tensor[],
  initial: readonly Tensor[],
): Tensor[] {
  const { binding, backend } = requireRuntime();
  const parent = binding.trace!;
  parent.worthXla();
  const ids = initial.map((tensor) => backend.idOf(tensor));
  const state = ids.map((id) => parent.describe(id));

  const enter = (run: (state: Tensor[]) => Tensor[]): InnerGraph =>
    recordInnerGraph(state, run, parent.forJit);

  const parts: InnerGraph[] = [];
  try {
    parts.push(enter((tensors) => {
      const goOn = withoutAssignments(() => condition(tensors));
      checkCondition(goOn);
      return [tf.reshape(goOn, [])];
    }));
    parts.push(enter((tensors) => {
      const next = withoutAssignments(() => body(tensors));
      checkState(initial, next);
      return next;
    }));
    const captures = [
      ...new Set(parts.flatMap(({ trace }) => trace.captured)),
    ];
    const names = parts.map(({ trace, parameters, outputs }, i) =>
      trace.finish(
        i === 0 ? "condition" : "body",
        i === 0 ? outputs : [...outputs, ...captures],
        parameters,
        captures,
      ).name
    );
    const inputs = [...ids, ...captures];
    const types = inputs.map((id) => parent.describe(id).dtype);
    const metadata = parent.operation("StatelessWhile", [
      { name: "T", type: TF_ATTR_TYPE, value: types },
      { name: "cond", type: TF_ATTR_FUNC, value: names[0]! },
      { name: "body", type: TF_ATTR_FUNC, value: names[1]! },
      intAttribute("parallel_iterations", PARALLEL_ITERATIONS),
    ], inputs);
    return metadata.slice(0, ids.length)
      .map((output) => backend.createOutputTensor(output));
  } finally {
    for (const { trace } of parts) trace.close();
  }
}

/**
 * @param goOn What a condition gave.
 * @throws {TypeError} If it is not one bool.
 */
export function checkCondition(goOn: unknown): asserts goOn is Tensor {
  if (!(goOn instanceof tf.Tensor)) {
    throw new TypeError(
      `Cannot loop: the condition must give a bool of shape []: ${
        String(goOn)
      }`,
    );
  }
  if (goOn.dtype !== "bool" || goOn.size !== 1) {
    throw new TypeError(
      `Cannot loop: the condition must give a bool of shape []: ${goOn.dtype} [${goOn.shape}]`,
    );
  }
}

/**
 * @param before The state.
 * @param after What a body made of it.
 * @throws {TypeError} If it is of another kind.
 */
export function checkState(
  before: readonly Tensor[],
  after: readonly Tensor[],
): void {
  const inWords = (tensors: readonly Tensor[]): string =>
    `(${tensors.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(", ")})`;
  if (inWords(before) !== inWords(after)) {
    throw new TypeError(
      `Cannot loop: the next state must have the shapes and data types of the state ${
        inWords(before)
      }: ${inWords(after)}`,
    );
  }
}

/**
 * Runs the condition or the body of a loop.
 *
 * @param body What to run.
 * @returns What it returns.
 * @throws {TypeError} If it assigns a variable, which would have a value for each iteration.
 */
export function withoutAssignments<Result>(body: () => Result): Result {
  const [result, { assigned, made }] = watchChanges(body);
  if (assigned.length > 0) {
    throw new TypeError(
      "Cannot loop: condition and body of a compiled loop must not assign variables: carry the value in the state instead",
    );
  }
  if (made.length > 0) {
    throw new TypeError(
      `Cannot loop: the body of a compiled loop must not make variables: ${
        made.map(({ name }) => name).join(", ")
      }; make them before the loop`,
    );
  }
  return result;
}
