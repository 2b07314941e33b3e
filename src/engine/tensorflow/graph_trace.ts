/**
 * A graph that is being recorded: ops join it instead of running, and in the end it becomes one function that TensorFlow
 * runs in a single call.
 *
 * Tensors of the graph have negative numbers, so that they can never be taken for tensors that hold values. What comes
 * from outside becomes an input of the function the first time it is used.
 *
 * @module
 */
import type { OpAttribute } from "./attributes.ts";
import type { EagerContext } from "./context.ts";
import type { NumericArray } from "./dtypes.ts";
import type { GraphOutput } from "./graph_output.ts";
import { NativeGraph, OpNames } from "./native_graph.ts";
import type { TensorDescription } from "./tensors.ts";

/** A tensor of the graph, as TensorFlow.js learns of it. */
export interface GraphTensorMetadata extends TensorDescription {
  /** The tensor's number, below −1. */
  id: number;
}

/** A tensor of the graph. */
interface Symbol extends GraphOutput {
  /** Values of a constant. */
  values?: NumericArray;
  /** The op that made it; undefined for what comes from outside. */
  op?: string;
}

/** Where a graph looks for what it does not have itself. */
export interface Surroundings {
  /** Shape and data type of a tensor that is alive outside every graph. */
  describe(id: number): TensorDescription;
}

/** A constant of at most so many numbers is made again in an inner graph: shape inference can see through it there. */
const SMALL = 64;

let nextId = -2; // −1 is TensorFlow.js's mark of a tensor that is not uploaded

/** A function that TensorFlow has taken over. */
export interface RegisteredFunction {
  /** Its name. */
  name: string;
  /** Numbers of the tensors that are its inputs, in order. */
  inputs: number[];
  /** What comes out. */
  outputs: TensorDescription[];
}

/** What `sideBySide()` does with parts: joins them to the graph, makes functions of them, or asks for a recording that does. */
export type PartsMode = "inline" | "apart" | "wanted";

/** What all graphs of a recording have in common. */
interface Shared {
  /** Names of the functions that inner graphs became. */
  readonly functions: string[];
  readonly names: OpNames;
  /** Whether there is something in it that XLA makes fast. */
  isWorthXla: boolean;
}

/** Options of {@linkcode GraphTrace}. */
export interface GraphTraceOptions {
  /** The graph around it; none for the outermost one. */
  parent?: GraphTrace;
  /** Whether XLA will compile it. */
  forJit: boolean;
  /** What becomes of parts in the outermost graph; in those inside they always join the graph. */
  parts?: PartsMode;
}

/** A graph under construction. */
export class GraphTrace {
  /** Whether XLA will compile it: some steps have one form for XLA and another for TensorFlow's own executor. */
  readonly forJit: boolean;
  /** What becomes of parts that can run side by side. */
  readonly parts: PartsMode;
  readonly #parent: GraphTrace | undefined;
  readonly #shared: Shared;
  readonly #surroundings: Surroundings;
  readonly #graph: NativeGraph;
  readonly #symbols = new Map<number, Symbol>();
  readonly #declared = new Map<number, TensorDescription>();
  readonly #captured = new Map<number, Symbol>();
  #open = true;

  /**
   * @param context The runtime.
   * @param surroundings What is alive outside.
   * @param options The graph around it, of which its function will be a part, and whether XLA will compile it.
   */
  constructor(
    context: EagerContext,
    surroundings: Surroundings,
    { parent, forJit, parts = "inline" }: GraphTraceOptions,
  ) {
    this.forJit = forJit;
    this.parts = parts;
    this.#parent = parent;
    this.#shared = parent === undefined
      ? { functions: [], names: new OpNames(), isWorthXla: false }
      : parent.#shared;
    this.#surroundings = surroundings;
    this.#graph = new NativeGraph(context, this.#shared.names);
  }

  /** Whether ops may still join. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether XLA makes it fast: there is a loop in it, or what calls for XLA by itself. */
  get isWorthXla(): boolean {
    return this.#shared.isWorthXla;
  }

  /** Says that XLA makes it fast. */
  worthXla(): void {
    this.#shared.isWorthXla = true;
  }

  /** Names of the functions that the graphs inside became, at any depth. */
  get functions(): readonly string[] {
    return this.#shared.functions;
  }

  /** Of every op of the recording, by its name in the graph, where it was made. */
  get origins(): ReadonlyMap<string, Error> {
    return this.#shared.names.origins;
  }

  /**
   * Announces a tensor from outside under a new number; it becomes an input when it is first used.
   *
   * @returns The number.
   */
  declare(description: TensorDescription): number {
    const id = nextId--;
    this.#declared.set(id, description);
    return id;
  }

  /**
   * An input that is one whether it is used or not.
   *
   * @returns Its number.
   */
  parameter(description: TensorDescription): number {
    const id = nextId--;
    this.#symbols.set(id, this.#graph.placeholder(description));
    return id;
  }

  /**
   * A constant.
   *
   * @param description Shape and data type.
   * @param values Its values.
   * @returns Its number.
   * @throws {TypeError} If its values are strings.
   */
  constant(description: TensorDescription, values: NumericArray): number {
    const id = nextId--;
    const symbol = this.#graph.constant(description, values);
    this.#symbols.set(id, { ...symbol, values });
    return id;
  }

  /**
   * Records an op.
   *
   * @param name The op's name in TensorFlow's registry.
   * @param attributes Its attributes.
   * @param inputIds Numbers of the input tensors, lists flattened.
   * @param shapes Shapes of what comes out, of an op that cannot tell.
   * @returns What comes out.
   * @throws {TypeError} If the op's result depends on more than its inputs, or if the shape of its result depends on
   * values.
   * @throws {TensorFlowError} If TensorFlow refuses it.
   */
  operation(
    name: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    shapes?: readonly (readonly number[])[],
  ): GraphTensorMetadata[] {
    const inputs = inputIds.map((id) => this.#symbol(id));
    const outputs = this.#graph.operation(name, attributes, inputs, shapes);
    return outputs.map((output) => {
      const id = nextId--;
      this.#symbols.set(id, { ...output, op: name });
      const { shape, dtype } = output;
      return { id, shape, dtype };
    });
  }

  /**
   * Ends the recording: the graph becomes a function.
   *
   * @param prefix What the function's name begins with; the rest follows from what the function does.
   * @param outputIds Numbers of what comes out.
   * @param parameterIds Numbers of inputs to come first, from {@linkcode GraphTrace.parameter}.
   * @param captures The order of what was captured; it may name tensors that were not.
   * @returns The function; its inputs are the parameters and then the captures.
   * @throws {TensorFlowError} If TensorFlow refuses it.
   */
  finish(
    prefix: string,
    outputIds: readonly number[],
    parameterIds: readonly number[] = [],
    captures?: readonly number[],
  ): RegisteredFunction {
    const outputs = outputIds.map((id) => this.#symbol(id));
    const parameters = parameterIds.map((id) => this.#symbols.get(id)!);
    const captured = captures ?? this.captured;
    const inputs = [...parameters, ...captured.map((id) => this.#capture(id))];
    const name = this.#graph.toFunction(
      prefix,
      inputs,
      outputs,
      (name, definition) => {
        if (this.#parent === undefined) return;
        this.#shared.functions.push(name);
        this.#parent.#graph.adopt(name, definition);
      },
    );
    return {
      name,
      inputs: [...parameterIds, ...captured],
      outputs: outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    };
  }

  /** Brings tensors into the graph that no op of it has used, such as results that come from outside as they are. */
  include(ids: readonly number[]): void {
    for (const id of ids) this.#symbol(id);
  }

  /** Numbers of what was captured from outside. */
  get captured(): number[] {
    return [...this.#captured.keys()];
  }

  /** Shape and data type of a tensor, wherever it is from. */
  describe(id: number): TensorDescription {
    const { shape, dtype } = this.#lookUp(id);
    return { shape, dtype };
  }

  /** Values of a constant of this graph or one around it; undefined for any other tensor. */
  constantValues(id: number): NumericArray | undefined {
    return this.#symbols.get(id)?.values ?? this.#parent?.constantValues(id);
  }

  /** The op that made a tensor of this graph; undefined for what comes from outside. */
  originOp(id: number): string | undefined {
    return this.#symbols.get(id)?.op ?? this.#parent?.originOp(id);
  }

  /** Frees the graph; functions made of it live on. */
  close(): void {
    if (this.#open) this.#graph.close();
    this.#open = false;
    this.#symbols.clear();
  }

  #symbol(id: number): Symbol {
    return this.#symbols.get(id) ?? this.#captured.get(id) ??
      this.#bringIn(id);
  }

  #bringIn(id: number): Symbol {
    const source = this.#lookUp(id);
    if (source.values !== undefined && source.values.length <= SMALL) {
      const symbol = this.#symbols.get(this.constant(source, source.values))!;
      this.#symbols.set(id, symbol);
      return symbol;
    }
    return this.#capture(id);
  }

  #capture(id: number): Symbol {
    let symbol = this.#captured.get(id);
    if (symbol === undefined) {
      symbol = this.#graph.placeholder(this.#lookUp(id));
      this.#captured.set(id, symbol);
    }
    return symbol;
  }

  #lookUp(id: number): TensorDescription & { values?: NumericArray } {
    const own = this.#symbols.get(id) ?? this.#declared.get(id);
    if (own !== undefined) return own;
    return this.#parent === undefined
      ? this.#surroundings.describe(id)
      : this.#parent.#lookUp(id);
  }
}
