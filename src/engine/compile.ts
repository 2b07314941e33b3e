/**
 * `compile()`: a function over tensors becomes one TensorFlow function, run in a single call.
 *
 * The function is run once for every kind of arguments, and what its kernels would execute is recorded instead: later
 * calls replay it. On engines other than tensorflow it runs as it is, with the same results.
 *
 * @module
 */
import { isTapeOn } from "./custom_gradient.ts";
import { ensureEngine, hasEngine } from "./engine.ts";
import { flatten, flattenResult } from "./structure.ts";
import { notify } from "./notices.ts";
import { TracedFunction } from "./tensorflow/traced_function.ts";
import { isRecording, nativeRuntime } from "./tensorflow/runtime.ts";
import { type Tensor, tf } from "./tf.ts";

/** Options of {@linkcode compile}. */
export interface CompileOptions {
  /**
   * Whether XLA compiles the function into machine code: takes a second or so at the first call, and makes loops fast.
   * `"auto"` does where the function has a rolled loop (`whileLoop()`, `scan()`) and every op of it has a form for XLA.
   * XLA does not look whether indices are in range: `tf.gather()` then takes the nearest row instead of throwing.
   *
   * @default {"auto"}
   */
  jit?: "auto" | boolean;

  /**
   * A readable name, for errors.
   *
   * @default {undefined} which takes the function's own
   */
  name?: string;

  /**
   * How many recordings to keep, of the kinds of arguments used last.
   *
   * @default {16}
   */
  maxRecordings?: number;
}

/** A compiled function. */
export interface CompiledFunction<Arguments extends unknown[], Result> {
  /**
   * Calls it.
   *
   * @throws {Error} If no engine is chosen yet: `await useEngine()` does.
   * @throws {TypeError} If an argument or a result is not made of tensors, numbers, strings, bools, arrays and plain
   * objects, or if the function does what cannot be recorded.
   */
  (...args: Arguments): Result;

  /**
   * Calls it on another thread, so that the event loop goes on meanwhile; chooses an engine where none is chosen yet.
   * Calls take effect one after the other, in their order.
   *
   * @param args The arguments; they may be disposed as soon as this returns.
   * @returns The result, once it is there.
   */
  inBackground(...args: Arguments): Promise<Result>;

  /**
   * Gets ready for arguments of this kind: the function is recorded, and what XLA has to compile is compiled on another
   * thread. Nothing is assigned, and calls go on meanwhile; those of this very function wait for it. On engines that
   * record nothing there is nothing to do.
   *
   * @param args Arguments of the kind; they may be disposed as soon as this returns.
   * @returns Resolves once a call finds all of it ready.
   */
  prepare(...args: Arguments): Promise<void>;

  /** How many recordings were made so far. */
  readonly recordings: number;

  /** Frees all recordings; a later call records anew. */
  dispose(): void;
}

/** A recording after which many new recordings call for a warning. */
const FIRST_WARNING = 8;

/**
 * Compiles a function over tensors.
 *
 * Arguments and results may be tensors, and arrays and plain objects of them. Numbers, strings and bools among the
 * arguments are static: each new value makes a new recording, so a number that changes from call to call, such as a
 * learning rate, belongs in a tensor. Tensors and variables from outside are used by reference: a variable's value is
 * the one at the time of the call, and a variable that the function assigns has its new value afterwards. So is a
 * variable among the arguments: each makes a recording of its own. What is returned are new tensors, which the caller
 * disposes. Gradients and optimizers of TensorFlow.js are recorded like all else.
 *
 * @param fn The function. It must not read values, must draw random numbers with `randomUniform()` only, and must
 * return tensors.
 * @param options Name, XLA, number of recordings.
 * @returns The compiled function; dispose it when it is not needed any more.
 * @throws {TypeError} If `fn` is no function, or an option is of the wrong type or unknown.
 * @throws {RangeError} If `maxRecordings` is not a whole number from 1.
 *
 * @example A training step
 * ```ts
 * import { compile, useEngine } from "@textloom/textloom";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { assert } from "@std/assert";
 *
 * await useEngine("auto");
 * const weight = tf.variable(tf.scalar(5));
 * const optimizer = tf.train.sgd(0.1);
 * const step = compile((x: tf.Tensor) => optimizer.minimize(() => tf.square(tf.sub(weight, x)), true)!);
 * const losses = [];
 * for (let i = 0; i < 3; i++) losses.push((await step(tf.scalar(2)).data())[0]!);
 * assert(losses[2]! < losses[0]!);
 * step.dispose();
 * ```
 */
export function compile<Arguments extends unknown[], Result>(
  fn: (...args: Arguments) => Result,
  options: CompileOptions = {},
): CompiledFunction<Arguments, Result> {
  const { jit, name, maxRecordings } = checked(fn, options);
  const traces = new Map<string, TracedFunction>();
  let recordings = 0;

  /** The recording for arguments of this kind, made if need be; undefined where the function has to run as it is. */
  function traceFor(
    args: Arguments,
  ): { trace: TracedFunction; tensors: Tensor[] } | undefined {
    const { tensors, signature, rebuild } = flatten(
      args,
      `the arguments of "${name}"`,
      "by reference",
    );
    const disposed = tensors.find((tensor) => tensor.isDisposed);
    if (disposed !== undefined) {
      throw new Error(
        `Cannot use the arguments of "${name}": a tensor of them has been disposed: ${disposed.dtype} [${disposed.shape}]`,
      );
    }
    const runtime = nativeRuntime();
    if (runtime === undefined || isRecording() || isTapeOn()) return undefined;
    let trace = traces.get(signature);
    if (trace?.isStale()) {
      trace.dispose();
      traces.delete(signature);
      trace = undefined;
    }
    if (trace === undefined) {
      trace = new TracedFunction(runtime, {
        name,
        jit,
        args: tensors,
        fn: (standIns) => fn(...rebuild(standIns) as Arguments),
      });
      recordings++;
      if (
        recordings >= FIRST_WARNING && Number.isInteger(Math.log2(recordings))
      ) {
        notify(
          `The compiled function "${name}" was recorded ${recordings} times, each of which takes time: its last arguments ` +
            `were ${signature}. Keep shapes the same, and hand over numbers that change as tensors.`,
        );
      }
    }
    traces.delete(signature);
    traces.set(signature, trace); // now the one used last
    for (const [oldest, unused] of traces) {
      if (traces.size <= maxRecordings) break;
      unused.dispose();
      traces.delete(oldest);
    }
    return { trace, tensors };
  }

  const asItIs = (...args: Arguments): Result =>
    withOwnResult(name, () => fn(...args));
  const call = (...args: Arguments): Result => {
    if (!hasEngine()) {
      throw new Error(
        `Cannot run the compiled function "${name}": no engine is chosen yet: await useEngine() first`,
      );
    }
    const found = traceFor(args);
    return found === undefined
      ? asItIs(...args)
      : found.trace.call(found.tensors) as Result;
  };
  const methods = {
    inBackground: async (...args: Arguments): Promise<Result> => {
      if (!hasEngine()) await ensureEngine();
      const found = traceFor(args);
      return found === undefined
        ? asItIs(...args)
        : await found.trace.callInBackground(found.tensors) as Result;
    },
    prepare: async (...args: Arguments): Promise<void> => {
      if (!hasEngine()) await ensureEngine();
      const found = traceFor(args);
      await found?.trace.prepare(found.tensors);
    },
    dispose: () => {
      for (const trace of traces.values()) trace.dispose();
      traces.clear();
    },
  };
  const counted = Object.defineProperty(call, "recordings", {
    get: () => recordings,
  }) as typeof call & { readonly recordings: number };
  return Object.assign(counted, methods);
}

/**
 * Runs a function over tensors uncompiled, with what a compiled one keeps of its memory: the result alone.
 *
 * @param fn The function.
 * @param args Its arguments.
 * @returns What it returns, tensors in arrays and plain objects.
 */
export function runAsItIs<Arguments extends unknown[], Result>(
  fn: (...args: Arguments) => Result,
  ...args: Arguments
): Result {
  return withOwnResult(fn.name, () => fn(...args));
}

/** Runs a function. The result is tensors of its own, where it is an argument, a variable or a tensor from outside too. */
function withOwnResult<Result>(name: string, run: () => Result): Result {
  return tf.tidy(() => {
    const { tensors, rebuild } = flattenResult(run(), name);
    return rebuild(
      tensors.map((tensor) => tf.clone(tensor)),
    ) as tf.TensorContainer;
  }) as Result;
}

function checked(
  fn: unknown,
  options: CompileOptions,
): Required<CompileOptions> {
  if (typeof fn !== "function") {
    throw new TypeError(
      `Cannot compile: it must be a function: ${
        fn === null ? "null" : typeof fn
      }`,
    );
  }
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot compile: the options must be an object: ${
        options === null ? "null" : typeof options
      }`,
    );
  }
  for (const key of Object.keys(options)) {
    if (!["jit", "name", "maxRecordings"].includes(key)) {
      throw new TypeError(
        `Cannot compile: there is no option "${key}" (known: jit, maxRecordings, name)`,
      );
    }
  }
  const { jit = "auto", name = fn.name || "compiled", maxRecordings = 16 } =
    options;
  if (jit !== "auto" && typeof jit !== "boolean") {
    throw new TypeError(
      `Cannot compile: jit must be "auto", true or false: ${jit}`,
    );
  }
  if (!Number.isSafeInteger(maxRecordings) || maxRecordings < 1) {
    throw new RangeError(
      `Cannot compile: maxRecordings must be a whole number from 1: ${maxRecordings}`,
    );
  }
  return { jit, name, maxRecordings };
}
