/**
 * TensorFlow's eager runtime: the context with its devices, and the running of one op at a time.
 *
 * Source: `tensorflow/c/eager/c_api.h`; the context's configuration is a serialized `ConfigProto`
 * (`tensorflow/core/protobuf/config.proto`).
 *
 * @module
 */
import {
  type AttributeTarget,
  eagerTarget,
  type OpAttribute,
  setAttribute,
} from "./attributes.ts";
import { type CApi, cString, openCApi, readCString, Status } from "./c_api.ts";
import { dtypeOf } from "./dtypes.ts";

/** Options of {@linkcode EagerContext}. */
export interface ContextOptions {
  /**
   * Threads that one op may use. 0 lets TensorFlow take one for each core.
   *
   * @default {0}
   */
  threads?: number;
  /**
   * Ops that may run side by side. 0 lets TensorFlow decide.
   *
   * @default {0}
   */
  parallelOps?: number;
}

/** A device that TensorFlow can run ops on. */
export interface Device {
  /** TensorFlow's full name, such as `/job:localhost/replica:0/task:0/device:GPU:0`. */
  name: string;
  /** `"CPU"`, `"GPU"`, … */
  type: string;
  /** Memory that TensorFlow may take on it, in bytes. */
  memoryBytes: number;
}

/** The eager runtime of one library. */
export class EagerContext {
  /** The opened library. */
  readonly api: CApi;
  /** The status of all blocking calls. */
  readonly status: Status;
  /** The `TFE_Context`. */
  readonly handle: bigint;
  /** What the library calls its version. */
  readonly version: string;
  /** All devices, the CPU first. */
  readonly devices: readonly Device[];
  /** Threads that one op may use, as far as it is known. */
  readonly threads: number;
  readonly #attributes: AttributeTarget;
  #outputs = new BigUint64Array(16);
  readonly #outputCount = new Int32Array(1);

  /**
   * @param path The library's file.
   * @param options Threads.
   * @throws {TypeError} If the file cannot be opened as TensorFlow's library.
   * @throws {TensorFlowError} If TensorFlow cannot start.
   */
  constructor(path: string, options: ContextOptions = {}) {
    this.api = openCApi(path);
    this.threads = options.threads || navigator.hardwareConcurrency;
    this.status = new Status(this.api);
    this.#attributes = eagerTarget(this.api, this.status);
    this.version = readCString(this.api.TF_Version());
    this.handle = this.#open(options);
    this.devices = this.#listDevices();
  }

  /**
   * Runs one op.
   *
   * @param name The op's name in TensorFlow's registry.
   * @param attributes The attributes that cannot be inferred from the inputs.
   * @param inputs Handles, lists flattened.
   * @param outputCount How many outputs the op has; −1 for an op whose attributes decide.
   * @returns Handles that the caller frees.
   * @throws {TensorFlowError} If TensorFlow refuses, with the op, its inputs and the reason.
   */
  execute(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly bigint[],
    outputCount: number,
  ): bigint[] {
    const { api, status } = this;
    const op = this.#prepare(name, attributes, inputs);
    try {
      if (outputCount > this.#outputs.length) {
        this.#outputs = new BigUint64Array(outputCount);
      }
      this.#outputCount[0] = outputCount;
      api.TFE_Execute(op, this.#outputs, this.#outputCount, status.handle);
      if (!status.ok) this.#refuse(name, inputs);
    } finally {
      api.TFE_DeleteOp(op);
    }
    const count = this.#outputCount[0]!;
    const handles = new Array<bigint>(count);
    for (let i = 0; i < count; i++) handles[i] = this.#outputs[i]!;
    return handles;
  }

  /**
   * Runs one op on another thread. It holds its inputs until it is done, so they may be freed meanwhile; nothing of the
   * call is shared with other calls.
   *
   * @param name The op's name in TensorFlow's registry, or a function's.
   * @param attributes The attributes that cannot be inferred from the inputs.
   * @param inputs Handles, lists flattened.
   * @param outputCount How many outputs the op has.
   * @returns Handles that the caller frees.
   * @throws {TensorFlowError} If TensorFlow refuses.
   */
  async executeInBackground(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly bigint[],
    outputCount: number,
  ): Promise<bigint[]> {
    const { api } = this;
    const op = this.#prepare(name, attributes, inputs);
    const status = new Status(api);
    const outputs = new BigUint64Array(Math.max(outputCount, 1));
    const count = Int32Array.of(outputCount);
    try {
      await api.executeInBackground(op, outputs, count, status.handle);
      status.check(() => `Cannot run the op "${name}"`);
      return Array.from(outputs.subarray(0, count[0]));
    } finally {
      api.TFE_DeleteOp(op);
      api.TF_DeleteStatus(status.handle);
    }
  }

  /** An op with its attributes and inputs, ready to run; the caller deletes it. */
  #prepare(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly bigint[],
  ): bigint {
    const { api, status } = this;
    const op = api.TFE_NewOp(this.handle, cString(name), status.handle);
    status.check(() => `Cannot run the op "${name}"`);
    try {
      for (const attribute of attributes) {
        setAttribute(this.#attributes, op, attribute);
      }
      for (const input of inputs) {
        api.TFE_OpAddInput(op, input, status.handle);
        if (!status.ok) this.#refuse(name, inputs);
      }
    } catch (error) {
      api.TFE_DeleteOp(op);
      throw error;
    }
    return op;
  }

  /** Ends the runtime. No handle of it may be used afterwards. */
  close(): void {
    this.api.TFE_DeleteContext(this.handle);
    this.api.TF_DeleteStatus(this.status.handle);
  }

  #refuse(name: string, inputs: readonly bigint[]): never {
    this.status.check(() =>
      `Cannot run the op "${name}" on ${this.#describe(inputs)}`
    );
    throw new Error(`Cannot run the op "${name}": TensorFlow gave no reason`);
  }

  #describe(inputs: readonly bigint[]): string {
    if (inputs.length === 0) return "no input";
    const scratch = new Status(this.api);
    const texts = inputs.map((input) => {
      const rank = this.api.TFE_TensorHandleNumDims(input, scratch.handle);
      const sizes = Array.from(
        { length: Math.max(rank, 0) },
        (_, axis) => this.api.TFE_TensorHandleDim(input, axis, scratch.handle),
      );
      const { name } = dtypeOf(this.api.TFE_TensorHandleDataType(input));
      return `${name} [${sizes}]`;
    });
    this.api.TF_DeleteStatus(scratch.handle);
    return texts.join(", ");
  }

  #open(options: ContextOptions): bigint {
    const { api, status } = this;
    const settings = api.TFE_NewContextOptions();
    try {
      const config = configProto(options);
      api.TFE_ContextOptionsSetConfig(
        settings,
        config,
        BigInt(config.byteLength),
        status.handle,
      );
      status.check(() => "Cannot configure TensorFlow");
      const context = api.TFE_NewContext(settings, status.handle);
      status.check(() => "Cannot start TensorFlow");
      return context;
    } finally {
      api.TFE_DeleteContextOptions(settings);
    }
  }

  #listDevices(): Device[] {
    const { api, status } = this;
    const list = api.TFE_ContextListDevices(this.handle, status.handle);
    status.check(() => "Cannot list TensorFlow's devices");
    const count = api.TF_DeviceListCount(list);
    const devices = Array.from({ length: count }, (_, index): Device => ({
      name: readCString(api.TF_DeviceListName(list, index, status.handle)),
      type: readCString(api.TF_DeviceListType(list, index, status.handle)),
      memoryBytes: Number(
        api.TF_DeviceListMemoryBytes(list, index, status.handle),
      ),
    }));
    api.TF_DeleteDeviceList(list);
    return devices;
  }
}

/**
 * A serialized `ConfigProto`: intra_op_parallelism_threads (field 2), inter_op_parallelism_threads
 * (field 5), and gpu_options (field 6) with allow_growth (field 4), so that GPU memory is taken as
 * it is needed.
 */
function configProto(options: ContextOptions): Uint8Array<ArrayBuffer> {
  const { threads = 0, parallelOps = 0 } = options;
  const bytes: number[] = [];
  if (threads > 0) bytes.push(2 << 3, ...varint(threads));
  if (parallelOps > 0) bytes.push(5 << 3, ...varint(parallelOps));
  const gpuOptions = [4 << 3, 1];
  bytes.push((6 << 3) | 2, gpuOptions.length, ...gpuOptions);
  return Uint8Array.from(bytes);
}

/** A whole number ≥ 0 as protobuf writes it: seven bits a byte, low bits first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) {
    bytes.push((value % 128) | 128);
  }
  bytes.push(value);
  return bytes;
}
