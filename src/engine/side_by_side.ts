/**
 * Independent parts of a computation, run at the same time.
 *
 * XLA runs small products and what lies between them on one core. A batch cut into as many parts as there are cores uses
 * all of them, as data-parallel training does between machines: Dean et al., "Large Scale Distributed Deep Networks",
 * 2012, here within one step.
 *
 * @module
 */
import { isTapeOn } from "./custom_gradient.ts";
import { flatten } from "./structure.ts";
import { NestedFunction } from "./tensorflow/nested_function.ts";
import { PartsWanted } from "./tensorflow/parts_wanted.ts";
import { nativeRuntime } from "./tensorflow/runtime.ts";
import type { Tensor } from "./tf.ts";

/** How many parts the engine can run at the same time: a thread each on the CPU, all of it in one on a GPU. */
export function lanes(): number {
  const runtime = nativeRuntime();
  return runtime === undefined || runtime.binding.isUsingGpuDevice()
    ? 1
    : runtime.context.threads;
}

/**
 * Does the same for several items. In a function that `compile()` records for `jit: "auto"`, XLA compiles what is done
 * for an item, instead of the whole function, and TensorFlow does it for all items at the same time; elsewhere it is done
 * for one after the other.
 *
 * @param items Tensors, nested in arrays and plain objects; one recording serves all items of one kind.
 * @param run From an item to tensors, nested likewise. It must not assign variables.
 * @returns What it gives for each item.
 */
export function sideBySide<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Result,
): Result[] {
  const trace = nativeRuntime()?.binding.trace;
  if (trace === undefined || isTapeOn()) return items.map(run);
  if (items.length > 1 && trace.parts === "wanted") throw new PartsWanted();
  trace.worthXla();
  if (trace.parts !== "apart") return items.map(run);
  const recorded = new Map<string, Recorded>();
  return items.map((item) => {
    const { tensors, signature, rebuild } = flatten(item, "an item");
    let part = recorded.get(signature);
    if (part === undefined) {
      part = record(tensors, (args) => run(rebuild(args) as Item));
      recorded.set(signature, part);
    }
    return part.rebuild(part.nested.call(tensors)) as Result;
  });
}

/**
 * Does something as one part: what follows parts that ran side by side, and is worth XLA's work too. Where there was one
 * item only, both are one, and XLA compiles the whole function.
 *
 * @param run The part; it may assign variables.
 * @returns What it returns.
 */
export function asOnePart<Result>(run: () => Result): Result {
  const trace = nativeRuntime()?.binding.trace;
  trace?.worthXla();
  if (trace?.parts !== "apart" || isTapeOn()) return run();
  const { nested, rebuild } = record([], run, true);
  return rebuild(nested.call([])) as Result;
}

interface Recorded {
  nested: NestedFunction;
  rebuild: (results: readonly Tensor[]) => unknown;
}

function record(
  like: readonly Tensor[],
  run: (args: Tensor[]) => unknown,
  mayAssign = false,
): Recorded {
  let rebuild!: Recorded["rebuild"];
  const nested = new NestedFunction(like, (args) => {
    const result = flatten(run(args), "the result for an item");
    rebuild = result.rebuild;
    return result.tensors;
  }, mayAssign);
  return { nested, rebuild };
}
