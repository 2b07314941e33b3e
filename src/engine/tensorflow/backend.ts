/**
 * The native engine: tfjs-node-gpu's kernels over our binding, registered with TensorFlow.js under
 * the name `tensorflow`.
 *
 * @module
 */
import "./_node_util.ts";
import "@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js";
import { delegateMissingKernels } from "../delegated_kernels.ts";
import { tf } from "../tf.ts";
import { checkTensorFlowMayLoad } from "../llvm_conflict.ts";
import { quietly } from "./_quiet.ts";
import { TensorFlowBinding } from "./binding.ts";
import { type ContextOptions, EagerContext } from "./context.ts";
import { replaceKernels } from "./kernels.ts";
import { NativeBackend } from "./native_backend.ts";
import { setNativeRuntime } from "./runtime.ts";

/** The running native engine. */
export interface TensorFlowEngine {
  /** The library's version, such as `2.21.0`. */
  readonly version: string;
  /** The library's file. */
  readonly library: string;
  /** TensorFlow's name of the device that ops run on. */
  readonly device: string;
  /** Whether that device is a GPU. */
  readonly gpu: boolean;
  /** How many tensors TensorFlow holds for us. */
  nativeTensors(): number;
}

/** Options of {@linkcode startTensorFlow}. */
export interface TensorFlowOptions extends ContextOptions {
  /**
   * Leave TensorFlow's own log on. It goes to standard error.
   *
   * @default {false}
   */
  log?: boolean;
}

let running: TensorFlowEngine | undefined;

/**
 * Opens the library and registers the backend. TensorFlow starts once in a process: a second call
 * returns the engine that runs.
 *
 * @param library The library's file.
 * @param options Threads and log.
 * @throws {TypeError} If the file cannot be opened as TensorFlow's library.
 * @throws {TensorFlowError} If TensorFlow cannot start.
 * @throws {RangeError} If it runs already and options are given.
 */
export function startTensorFlow(
  library: string,
  options: TensorFlowOptions = {},
): TensorFlowEngine {
  const given = Object.keys(options);
  if (running !== undefined && given.length > 0) {
    throw new RangeError(
      `Cannot start TensorFlow again with other options: it runs already, and takes them at its first start only: ${
        given.join(", ")
      }`,
    );
  }
  running ??= start(library, options);
  return running;
}

/** The engine that {@linkcode startTensorFlow} started; undefined before. */
export function runningTensorFlow(): TensorFlowEngine | undefined {
  return running;
}

function start(library: string, options: TensorFlowOptions): TensorFlowEngine {
  checkTensorFlowMayLoad();
  const open = (): EagerContext => new EagerContext(library, options);
  const context = options.log ? open() : quietly(open, library);
  const binding = new TensorFlowBinding(context);
  const backend = new NativeBackend(binding);
  tf.registerBackend("tensorflow", () => backend);
  setNativeRuntime({ context, binding, backend });
  replaceKernels();
  delegateMissingKernels("tensorflow");
  const device = binding.gpu ?? context.devices[0]!;
  return {
    version: context.version,
    library,
    device: device.name,
    gpu: binding.gpu !== undefined,
    nativeTensors: () => binding.getNumOfTensors(),
  };
}
