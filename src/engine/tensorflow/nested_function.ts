/**
 * A part of a recorded function that is a function of its own: XLA compiles it by itself, and TensorFlow runs those that
 * do not wait for each other at the same time, on its threads.
 *
 * @module
 */
import type { Tensor, Variable } from "../tf.ts";
import { TF_ATTR_FUNC, TF_ATTR_TYPE } from "./attributes.ts";
import type { RegisteredFunction } from "./graph_trace.ts";
import { recordInnerGraph } from "./_inner_graph.ts";
import { boolAttribute, requireRuntime } from "./native_op.ts";
import { watchChanges } from "./variables.ts";

/** A function that the graph under construction can call, any number of times. */
export class NestedFunction {
  readonly #definition: RegisteredFunction;
  readonly #parameters: number;
  readonly #assigned: Variable[] = [];

  /**
   * Records it.
   *
   * @param like What its parameters are like.
   * @param run From the parameters to the results.
   * @param mayAssign Whether it may assign variables; it can be called once then, or it would have two values for each.
   * @throws {TypeError} If it makes a variable, or assigns one that it must not.
   */
  constructor(
    like: readonly Tensor[],
    run: (args: Tensor[]) => Tensor[],
    mayAssign = false,
  ) {
    const { binding, backend } = requireRuntime();
    const parent = binding.trace!;
    const { trace, parameters, outputs } = recordInnerGraph(
      like.map((tensor) => parent.describe(backend.idOf(tensor))),
      (args) => {
        const [results, { assigned, made }] = watchChanges(() => run(args));
        const refused = mayAssign ? made : [...made, ...assigned];
        if (refused.length > 0) {
          throw new TypeError(
            `Cannot run parts side by side: a part must not make or assign variables: ${
              refused.map(({ name }) => name).join(", ")
            }; do it outside, with what the part returns`,
          );
        }
        this.#assigned.push(...assigned);
        return [...results, ...assigned];
      },
      true,
    );
    try {
      this.#parameters = parameters.length;
      this.#definition = trace.finish("part", outputs, parameters);
    } finally {
      trace.close();
    }
  }

  /**
   * Calls it in the graph under construction.
   *
   * @param args Of the shapes and data types of the parameters.
   * @returns The results.
   */
  call(args: readonly Tensor[]): Tensor[] {
    const { binding, backend } = requireRuntime();
    const graph = binding.trace!;
    const { name, inputs: declared, outputs } = this.#definition;
    const inputs = [
      ...args.map((tensor) => backend.idOf(tensor)),
      ...declared.slice(this.#parameters),
    ];
    const tensors = graph.operation(
      "PartitionedCall",
      [
        {
          name: "Tin",
          type: TF_ATTR_TYPE,
          value: inputs.map((id) => graph.describe(id).dtype),
        },
        {
          name: "Tout",
          type: TF_ATTR_TYPE,
          value: outputs.map(({ dtype }) => dtype),
        },
        { name: "f", type: TF_ATTR_FUNC, value: name },
        boolAttribute("_XlaMustCompile", true),
      ],
      inputs,
      outputs.map(({ shape }) => shape),
    ).map((output) => backend.createOutputTensor(output));
    const results = tensors.length - this.#assigned.length;
    for (const [i, variable] of this.#assigned.entries()) {
      variable.assign(tensors[results + i]!);
    }
    return tensors.slice(0, results);
  }
}
