/**
 * The functions that TensorFlow knows, by names that follow from what they do: the same function recorded twice is one,
 * which XLA compiles once, also if it was forgotten in between.
 *
 * @module
 */
import { cString } from "./c_api.ts";
import type { EagerContext } from "./context.ts";

/** How many recordings use each function. */
const uses = new WeakMap<EagerContext, Map<string, number>>();

/**
 * Makes a function known, if it is not yet.
 *
 * @param context The runtime.
 * @param name Its name.
 * @param definition The `TF_Function`, which the caller still owns.
 * @throws {TensorFlowError} If TensorFlow refuses it.
 */
export function addFunction(
  context: EagerContext,
  name: string,
  definition: bigint,
): void {
  let counts = uses.get(context);
  if (counts === undefined) uses.set(context, counts = new Map());
  const count = counts.get(name) ?? 0;
  if (count === 0) {
    const { api, status, handle } = context;
    api.TFE_ContextAddFunction(handle, definition, status.handle);
    status.check(() => `Cannot register the function "${name}"`);
  }
  counts.set(name, count + 1);
}

/**
 * Takes one use of a function back; TensorFlow forgets it after the last.
 *
 * @param context The runtime.
 * @param name Its name.
 */
export function removeFunction(context: EagerContext, name: string): void {
  const counts = uses.get(context)!;
  const count = counts.get(name)! - 1;
  if (count > 0) {
    counts.set(name, count);
    return;
  }
  counts.delete(name);
  const { api, status, handle } = context;
  api.TFE_ContextRemoveFunction(handle, cString(name), status.handle);
  status.check(() => `Cannot remove the function "${name}"`);
}
