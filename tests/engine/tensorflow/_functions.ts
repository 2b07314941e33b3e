/** Watches the functions that TensorFlow is given. @module */
import { nativeRuntime } from "../../../src/engine/tensorflow/runtime.ts";

/** Names of the functions that were made while something ran, in order. */
export function functionsOf(run: () => void): string[] {
  const { api } = nativeRuntime()!.context;
  const original = api.TF_GraphToFunction;
  const names: string[] = [];
  Object.assign(api, {
    TF_GraphToFunction: (...args: Parameters<typeof original>) => {
      const name = new TextDecoder().decode(args[1] as Uint8Array);
      names.push(name.replace("\0", ""));
      return original(...args);
    },
  });
  try {
    run();
  } finally {
    Object.assign(api, { TF_GraphToFunction: original });
  }
  return names;
}

/** Whether TensorFlow knows a function. */
export function isKnown(name: string): boolean {
  const { context: { api, handle, status } } = nativeRuntime()!;
  const bytes = new TextEncoder().encode(name + "\0");
  const op = api.TFE_NewOp(handle, bytes, status.handle);
  if (!status.ok) return false;
  api.TFE_DeleteOp(op);
  return true;
}
