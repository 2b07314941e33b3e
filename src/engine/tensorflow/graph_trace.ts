/**
 * A TensorFlow graph under construction: ops join it instead of running, and in the end it becomes one function that
 * TensorFlow runs in a single call.
 *
 * Tensors of the graph have negative numbers, so that they can never be taken for tensors that hold values. What comes
 * from outside becomes an input of the function the first time it is used.
 *
 * Source: `TF_NewOperation` … `TF_GraphToFunction` of `tensorflow/c/c_api.h`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  type AttributeTarget,
  graphTarget,
  type OpAttribute,
  setAttribute,
  TF_ATTR_SHAPE,
  TF_ATTR_TYPE,
} from "./attributes.ts";
import { cString } from "./c_api.ts";
import type { EagerContext } from "./context.ts";
import { dtypeOf, type NumericArray, TF_STRING } from "./dtypes.ts";
import { addFunction } from "./function_registry.ts";
import { opDefinition } from "./op_definition.ts";
import { createNativeTensor, type TensorDescription } from "./tensors.ts";

/** A tensor of the graph, as TensorFlow.js learns of it. */
export interface GraphTensorMetadata extends TensorDescription {
  /** The tensor's number, below −1. */
  id: number;
}

/** An output of an op in the graph. */
interface Symbol extends TensorDescription {
  /** The `TF_Output`. */
  output: Uint8Array<ArrayBuffer>;
  /** Its op's name in the graph, and which of the op's outputs it is. */
  name: string;
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
  /** Of every op, by its name in the graph, where it was made. */
  readonly origins: Map<string, Error>;
  /** How many ops there are so far: names count from the start of the recording, so that the same has the same. */
  nodes: number;
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
  readonly #context: EagerContext;
  readonly #surroundings: Surroundings;
  readonly #attributes: AttributeTarget;
  readonly #graph: bigint;
  readonly #symbols = new Map<number, Symbol>();
  readonly #declared = new Map<number, TensorDescription>();
  readonly #captured = new Map<number, Symbol>();
  /** All that the graph consists of, from which its function's name follows. */
  readonly #content = createHash("sha256");
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
      ? { functions: [], origins: new Map(), nodes: 0, isWorthXla: false }
      : parent.#shared;
    this.#context = context;
    this.#surroundings = surroundings;
    this.#attributes = graphTarget(context.api, context.status);
    this.#graph = context.api.TF_NewGraph();
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
    return this.#shared.origins;
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
    this.#symbols.set(id, this.#placeholder(description));
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
    const { api, status } = this.#context;
    const { shape, dtype } = description;
    if (dtype === TF_STRING) {
      throw new TypeError(
        "Cannot record a tensor of strings: a compiled function works on numbers and bools: make it outside",
      );
    }
    const tensor = createNativeTensor(this.#context, description, values);
    const { node, name } = this.#newNode("Const");
    api.TF_SetAttrType(node, cString("dtype"), dtype);
    api.TF_SetAttrTensor(node, cString("value"), tensor, status.handle);
    api.TF_DeleteTensor(tensor);
    status.check(() => "Cannot record a constant");
    const operation = this.#finish(node, "Const");
    const id = nextId--;
    this.#symbols.set(id, {
      shape,
      dtype,
      output: outputOf(operation, 0),
      name: `${name}:0`,
      values,
    });
    this.#note(name, shape, dtype);
    this.#content.update(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
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
    const { inputIsList, inferred, stateful } = opDefinition(
      this.#context,
      this.#graph,
      name,
    );
    if (stateful) {
      throw new TypeError(
        `Cannot record the op "${name}": a compiled function's ops must depend on their inputs alone; ` +
          "draw random numbers with randomUniform() of this library, from a seed and a counter",
      );
    }
    const inputs = inputIds.map((id) => this.#symbol(id));
    const { node, name: nodeName } = this.#newNode(name);
    let next = 0;
    for (const [i, isList] of inputIsList.entries()) {
      if (!isList) {
        this.#context.api.TF_AddInput(node, inputs[next++]!.output);
        continue;
      }
      const length = listLength(
        i,
        inputIsList,
        inputs.length - next,
        attributes,
        inferred,
      );
      const list = new Uint8Array(16 * length);
      for (let k = 0; k < length; k++) {
        list.set(inputs[next++]!.output, 16 * k);
      }
      this.#context.api.TF_AddInputList(node, list, length);
    }
    for (const attribute of attributes) {
      if (!inferred.has(attribute.name)) {
        setAttribute(this.#attributes, node, attribute);
      }
    }
    const operation = this.#finish(node, name, inputs);
    this.#note(nodeName, inputs.map((input) => input.name), attributes, shapes);
    const count = this.#context.api.TF_OperationNumOutputs(operation);
    return Array.from(
      { length: count },
      (_, index) =>
        this.#addOutput(name, operation, {
          index,
          name: `${nodeName}:${index}`,
          known: shapes?.[index],
        }),
    );
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
    const { api, status } = this.#context;
    const outputs = outputIds.map((id) => this.#symbol(id));
    const parameters = parameterIds.map((id) => this.#symbols.get(id)!);
    const captured = captures ?? this.captured;
    const inputs = [...parameters, ...captured.map((id) => this.#capture(id))];
    this.#note(
      "",
      inputs.map((input) => input.name),
      outputs.map((output) => output.name),
    );
    const name = `${prefix}_${this.#content.digest("hex").slice(0, 20)}`;
    const definition = api.TF_GraphToFunction(
      this.#graph,
      cString(name),
      0,
      -1,
      0n,
      inputs.length,
      joined(inputs),
      outputs.length,
      joined(outputs),
      0n,
      0n,
      0n,
      status.handle,
    );
    status.check(() => `Cannot record the function "${name}"`);
    try {
      addFunction(this.#context, name, definition);
      if (this.#parent !== undefined) {
        this.#shared.functions.push(name);
        this.#parent.#adopt(name, definition);
      }
    } finally {
      api.TF_DeleteFunction(definition);
    }
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
    if (this.#open) this.#context.api.TF_DeleteGraph(this.#graph);
    this.#open = false;
    this.#symbols.clear();
  }

  /** Takes a function over, so that an op of this graph can name it. */
  #adopt(name: string, definition: bigint): void {
    const { api, status } = this.#context;
    api.TF_GraphCopyFunction(this.#graph, definition, 0n, status.handle);
    status.check(() => `Cannot use the function "${name}"`);
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
      symbol = this.#placeholder(this.#lookUp(id));
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

  #placeholder({ shape, dtype }: TensorDescription): Symbol {
    const { node, name } = this.#newNode("Placeholder");
    setAttribute(this.#attributes, node, {
      name: "dtype",
      type: TF_ATTR_TYPE,
      value: dtype,
    });
    setAttribute(this.#attributes, node, {
      name: "shape",
      type: TF_ATTR_SHAPE,
      value: shape,
    });
    const operation = this.#finish(node, "Placeholder");
    this.#note(name, shape, dtype);
    return {
      shape,
      dtype,
      output: outputOf(operation, 0),
      name: `${name}:0`,
    };
  }

  /** Takes a part of the graph down, for its function's name. */
  #note(...parts: unknown[]): void {
    this.#content.update(
      JSON.stringify(
        parts,
        (_, value) => typeof value === "bigint" ? `${value}n` : value,
      ),
    );
  }

  #newNode(op: string): { node: bigint; name: string } {
    const name = `${op}_${this.#shared.nodes++}`;
    this.#shared.origins.set(name, new Error(op));
    const node = this.#context.api.TF_NewOperation(
      this.#graph,
      cString(op),
      new TextEncoder().encode(name + "\0"),
    );
    return { node, name };
  }

  #finish(node: bigint, op: string, inputs: readonly Symbol[] = []): bigint {
    const { api, status } = this.#context;
    const operation = api.TF_FinishOperation(node, status.handle);
    status.check(() =>
      `Cannot record the op "${op}" on ${
        inputs.length === 0 ? "no input" : inputs.map(inWords).join(", ")
      }`
    );
    return operation;
  }

  #addOutput(
    op: string,
    operation: bigint,
    { index, name, known }: {
      index: number;
      name: string;
      known: readonly number[] | undefined;
    },
  ): GraphTensorMetadata {
    const { api, status } = this.#context;
    const output = outputOf(operation, index);
    if (known !== undefined) {
      const sizes = BigInt64Array.from(known, BigInt);
      api.TF_GraphSetTensorShape(
        this.#graph,
        output,
        sizes,
        known.length,
        status.handle,
      );
      status.check(() => `Cannot give the op "${op}" a shape`);
    }
    const rank = api.TF_GraphGetTensorNumDims(
      this.#graph,
      output,
      status.handle,
    );
    status.check(() => `Cannot tell the shape of the op "${op}"`);
    const sizes = new BigInt64Array(Math.max(rank, 1));
    if (rank > 0) {
      api.TF_GraphGetTensorShape(
        this.#graph,
        output,
        sizes,
        rank,
        status.handle,
      );
      status.check(() => `Cannot tell the shape of the op "${op}"`);
    }
    const shape = Array.from(sizes.subarray(0, Math.max(rank, 0)), Number);
    if (rank < 0 || shape.some((size) => size < 0)) {
      throw new TypeError(
        `Cannot record the op "${op}": a compiled function's shapes must not depend on values: ${
          rank < 0 ? "unknown rank" : `[${shape.map((n) => n < 0 ? "?" : n)}]`
        }; do this part outside, or by masks of a fixed shape`,
      );
    }
    const dtype = api.TF_OperationOutputType(output);
    const id = nextId--;
    this.#symbols.set(id, { shape, dtype, output, name, op });
    return { id, shape, dtype };
  }
}

/** How many tensors a list takes: all that the single inputs leave, or, of several lists, what its attribute says. */
function listLength(
  place: number,
  inputIsList: readonly boolean[],
  left: number,
  attributes: readonly OpAttribute[],
  inferred: ReadonlySet<string>,
): number {
  if (inputIsList.filter(Boolean).length === 1) {
    return left - (inputIsList.length - 1 - place);
  }
  const attribute = attributes.find(({ name }) => inferred.has(name));
  return Array.isArray(attribute?.value)
    ? attribute.value.length
    : attribute?.value as number;
}

/** A `TF_Output`: the operation's address, the output's number, and four bytes of padding. */
function outputOf(operation: bigint, index: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, operation, true);
  view.setInt32(8, index, true);
  return bytes;
}

function joined(symbols: readonly Symbol[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 * Math.max(symbols.length, 1));
  for (const [i, { output }] of symbols.entries()) bytes.set(output, 16 * i);
  return bytes;
}

function inWords({ shape, dtype }: TensorDescription): string {
  return `${dtypeOf(dtype).name} [${shape}]`;
}
