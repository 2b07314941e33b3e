/**
 * Loops over tensors that stay loops in a compiled function: `whileLoop()` and `scan()`, with gradients.
 *
 * In a function that `compile()` records, a loop becomes one op of TensorFlow, whatever its number of iterations;
 * elsewhere it is a plain loop of JavaScript.
 *
 * @module
 */
import {
  type Loop,
  plainScan,
  plainWhile,
  type StepResult,
} from "./_plain_loops.ts";
import { rolled, rolledWithGradient } from "./_recorded_loops.ts";
import { isTapeOn } from "./custom_gradient.ts";
import { type Flat, flatten } from "./structure.ts";
import { checkState } from "./tensorflow/rolled_while.ts";
import { isRecording } from "./tensorflow/runtime.ts";
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
