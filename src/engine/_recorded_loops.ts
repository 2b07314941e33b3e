/**
 * Loops that join the graph of a compiled function as one op, and the gradients that are such loops too.
 *
 * The gradient keeps the state before each iteration, and goes back through them, taking each again: Griewank and Walther,
 * "Evaluating Derivatives", 2008, chapter 12 (store all states, recompute within a step).
 *
 * @module
 */
import type { Loop, StepResult } from "./_plain_loops.ts";
import { usedFromOutside } from "./_used_from_outside.ts";
import {
  isTapeOn,
  pullBack,
  withGradient,
  withoutTape,
} from "./custom_gradient.ts";
import { sliceAt, withSliceAt } from "./slices.ts";
import { checkState, rolledWhile } from "./tensorflow/rolled_while.ts";
import { type Tensor, tf } from "./tf.ts";

/** A recorded loop with a limit, without gradient. */
export function rolled(
  condition: (state: Tensor[]) => Tensor,
  body: (state: Tensor[]) => Tensor[],
  initial: readonly Tensor[],
  maxIterations?: number,
): Tensor[] {
  if (maxIterations === undefined) return rolledWhile(condition, body, initial);
  const [, ...last] = rolledWhile(
    ([count, ...state]) =>
      tf.logicalAnd(tf.less(count!, int(maxIterations)), condition(state)),
    ([count, ...state]) => [plusOne(count!), ...body(state)],
    [int(0), ...initial],
  );
  return last;
}

/** A recorded loop whose gradient, where one is asked for, is a recorded loop too. */
export function rolledWithGradient(loop: Loop): StepResult {
  const { initial, inputs } = loop;
  const { used, outputs } = lookInside(loop);
  if (!isTapeOn()) {
    const { carry, stacks } = runForward(loop, outputs, false);
    return { carry, outputs: stacks };
  }
  const outside = used.filter(({ dtype }) => dtype === "float32");
  const others = used.filter(({ dtype }) => dtype !== "float32"); // without gradients, but needed on the way back
  const all = [...initial, ...inputs, ...outside];
  const carries = initial.length;
  const results = withGradient({
    inputs: all,
    forward: (save) => {
      const { carry, stacks, states, count } = withoutTape(() =>
        runForward(loop, outputs, true)
      );
      save([...inputs, ...outside, ...others, ...states, count]);
      return [...carry, ...stacks];
    },
    backward: (gradients, saved) => {
      if (isTapeOn()) {
        throw new TypeError(
          "Cannot take the gradient of a gradient of a loop in a compiled function: take it outside, where loops are plain",
        );
      }
      const wayBack: WayBack = {
        dCarry: gradients.slice(0, carries),
        dOutputs: gradients.slice(carries),
        inputs: saved.slice(0, inputs.length),
        outside,
        states: saved.slice(inputs.length + used.length, -1),
        count: saved.at(-1)!,
      };
      return withValues(
        outside,
        saved.slice(inputs.length, inputs.length + outside.length),
        () => runBackward(loop, wayBack),
      );
    },
  });
  return { carry: results.slice(0, carries), outputs: results.slice(carries) };
}

/** What the step uses from outside, and what its outputs are like. */
function lookInside(
  { initial, inputs, step }: Loop,
): { used: Tensor[]; outputs: { shape: number[]; dtype: tf.DataType }[] } {
  let outputs: { shape: number[]; dtype: tf.DataType }[] = [];
  const used = usedFromOutside(() => {
    const result = step(
      initial.map((tensor) => tf.zeros(tensor.shape, tensor.dtype)),
      inputs.map((tensor) => tf.zeros(tensor.shape.slice(1), tensor.dtype)),
    );
    outputs = result.outputs.map(({ shape, dtype }) => ({ shape, dtype }));
    return [...result.carry, ...result.outputs];
  });
  return { used, outputs };
}

/** The loop; where there will be a way back, it keeps the state before each iteration. */
function runForward(
  { length, condition, step, initial, inputs, reverse }: Loop,
  outputs: readonly { shape: number[]; dtype: tf.DataType }[],
  keepsStates: boolean,
): { carry: Tensor[]; stacks: Tensor[]; states: Tensor[]; count: Tensor } {
  const zeros = ({ shape, dtype }: { shape: number[]; dtype: tf.DataType }) =>
    zerosOf([length, ...shape], dtype);
  const [carries, stacksEnd] = [
    initial.length,
    initial.length + outputs.length,
  ];
  const [count, ...last] = rolledWhile(
    ([i, ...state]) => {
      const notYet = tf.less(i!, int(length));
      return condition === undefined
        ? notYet
        : tf.logicalAnd(notYet, condition(state.slice(0, carries)));
    },
    ([i, ...state]) => {
      const t = reverse ? tf.sub(int(length - 1), i!) : i!;
      const carry = state.slice(0, carries);
      const next = step(carry, inputs.map((input) => sliceAt(input, t)));
      checkState(initial, next.carry);
      return [
        plusOne(i!),
        ...next.carry,
        ...next.outputs.map((row, k) =>
          withSliceAt(state[carries + k]!, t, row)
        ),
        ...(keepsStates ? carry : []).map((tensor, k) =>
          withSliceAt(state[stacksEnd + k]!, i!, tensor)
        ),
      ];
    },
    [
      int(0),
      ...initial,
      ...outputs.map(zeros),
      ...(keepsStates ? initial : []).map(zeros),
    ],
  );
  return {
    carry: last.slice(0, carries),
    stacks: last.slice(carries, stacksEnd),
    states: last.slice(stacksEnd),
    count: count!,
  };
}

interface WayBack {
  dCarry: Tensor[];
  dOutputs: Tensor[];
  inputs: Tensor[];
  outside: Tensor[];
  /** The state before each iteration, shape (length, …) each. */
  states: Tensor[];
  /** How many iterations there were. */
  count: Tensor;
}

/** Gradients of the first state, the inputs and what is used from outside. */
function runBackward(
  { step, initial, inputs, reverse, length }: Loop,
  { dCarry, dOutputs, states, count, outside, inputs: rows }: WayBack,
): Tensor[] {
  const [carries, width] = [initial.length, inputs.length];
  const [, ...last] = rolledWhile(
    ([i]) => tf.greater(i!, int(0)),
    ([after, ...state]) => {
      const i = tf.sub(after!, int(1));
      const t = reverse ? tf.sub(int(length - 1), i) : i;
      const carry = states.map((stack) => sliceAt(stack, i));
      const input = rows.map((stack) => sliceAt(stack, t));
      const gradients = pullBack(
        [...carry, ...input, ...outside],
        () => {
          const next = step(carry, input);
          return [...next.carry, ...next.outputs];
        },
        [
          ...state.slice(0, carries),
          ...dOutputs.map((stack) => sliceAt(stack, t)),
        ].map((gradient, k) =>
          k < carries && initial[k]!.dtype !== "float32" ? undefined : gradient
        ),
      );
      return [
        i,
        ...gradients.slice(0, carries),
        ...gradients.slice(carries, carries + width).map((row, k) =>
          withSliceAt(state[carries + k]!, t, row)
        ),
        ...gradients.slice(carries + width).map((gradient, k) =>
          tf.add(state[carries + width + k]!, gradient)
        ),
      ];
    },
    [
      count,
      ...dCarry.map((gradient, k) =>
        initial[k]!.dtype === "float32" ? gradient : tf.zeros(initial[k]!.shape)
      ),
      ...inputs.map(({ shape }) => tf.zeros(shape)),
      ...outside.map(({ shape }) => tf.zeros(shape)),
    ],
  );
  return last;
}

/** Gives variables the values again that they had on the way forward, where they have been assigned since. */
function withValues<Result>(
  tensors: readonly Tensor[],
  values: readonly Tensor[],
  run: () => Result,
): Result {
  const changed = tensors.flatMap((variable, i) =>
    variable instanceof tf.Variable && variable.dataId !== values[i]!.dataId
      ? [{ variable, then: values[i]!, now: tf.keep(tf.clone(variable)) }]
      : []
  );
  for (const { variable, then } of changed) variable.assign(then);
  try {
    return run();
  } finally {
    for (const { variable, now } of changed) {
      variable.assign(now);
      now.dispose();
    }
  }
}

/** Whole numbers need tensors of their own: beside a plain number, TensorFlow.js turns an int32 tensor into float32. */
function int(value: number): Tensor {
  return tf.scalar(value, "int32");
}

/** Zeros that an op makes: `tf.zeros()` would make the graph as large as they are. */
function zerosOf(shape: number[], dtype: tf.DataType = "float32"): Tensor {
  return tf.cast(
    tf.fill(shape, 0, dtype === "float32" ? dtype : "int32"),
    dtype,
  );
}

function plusOne(count: Tensor): Tensor {
  return tf.add(count, int(1));
}
