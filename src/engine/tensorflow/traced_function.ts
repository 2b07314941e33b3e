/**
 * One recording of a compiled function, and its calls.
 *
 * @module
 */
import { flattenResult } from "../structure.ts";
import { type Tensor, tf } from "../tf.ts";
import type { OpAttribute } from "./attributes.ts";
import { TensorFlowError } from "./c_api.ts";
import {
  explain,
  forget,
  idOfSource,
  record,
  type Recording,
} from "./recording.ts";
import { boolAttribute } from "./native_op.ts";
import type { PartsMode } from "./graph_trace.ts";
import { PartsWanted } from "./parts_wanted.ts";
import { type NativeRuntime, nativeRuntime } from "./runtime.ts";

/** Whether XLA compiles a function; `"auto"` leaves it to the rule of `compile()`. */
export type JitMode = "auto" | boolean;

/** Options of {@linkcode TracedFunction}. */
export interface TracedFunctionOptions {
  /** A readable name. */
  name: string;
  /** Whether XLA compiles it. */
  jit: JitMode;
  /** Tensors of the kind that calls will have. */
  args: readonly Tensor[];
  /** The function, over a flat list of tensors. */
  fn: (args: readonly Tensor[]) => unknown;
}

/** TensorFlow's error codes that XLA refuses an op with: 3 invalid argument, 9 failed precondition, 12 unimplemented. */
const REFUSALS = new Set([3, 9, 12]);

/** Calls in the background take effect one after the other, across all functions, since they may share variables. */
let queue: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** A function recorded for one kind of arguments. */
export class TracedFunction {
  readonly #runtime: NativeRuntime;
  readonly #options: TracedFunctionOptions;
  #recording: Recording;
  /** Whether XLA compiles the function as a whole. */
  #jit: boolean;
  /** Whether XLA compiles parts of it. */
  #jitsParts = false;
  #rebuild!: (tensors: readonly Tensor[]) => unknown;
  #proven = false;
  /** Calls in the background that are under way or wait for their turn. */
  #underWay = 0;
  #isDisposed = false;

  /**
   * Records the function.
   *
   * @param runtime The native engine.
   * @param options The function and its arguments.
   */
  constructor(runtime: NativeRuntime, options: TracedFunctionOptions) {
    this.#runtime = runtime;
    this.#options = options;
    const { jit } = options;
    try {
      const parts = jit === "auto" ? "wanted" : "inline";
      this.#recording = this.#record(jit !== false, parts);
      this.#jit = jit === true ||
        (jit === "auto" && this.#recording.isWorthXla);
    } catch (error) {
      if (!(error instanceof PartsWanted)) throw error;
      this.#recording = this.#record(false, "apart");
      this.#jit = false;
      this.#jitsParts = true;
    }
  }

  /** Whether a tensor that the function uses from outside has been disposed since. */
  isStale(): boolean {
    const { binding } = this.#runtime;
    return this.#recording.inputs.some((source) =>
      source.kind === "tensor"
        ? !binding.has(source.id)
        : source.kind === "variable" && source.variable.isDisposed
    );
  }

  /** Runs it. */
  call(args: readonly Tensor[]): unknown {
    if (waiting > 0 && this.#recording.assigned.length > 0) {
      throw new Error(
        `Cannot call the compiled function "${this.#options.name}": it assigns variables, and calls in the background ` +
          "are under way that may as well: await them, or call it in the background too",
      );
    }
    const run = (): bigint[] =>
      this.#runtime.context.execute(
        this.#recording.name,
        this.#attributes(),
        this.#handles(args),
        this.#recording.outputs.length,
      );
    let handles: bigint[];
    try {
      handles = run();
    } catch (error) {
      this.#recoverFrom(error);
      handles = run();
    }
    this.#proven = true;
    return this.#takeOver(handles);
  }

  /** Runs it on another thread, after all earlier calls of this kind. */
  callInBackground(args: readonly Tensor[]): Promise<unknown> {
    const { binding } = this.#runtime;
    const held = args.map((tensor) => tf.keep(tf.clone(tensor)));
    const captured = new Map(
      this.#recording.inputs.flatMap((source) =>
        source.kind === "tensor" ? [[source.id, binding.share(source.id)]] : []
      ),
    );
    const run = async (): Promise<unknown> => {
      try {
        let handles: bigint[];
        const execute = (): Promise<bigint[]> =>
          this.#runtime.context.executeInBackground(
            this.#recording.name,
            this.#attributes(),
            this.#handles(held, captured),
            this.#recording.outputs.length,
          );
        try {
          handles = await execute();
        } catch (error) {
          this.#recoverFrom(error);
          handles = await execute();
        }
        this.#proven = true;
        if (nativeRuntime() === undefined) await tf.ready(); // another engine, which may be about to start
        return this.#takeOver(handles);
      } finally {
        waiting--;
        tf.dispose(held);
        for (const id of captured.values()) binding.deleteTensor(id);
        if (--this.#underWay === 0 && this.#isDisposed) this.#forget();
      }
    };
    waiting++;
    this.#underWay++;
    const result = queue.then(run);
    queue = result.catch(() => {});
    return result;
  }

  /**
   * Runs it once on another thread, beside all other calls, and drops what comes out: from then on XLA has compiled it.
   * Variables keep their values.
   */
  async prepare(args: readonly Tensor[]): Promise<void> {
    if (this.#proven) return;
    const { context } = this.#runtime;
    this.#underWay++;
    try {
      const handles = await context.executeInBackground(
        this.#recording.name,
        this.#attributes(),
        this.#handles(args),
        this.#recording.outputs.length,
      );
      for (const handle of handles) context.api.TFE_DeleteTensorHandle(handle);
      this.#proven = true;
    } catch (error) {
      if (!this.#isDisposed) this.#recoverFrom(error); // records for TensorFlow's executor, which compiles nothing
    } finally {
      if (--this.#underWay === 0 && this.#isDisposed) this.#forget();
    }
  }

  /** Makes TensorFlow forget the function, once its calls in the background are done. */
  dispose(): void {
    this.#isDisposed = true;
    if (this.#underWay === 0) this.#forget();
  }

  #forget(): void {
    forget(this.#runtime, this.#recording);
  }

  #record(forJit: boolean, parts: PartsMode): Recording {
    const { name, args, fn } = this.#options;
    return record(this.#runtime, {
      name,
      args,
      forJit,
      parts,
      run: (standIns) => {
        const { tensors, rebuild } = flattenResult(fn(standIns), name);
        this.#rebuild = rebuild;
        return tensors;
      },
    });
  }

  /** Where XLA has no form of an op and nobody insists on XLA, records again without; throws for every other error. */
  #recoverFrom(error: unknown): void {
    const { name, jit } = this.#options;
    const isRefusal = error instanceof TensorFlowError &&
      REFUSALS.has(error.code) && /XLA|compil/i.test(error.reason);
    const usesXla = this.#jit || this.#jitsParts;
    if (
      !usesXla || jit === true || this.#proven || !isRefusal ||
      nativeRuntime() === undefined
    ) {
      throw explain(error, this.#recording, name);
    }
    this.#forget();
    this.#recording = this.#record(false, "inline");
    this.#jit = false;
    this.#jitsParts = false;
  }

  #attributes(): OpAttribute[] {
    return this.#jit ? [boolAttribute("_XlaMustCompile", true)] : [];
  }

  /** What to hand over; `captured` has other numbers of the tensors from outside, which may be disposed by now. */
  #handles(
    args: readonly Tensor[],
    captured?: ReadonlyMap<number, number>,
  ): bigint[] {
    const { binding } = this.#runtime;
    return this.#recording.inputs.map((source) => {
      const id = idOfSource(this.#runtime, source, args);
      return binding.handle(captured?.get(id) ?? id);
    });
  }

  /** Gives the variables their new values and makes the results tensors. */
  #takeOver(handles: readonly bigint[]): unknown {
    const { binding, backend } = this.#runtime;
    const { outputs, results, assigned } = this.#recording;
    const tensors = handles.map((handle, i) =>
      backend.createOutputTensor({
        id: binding.register(handle),
        ...outputs[i]!,
      })
    );
    for (const [i, variable] of assigned.entries()) {
      const value = tensors[results + i]!;
      if (!variable.isDisposed) variable.assign(value);
      value.dispose();
    }
    return this.#rebuild(tensors.slice(0, results));
  }
}
