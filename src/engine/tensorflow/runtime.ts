/**
 * The running native engine, for those files of the engine that work below TensorFlow.js. It is a file of its own so
 * that they can be loaded where there is no TensorFlow.
 *
 * @module
 */
import { tf } from "../tf.ts";
import type { TensorFlowBinding } from "./binding.ts";
import type { EagerContext } from "./context.ts";
import type { NativeBackend } from "./native_backend.ts";

/** The parts of the native engine. */
export interface NativeRuntime {
  /** TensorFlow's eager runtime. */
  readonly context: EagerContext;
  /** What TensorFlow.js's kernels call. */
  readonly binding: TensorFlowBinding;
  /** TensorFlow.js's backend. */
  readonly backend: NativeBackend;
}

let runtime: NativeRuntime | undefined;

/** Makes a runtime known. */
export function setNativeRuntime(started: NativeRuntime): void {
  runtime = started;
}

/** The native engine, if it is the one in use. */
export function nativeRuntime(): NativeRuntime | undefined {
  return runtime !== undefined && tf.getBackend() === "tensorflow"
    ? runtime
    : undefined;
}

/** Whether ops are being recorded at this moment instead of running. */
export function isRecording(): boolean {
  return runtime?.binding.trace !== undefined;
}
