/**
 * Records what a function over tensors does as one TensorFlow function.
 *
 * While it is recorded, every variable of TensorFlow.js stands for its value at the time of a later call: it is given
 * a stand-in tensor, and a variable that has another one in the end was assigned. Afterwards all variables have their
 * old values again.
 *
 * @module
 */
import { forgetFailedTape } from "../custom_gradient.ts";
import { type Tensor, tf, type Variable } from "../tf.ts";
import { TensorFlowError } from "./c_api.ts";
import { removeFunction } from "./function_registry.ts";
import { GraphTrace, type PartsMode } from "./graph_trace.ts";
import type { NativeRuntime } from "./runtime.ts";
import type { TensorDescription } from "./tensors.ts";
import { withoutMathRandom } from "./trace_guards.ts";
import { registeredVariables, watchVariables } from "./variables.ts";

/** Where an input of a recorded function comes from at every call. */
export type InputSource =
  | { kind: "argument"; index: number }
  | { kind: "variable"; variable: Variable }
  | { kind: "tensor"; id: number };

/** A function that TensorFlow knows, with all that is needed to call it. */
export interface Recording {
  /** Its name in TensorFlow. */
  name: string;
  /** Names of the functions of its loops and parts. */
  inner: readonly string[];
  /** Whether XLA makes it fast. */
  isWorthXla: boolean;
  /** What to hand over. */
  inputs: InputSource[];
  /** What comes out: the results first, then the new values of the variables. */
  outputs: TensorDescription[];
  /** How many of the outputs are results. */
  results: number;
  /** Variables that the function assigns. */
  assigned: Variable[];
  /** Where in the user's code an op was made, by the op's name in the graph; empty where it is not known. */
  originOf(node: string): string;
}

/** Options of {@linkcode record}. */
export interface RecordOptions {
  /** A readable name. */
  name: string;
  /** What to record; gets stand-ins for the arguments, and gives the tensors that are its results. */
  run: (args: Tensor[]) => Tensor[];
  /** Arguments of the kind that later calls will have. */
  args: readonly Tensor[];
  /** Whether XLA will compile it as a whole. */
  forJit: boolean;
  /** What becomes of parts that can run side by side. */
  parts: PartsMode;
}

/**
 * @param runtime The native engine.
 * @param options What to record.
 * @returns The recorded function, registered with TensorFlow.
 * @throws {TypeError} If the function reads values, draws random numbers in JavaScript, or makes variables each time.
 */
export function record(
  runtime: NativeRuntime,
  options: RecordOptions,
): Recording {
  const first = attempt(runtime, options);
  if (!("created" in first)) return first;
  // The function made variables, which now have their first values: from now on they are there already.
  const second = attempt(runtime, options);
  if (!("created" in second)) return second;
  throw makingError(options.name, second.created);
}

function attempt(
  runtime: NativeRuntime,
  { name, run, args, forJit, parts }: RecordOptions,
): Recording | { created: Variable[] } {
  const { context, binding, backend } = runtime;
  const trace = new GraphTrace(context, binding, { forJit, parts });
  const sources = new Map<number, InputSource>();
  const standIn = (of: Tensor, source: InputSource): Tensor => {
    const description = {
      shape: [...of.shape],
      dtype: backend.dtypeNumber(of.dtype),
    };
    const id = trace.declare(description);
    sources.set(id, source);
    return backend.createOutputTensor({ id, ...description });
  };
  const prefix = name.replaceAll(/[^A-Za-z0-9_]/g, "_");

  const standIns = args.map((tensor, index) =>
    tf.keep(standIn(tensor, { kind: "argument", index }))
  );
  const variables = hideVariables(standIn);
  const created: { variable: Variable; initial: Tensor }[] = [];
  const stopWatching = watchVariables((variable) => {
    created.push({ variable, initial: tf.keep(tf.clone(variable)) });
  });
  const { stackTraceLimit } = Error as { stackTraceLimit?: number };
  Object.assign(Error, { stackTraceLimit: 50 }); // through all of TensorFlow.js up to the user's line
  let recording: Recording | undefined;
  try {
    binding.recordIn(trace, () =>
      tf.tidy(() => {
        const results = withoutMathRandom(() => run(standIns));
        const gone = created.map(({ variable }) => variable)
          .filter((variable) => variable.isDisposed);
        if (gone.length > 0) throw makingError(name, gone);
        const assigned = assignedOf(name, variables);
        // Of a function that made variables, only what they begin with is of use.
        const outputs = created.length > 0
          ? created.map(({ initial }) => initial)
          : [...results, ...assigned];
        const function_ = trace.finish(
          prefix,
          outputs.map((tensor) => backend.idOf(tensor)),
        );
        recording = {
          name: function_.name,
          inner: trace.functions,
          isWorthXla: trace.isWorthXla,
          inputs: function_.inputs.map((id) =>
            sources.get(id) ?? { kind: "tensor", id }
          ),
          outputs: function_.outputs,
          results: results.length,
          assigned,
          originOf: (node: string) => userLine(trace.origins.get(node)),
        };
      }));
  } catch (error) {
    forgetFailedTape();
    for (const { variable } of created) {
      if (!variable.isDisposed) variable.dispose();
    }
    for (const inner of trace.functions) removeFunction(context, inner);
    throw error;
  } finally {
    Object.assign(Error, { stackTraceLimit });
    stopWatching();
    for (const { restore } of variables) restore();
    for (const { initial } of created) initial.dispose();
    for (const tensor of standIns) tensor.dispose();
    trace.close();
  }
  if (created.length === 0) return recording!;
  const made = created.map(({ variable }) => variable);
  giveFirstValues(runtime, recording!, made, args);
  return { created: made };
}

/** The variables that have another tensor than their stand-in. */
function assignedOf(name: string, variables: HiddenVariable[]): Variable[] {
  return variables.filter(({ variable, shadow }) => {
    if (variable.isDisposed) throw disposedError(name, variable);
    return variable.dataId !== shadow;
  }).map(({ variable }) => variable);
}

/** Runs the part of a graph that new variables begin with. */
function giveFirstValues(
  runtime: NativeRuntime,
  recording: Recording,
  variables: readonly Variable[],
  args: readonly Tensor[],
): void {
  const { context, binding, backend } = runtime;
  const { name, inputs, outputs } = recording;
  try {
    const handles = inputs.map((source) =>
      binding.handle(idOfSource(runtime, source, args))
    );
    const values = context.execute(name, [], handles, outputs.length);
    for (const [i, variable] of variables.entries()) {
      const id = binding.register(values[i]!);
      const value = backend.createOutputTensor({ id, ...outputs[i]! });
      variable.assign(value);
      value.dispose();
    }
  } catch (error) {
    tf.dispose([...variables]);
    throw error;
  } finally {
    forget(runtime, recording);
  }
}

/**
 * @param runtime The native engine.
 * @param source Where an input comes from.
 * @param args The call's arguments.
 * @returns The number of the tensor to hand over.
 */
export function idOfSource(
  { backend }: NativeRuntime,
  source: InputSource,
  args: readonly Tensor[],
): number {
  switch (source.kind) {
    case "argument":
      return backend.idOf(args[source.index]!);
    case "variable":
      return backend.idOf(source.variable);
    case "tensor":
      return source.id;
  }
}

/** Makes TensorFlow forget a recording, with the functions of its loops. */
export function forget(
  { context }: NativeRuntime,
  { name, inner }: Recording,
): void {
  for (const each of [name, ...inner]) removeFunction(context, each);
}

interface HiddenVariable {
  variable: Variable;
  /** The data of its stand-in. */
  shadow: object;
  /** Gives it back its value. */
  restore(): void;
}

/** Gives every variable a stand-in. Two variables that share one value get two, so that they can go apart. */
function hideVariables(
  standIn: (of: Tensor, source: InputSource) => Tensor,
): HiddenVariable[] {
  const numeric = registeredVariables()
    .filter(({ dtype }) => dtype !== "string");
  return numeric.map((variable) => {
    const value = tf.keep(tf.clone(variable));
    const shadow = standIn(variable, { kind: "variable", variable });
    variable.assign(shadow);
    shadow.dispose();
    return {
      variable,
      shadow: variable.dataId,
      restore: () => {
        if (!variable.isDisposed) variable.assign(value);
        value.dispose();
      },
    };
  });
}

function makingError(name: string, variables: Variable[]): TypeError {
  return new TypeError(
    `Cannot compile "${name}": a compiled function must not make variables at every call: ${
      variables.map(({ name }) => name).join(", ")
    }; make them outside`,
  );
}

function disposedError(name: string, variable: Variable): TypeError {
  return new TypeError(
    `Cannot compile "${name}": a compiled function must not dispose variables: ${variable.name}; do it outside`,
  );
}

/** The first line of a stack that belongs neither to a package nor to the engine. */
function userLine(error: Error | undefined): string {
  const lines = error?.stack?.split("\n").slice(1) ?? [];
  const line = lines.find((line) =>
    !line.includes("/npm/") && !line.includes("/src/engine/") &&
    !line.includes("ext:") && !line.includes("node:") &&
    !line.includes("<anonymous>")
  );
  return line?.trim().replace(/^at /, "") ?? "";
}

/**
 * Adds to an error of a running function where the user's code made the op that failed.
 *
 * @param error What TensorFlow reported.
 * @param recording The function that ran.
 * @param name The readable name of the function.
 * @returns The error to throw.
 */
export function explain(
  error: unknown,
  recording: Recording,
  name: string,
): unknown {
  if (!(error instanceof TensorFlowError)) return error;
  const nodes = [...error.reason.matchAll(/\{\{node ([\w./-]+)\}\}/g)]
    .map(([, path]) => path!.split("/").at(-1)!);
  const node = nodes.find((candidate) => recording.originOf(candidate) !== "");
  const op = (node ?? nodes[0])?.replace(/_\d+$/, "");
  const place = node === undefined ? "" : recording.originOf(node);
  return new TensorFlowError(
    `Cannot run the compiled function "${name}"` +
      (op === undefined ? "" : `: the op "${op}" failed`) +
      (place === "" ? "" : `, made at ${place}`),
    error.code,
    error.reason,
  );
}
