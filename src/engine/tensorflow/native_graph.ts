/**
 * A `TF_Graph`: ops are added to it one by one, shapes are told at once, and in the end it becomes a function.
 *
 * What is added is also written down into a digest, from which the function's name follows: the same graph, recorded
 * again, has the same name. An op that is there already, with the same inputs, is not added again: its results follow
 * from its inputs alone.
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
import {
  type GraphOutput,
  joined,
  outputOf,
  outputShape,
  setOutputShape,
} from "./graph_output.ts";
import { opDefinition } from "./op_definition.ts";
import { createNativeTensor, type TensorDescription } from "./tensors.ts";

/** A constant of at most so many numbers is looked for among those that are there. */
const SMALL = 64;

/** Gives every op of a recording its name, and remembers where it was made. */
export class OpNames {
  /** Of every op, by its name, where it was made. */
  readonly origins: Map<string, Error> = new Map();

  /**
   * @param op An op's kind.
   * @returns A name that counts from the start of the recording, so that the same op has the same.
   */
  next(op: string): string {
    const name = `${op}_${this.origins.size}`;
    this.origins.set(name, new Error(op));
    return name;
  }
}

/** A graph of TensorFlow. */
export class NativeGraph {
  readonly #context: EagerContext;
  readonly #names: OpNames;
  readonly #attributes: AttributeTarget;
  readonly #graph: bigint;
  /** All that the graph consists of. */
  readonly #content = createHash("sha256");
  /** What the ops that are there give, by all that they are made from. */
  readonly #known = new Map<string, GraphOutput[]>();

  /**
   * @param context The runtime.
   * @param names Of the recording that the graph belongs to.
   */
  constructor(context: EagerContext, names: OpNames) {
    this.#context = context;
    this.#names = names;
    this.#attributes = graphTarget(context.api, context.status);
    this.#graph = context.api.TF_NewGraph();
  }

  /**
   * An input to be.
   *
   * @param description Shape and data type.
   * @returns The output of its op.
   */
  placeholder({ shape, dtype }: TensorDescription): GraphOutput {
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
    const operation = this.#add(node, "Placeholder");
    this.#note(name, shape, dtype);
    return { shape, dtype, output: outputOf(operation, 0), name: `${name}:0` };
  }

  /**
   * A constant.
   *
   * @param description Shape and data type.
   * @param values Its values.
   * @returns The output of its op.
   * @throws {TypeError} If its values are strings.
   */
  constant(description: TensorDescription, values: NumericArray): GraphOutput {
    const { api, status } = this.#context;
    const { shape, dtype } = description;
    if (dtype === TF_STRING) {
      throw new TypeError(
        "Cannot record a tensor of strings: a compiled function works on numbers and bools: make it outside",
      );
    }
    const bytes = new Uint8Array(
      values.buffer,
      values.byteOffset,
      values.byteLength,
    );
    const key = values.length <= SMALL
      ? asText(["Const", dtype, shape, [...bytes]])
      : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known[0]!;
    const tensor = createNativeTensor(this.#context, description, values);
    const { node, name } = this.#newNode("Const");
    api.TF_SetAttrType(node, cString("dtype"), dtype);
    api.TF_SetAttrTensor(node, cString("value"), tensor, status.handle);
    api.TF_DeleteTensor(tensor);
    status.check(() => "Cannot record a constant");
    const operation = this.#add(node, "Const");
    this.#note(name, shape, dtype);
    this.#content.update(bytes);
    const output = {
      shape,
      dtype,
      output: outputOf(operation, 0),
      name: `${name}:0`,
    };
    if (key !== undefined) this.#known.set(key, [output]);
    return output;
  }

  /**
   * An op.
   *
   * @param name The op's name in TensorFlow's registry.
   * @param attributes Its attributes.
   * @param inputs What goes in, lists flattened.
   * @param shapes Shapes of what comes out, of an op that cannot tell.
   * @returns What comes out.
   * @throws {TypeError} If the op's result depends on more than its inputs, or if the shape of its result depends on
   * values.
   * @throws {TensorFlowError} If TensorFlow refuses it.
   */
  operation(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly GraphOutput[],
    shapes?: readonly (readonly number[])[],
  ): GraphOutput[] {
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
    const from = asText([
      name,
      inputs.map((input) => input.name),
      attributes,
      shapes,
    ]);
    const known = this.#known.get(from);
    if (known !== undefined) return known;
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
      const list = joined(inputs.slice(next, next + length));
      this.#context.api.TF_AddInputList(node, list, length);
      next += length;
    }
    for (const attribute of attributes) {
      if (!inferred.has(attribute.name)) {
        setAttribute(this.#attributes, node, attribute);
      }
    }
    const operation = this.#add(node, name, inputs);
    this.#note(nodeName, from);
    const count = this.#context.api.TF_OperationNumOutputs(operation);
    const outputs = Array.from({ length: count }, (_, index) => {
      const output = outputOf(operation, index);
      const place = { graph: this.#graph, op: name, output };
      const shape = shapes?.[index];
      if (shape !== undefined) setOutputShape(this.#context, place, shape);
      return {
        shape: outputShape(this.#context, place),
        dtype: this.#context.api.TF_OperationOutputType(output),
        output,
        name: `${nodeName}:${index}`,
      };
    });
    this.#known.set(from, outputs);
    return outputs;
  }

  /**
   * Makes a function of the graph and registers it.
   *
   * @param prefix What its name begins with; the rest follows from what the graph consists of.
   * @param inputs Placeholders, in order.
   * @param outputs What comes out, in order.
   * @param use Told the name and the `TF_Function`, which is freed after it.
   * @returns The name.
   * @throws {TensorFlowError} If TensorFlow refuses it.
   */
  toFunction(
    prefix: string,
    inputs: readonly GraphOutput[],
    outputs: readonly GraphOutput[],
    use: (name: string, definition: bigint) => void,
  ): string {
    const { api, status } = this.#context;
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
      use(name, definition);
    } finally {
      api.TF_DeleteFunction(definition);
    }
    return name;
  }

  /**
   * Takes a function over, so that an op of this graph can name it.
   *
   * @param name The function's name.
   * @param definition The `TF_Function`.
   */
  adopt(name: string, definition: bigint): void {
    const { api, status } = this.#context;
    api.TF_GraphCopyFunction(this.#graph, definition, 0n, status.handle);
    status.check(() => `Cannot use the function "${name}"`);
  }

  /** Frees the graph; functions made of it live on. */
  close(): void {
    this.#context.api.TF_DeleteGraph(this.#graph);
  }

  /** Takes a part of the graph down, for its function's name. */
  #note(...parts: unknown[]): void {
    this.#content.update(asText(parts));
  }

  #newNode(op: string): { node: bigint; name: string } {
    const name = this.#names.next(op);
    const node = this.#context.api.TF_NewOperation(
      this.#graph,
      cString(op),
      new TextEncoder().encode(name + "\0"),
    );
    return { node, name };
  }

  #add(node: bigint, op: string, inputs: readonly GraphOutput[] = []): bigint {
    const { api, status } = this.#context;
    const operation = api.TF_FinishOperation(node, status.handle);
    status.check(() =>
      `Cannot record the op "${op}" on ${
        inputs.length === 0 ? "no input" : inputs.map(inWords).join(", ")
      }`
    );
    return operation;
  }
}

/** What tells parts of a graph apart. */
function asText(parts: readonly unknown[]): string {
  return JSON.stringify(
    parts,
    (_, value) =>
      typeof value === "bigint"
        ? `${value}n`
        : typeof value === "number" && !Number.isFinite(value)
        ? String(value) // JSON has no word for it
        : value,
  );
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

function inWords({ shape, dtype }: TensorDescription): string {
  return `${dtypeOf(dtype).name} [${shape}]`;
}
