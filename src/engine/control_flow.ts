/**
 * Loops over tensors that stay loops in a compiled function: `whileLoop()` and `scan()`, with gradients.
 *
 * In a function that `compile()` records, a loop becomes one op of TensorFlow, whatever its number of iterations;
 * elsewhere it is a plain loop of JavaScript. The gradient of a recorded loop keeps the state before each iteration,
 * and goes back through them, taking each again: Griewank and Walther, "Evaluating Derivatives", 2008, chapter 12
 * (store all states, recompute within a step).
 *
 * @module
 */
import { type Flat, flatten } from "./structure.ts";
import { usedFromOutside } from "./_used_from_outside.ts";
import {
  isTapeOn,
  pullBack,
  withGradient,
  withoutTape,
} from "./custom_gradient.ts";
import {
  checkCondition,
  checkState,
  rolledWhile,
} from "./tensorflow/rolled_while.ts";
import { isRecording } from "./tensorflow/runtime.ts";
import { sliceAt, withSliceAt } from "./slices.ts";
import { type Tensor, tf } from "./tf.ts";

/** Options of {@linkcode whileLoop}. */
export interface WhileLoopOptions {
  /**
   * The loop ends after so many iterations, whatever the condition says. The gradient of a loop in a compiled function
   * needs it, to know how much memory to take.
   *
   * @default {undefined} which is no limit
   */
  maxIterations?: number;
}

/**
 * Repeats a step as long as a condition holds.
 *
 * @param condition Whether to go on, from the state: a bool tensor of shape ().
 * @param body The next state, nested as the state and of the same shapes and data types. In a compiled function it must
 * not assign variables.
 * @param initial The first state: a tensor, or arrays and plain objects of tensors.
 * @param options The largest number of iterations.
 * @returns The last state, new tensors.
 * @throws {TypeError} If the condition or the body gives something else.
 * @throws {RangeError} If `maxIterations` is not a whole number from 1, or a gradient is asked of a loop in a compiled
 * function that has none.
 *
 * @example The first power of two from 100 on
 * ```ts
 * import { useEngine, whileLoop } from "@textloom/textloom";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { assertEquals } from "@std/assert";
 *
 * await useEngine("auto");
 * const power = whileLoop((x: tf.Tensor) => tf.less(x, 100), (x) => tf.mul(x, 2), tf.scalar(1));
 * assertEquals([...await power.data()], [128]);
 * ```
 */
export function whileLoop<State>(
  condition: (state: State) => Tensor,
  body: (state: State) => State,
  initial: State,
  options: WhileLoopOptions = {},
): State {
  const { maxIterations } = options;
  if (
    maxIterations !== undefined &&
    (!Number.isSafeInteger(maxIterations) || maxIterations < 1)
  ) {
    throw new RangeError(
      `Cannot loop: maxIterations must be a whole number from 1: ${maxIterations}`,
    );
  }
  const first = flatten(initial, "the first state of a loop");
  const { tensors, rebuild } = first;
  const goOn = (state: Tensor[]): Tensor => condition(rebuild(state) as State);
  const step = (state: Tensor[]): Tensor[] =>
    nextState(first, body(rebuild(state) as State));
  const last = tf.tidy(() => {
    if (!isRecording()) return plainWhile(goOn, step, tensors, maxIterations);
    if (!isTapeOn()) return rolled(goOn, step, tensors, maxIterations);
    if (maxIterations === undefined) {
      throw new RangeError(
        "Cannot take the gradient of a loop in a compiled function: its length must be limited: give maxIterations",
      );
    }
    return rolledWithGradient({
      length: maxIterations,
      condition: goOn,
      step: (state) => ({ carry: step(state), outputs: [] }),
      initial: tensors,
      inputs: [],
      reverse: false,
    }).carry;
  });
  return rebuild(last) as State;
}

/** Options of {@linkcode scan}. */
export interface ScanOptions {
  /**
   * Number of steps, for a scan without inputs.
   *
   * @default {undefined} which is the length of the inputs
   */
  length?: number;

  /**
   * Goes from the last input to the first; outputs stand at the places of their inputs.
   *
   * @default {false}
   */
  reverse?: boolean;
}

/**
 * Takes a step for every row of the inputs, carrying a state along and stacking what the steps put out.
 *
 * @param step From the state and a row of the inputs, the next state and an output. In a compiled function it must not
 * assign variables.
 * @param initial The first state: a tensor, or arrays and plain objects of tensors.
 * @param inputs Tensors of shape (T, …), nested likewise; null for none.
 * @param options Number of steps, direction.
 * @returns The last state, and the outputs of shape (T, …), nested as those of a step.
 * @throws {TypeError} If the state changes its kind, or the inputs have no first axis of one length.
 * @throws {RangeError} If the length is not a whole number from 1, or another than that of the inputs.
 *
 * @example Running sums
 * ```ts
 * import { scan, useEngine } from "@textloom/textloom";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { assertEquals } from "@std/assert";
 *
 * await useEngine("auto");
 * const [total, sums] = scan(
 *   (sum: tf.Tensor, x: tf.Tensor) => [tf.add(sum, x), tf.add(sum, x)],
 *   tf.scalar(0),
 *   tf.tensor1d([1, 2, 3]),
 * );
 * assertEquals([...await total.data()], [6]);
 * assertEquals([...await sums.data()], [1, 3, 6]);
 * ```
 */
export function scan<State, Inputs, Outputs>(
  step: (state: State, input: Inputs) => readonly [State, Outputs],
  initial: State,
  inputs: Inputs,
  options: ScanOptions = {},
): [State, Outputs] {
  const { reverse = false } = options;
  const state = flatten(initial, "the first state of a scan");
  const rows = flatten(inputs, "the inputs of a scan");
  const length = lengthOf(rows.tensors, options.length);
  let rebuildOutputs: ((tensors: readonly Tensor[]) => unknown) | undefined;
  const flatStep = (carry: Tensor[], input: Tensor[]): StepResult => {
    const result = step(
      state.rebuild(carry) as State,
      rows.rebuild(input) as Inputs,
    );
    if (!Array.isArray(result) || result.length !== 2) {
      throw new TypeError(
        "Cannot scan: a step must give two things, the next state and an output, which may be null",
      );
    }
    const next = nextState(state, result[0]);
    const outputs = flatten(result[1], "the outputs of a scan");
    rebuildOutputs = outputs.rebuild;
    return { carry: next, outputs: outputs.tensors };
  };
  let outputCount = 0;
  const flat = tf.tidy(() => {
    const loop: Loop = {
      length,
      step: flatStep,
      initial: state.tensors,
      inputs: rows.tensors,
      reverse,
    };
    const { carry, outputs } = isRecording()
      ? rolledWithGradient(loop)
      : plainScan(loop);
    outputCount = outputs.length;
    return [...carry, ...outputs];
  });
  const split = flat.length - outputCount;
  return [
    state.rebuild(flat.slice(0, split)) as State,
    rebuildOutputs!(flat.slice(split)) as Outputs,
  ];
}

/** The tensors of the next state, which must be put together like the one before, of all that is no tensor too. */
function nextState(before: Flat, value: unknown): Tensor[] {
  const after = flatten(value, "the state of a loop");
  checkState(before.tensors, after.tensors);
  if (after.signature !== before.signature) {
    throw new TypeError(
      `Cannot loop: the next state must be nested as the state and have the same static parts ${before.signature}: ${after.signature}`,
    );
  }
  return after.tensors;
}

interface StepResult {
  carry: Tensor[];
  outputs: Tensor[];
}

/** A loop of a known largest length over flat lists of tensors. */
interface Loop {
  length: number;
  /** Whether to go on before the length is reached; always when left out. */
  condition?: (state: Tensor[]) => Tensor;
  step: (carry: Tensor[], input: Tensor[]) => StepResult;
  initial: readonly Tensor[];
  /** Shape (length, …) each. */
  inputs: readonly Tensor[];
  reverse: boolean;
}

function plainWhile(
  condition: (state: Tensor[]) => Tensor,
  body: (state: Tensor[]) => Tensor[],
  initial: readonly Tensor[],
  maxIterations = Infinity,
): Tensor[] {
  let state = initial.map((tensor) => tf.clone(tensor));
  for (let i = 0; i < maxIterations; i++) {
    const goOn = condition(state);
    checkCondition(goOn);
    if (!goOn.dataSync()[0]) break;
    const next = isTapeOn() ? body(state) : tf.tidy(() => body(state));
    checkState(initial, next);
    if (!isTapeOn()) {
      tf.dispose(state.filter((tensor) => !next.includes(tensor)));
    }
    state = next;
  }
  return state;
}

function plainScan(
  { length, step, initial, inputs, reverse }: Loop,
): StepResult {
  // The gradient of tf.unstack() fails for a single row.
  const rows = inputs.map((input) =>
    length === 1 ? [tf.squeeze(input, [0])] : tf.unstack(input)
  );
  let carry = initial.map((tensor) => tf.clone(tensor));
  const outputs: Tensor[][] = [];
  for (let i = 0; i < length; i++) {
    const t = reverse ? length - 1 - i : i;
    const result = step(carry, rows.map((row) => row[t]!));
    checkState(initial, result.carry);
    carry = result.carry;
    outputs[t] = result.outputs;
  }
  return {
    carry,
    outputs: outputs[0]!.map((_, k) =>
      tf.stack(outputs.map((output) => output[k]!))
    ),
  };
}

/** A recorded loop with a limit, without gradient. */
function rolled(
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
function rolledWithGradient(loop: Loop): StepResult {
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

function lengthOf(
  inputs: readonly Tensor[],
  asked: number | undefined,
): number {
  const lengths = new Set(inputs.map(({ shape }) => shape[0]));
  if (lengths.size > 1 || inputs.some(({ rank }) => rank === 0)) {
    throw new TypeError(
      `Cannot scan: all inputs must have a first axis of one length: ${
        inputs.map(({ shape }) => `[${shape}]`).join(", ")
      }`,
    );
  }
  const length = asked ?? [...lengths][0];
  if (length === undefined || !Number.isSafeInteger(length) || length < 1) {
    throw new RangeError(
      `Cannot scan: the length must be a whole number from 1: ${length}`,
    );
  }
  if (lengths.size === 1 && !lengths.has(length)) {
    throw new RangeError(
      `Cannot scan: the length must be that of the inputs, ${[
        ...lengths,
      ]}: ${length}`,
    );
  }
  return length;
}
