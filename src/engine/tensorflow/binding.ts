/**
 * The interface that TensorFlow.js's native kernels are written against (`TFJSBinding` of
 * tfjs-node-gpu 4.22.0), on TensorFlow's C API instead of a compiled addon.
 *
 * Tensors are known to TensorFlow.js by whole numbers, and to TensorFlow by handles; this is where
 * the one becomes the other. While a graph is recorded, ops join it instead of running.
 *
 * @module
 */
import {
  type OpAttribute,
  TF_ATTR_BOOL,
  TF_ATTR_FLOAT,
  TF_ATTR_INT,
  TF_ATTR_RESOURCE,
  TF_ATTR_SHAPE,
  TF_ATTR_STRING,
  TF_ATTR_TYPE,
} from "./attributes.ts";
import { cString } from "./c_api.ts";
import type { Device, EagerContext } from "./context.ts";
import {
  dtypeOf,
  type NumericArray,
  TF_BOOL,
  TF_COMPLEX64,
  TF_FLOAT,
  TF_INT32,
  TF_INT64,
  TF_RESOURCE,
  TF_STRING,
  TF_UINT8,
} from "./dtypes.ts";
import type { GraphTrace } from "./graph_trace.ts";
import { SavedModels } from "./saved_model.ts";
import { createStrings, readStrings } from "./strings.ts";
import {
  createTensor,
  describeTensor,
  readTensor,
  type TensorDescription,
} from "./tensors.ts";

/** Values that TensorFlow.js hands over or gets back: numbers, or the UTF-8 bytes of each string. */
export type TensorValues = NumericArray | Uint8Array[];

/** What TensorFlow.js learns of an op's output. */
export class TensorMetadata {
  /** The tensor's number. */
  id = 0;
  /** Sizes of the axes. */
  shape: number[] = [];
  /** TensorFlow's number of the data type. */
  dtype = 0;
}

/** TensorFlow.js's name for an attribute; only its shape counts. */
export class TFEOpAttr implements OpAttribute {
  name = "";
  type = 0;
  value: boolean | number | object | string | number[] = 0;
}

/** `TFJSBinding` over one eager runtime. */
export class TensorFlowBinding {
  readonly TensorMetadata = TensorMetadata;
  readonly TFEOpAttr = TFEOpAttr;

  readonly TF_FLOAT = TF_FLOAT;
  readonly TF_INT32 = TF_INT32;
  readonly TF_INT64 = TF_INT64;
  readonly TF_BOOL = TF_BOOL;
  readonly TF_COMPLEX64 = TF_COMPLEX64;
  readonly TF_STRING = TF_STRING;
  readonly TF_RESOURCE = TF_RESOURCE;
  readonly TF_UINT8 = TF_UINT8;

  readonly TF_ATTR_STRING = TF_ATTR_STRING;
  readonly TF_ATTR_INT = TF_ATTR_INT;
  readonly TF_ATTR_FLOAT = TF_ATTR_FLOAT;
  readonly TF_ATTR_BOOL = TF_ATTR_BOOL;
  readonly TF_ATTR_TYPE = TF_ATTR_TYPE;
  readonly TF_ATTR_SHAPE = TF_ATTR_SHAPE;
  readonly TF_ATTR_RESOURCE = TF_ATTR_RESOURCE;

  /** The library's version. */
  readonly TF_Version: string;
  /** The GPU that tensors live on; undefined when ops run on the CPU. */
  readonly gpu: Device | undefined;
  readonly #context: EagerContext;
  readonly #handles = new Map<number, bigint>();
  readonly #savedModels: SavedModels;
  #nextId = 0;
  #trace: GraphTrace | undefined;

  /** @param context The runtime that runs the ops. */
  constructor(context: EagerContext) {
    this.#context = context;
    this.#savedModels = new SavedModels(context);
    this.TF_Version = context.version;
    this.gpu = context.devices.find((device) => device.type === "GPU");
  }

  /** The graph that ops join at present, instead of running. */
  get trace(): GraphTrace | undefined {
    return this.#trace;
  }

  /**
   * Has ops join a graph instead of running.
   *
   * @param trace The graph.
   * @param run What calls the ops.
   * @returns What it returns.
   */
  recordIn<Result>(trace: GraphTrace, run: () => Result): Result {
    const around = this.#trace;
    this.#trace = trace;
    try {
      return run();
    } finally {
      this.#trace = around;
    }
  }

  /** Whether ops run on a GPU. */
  isUsingGpuDevice(): boolean {
    return this.gpu !== undefined;
  }

  /** How many tensors are alive. */
  getNumOfTensors(): number {
    return this.#handles.size;
  }

  /**
   * @param shape Sizes of the axes.
   * @param dtype TensorFlow's number of the data type.
   * @param values The values, see {@linkcode createTensor}.
   * @returns The new tensor's number.
   */
  createTensor(shape: number[], dtype: number, values: TensorValues): number {
    if (this.#trace === undefined) return this.upload(shape, dtype, values);
    return this.#trace.constant({ shape, dtype }, values as NumericArray);
  }

  /** {@linkcode TensorFlowBinding.createTensor} at once, whether a graph is recorded or not. */
  upload(shape: number[], dtype: number, values: TensorValues): number {
    if (dtype === TF_STRING) {
      return this.register(createStrings(this.#context, shape, values));
    }
    const handle = createTensor(
      this.#context,
      { shape, dtype },
      values as NumericArray,
    );
    // GPU kernels expect whole numbers in the computer's memory, everything else in their own.
    const onGpu = this.gpu !== undefined && dtype !== TF_INT32;
    return this.register(onGpu ? this.#moveToGpu(handle) : handle);
  }

  /** Frees a tensor. */
  deleteTensor(id: number): void {
    this.#context.api.TFE_DeleteTensorHandle(this.handle(id));
    this.#handles.delete(id);
  }

  /** Copies a tensor's values out. */
  tensorDataSync(id: number): TensorValues {
    if (this.#trace !== undefined) return this.#constantValues(this.#trace, id);
    const handle = this.handle(id);
    return this.#context.api.TFE_TensorHandleDataType(handle) === TF_STRING
      ? readStrings(this.#context, handle)
      : readTensor(this.#context, handle);
  }

  /**
   * Runs one op.
   *
   * @param name The op's name in TensorFlow's registry.
   * @param attributes Its attributes.
   * @param inputIds Numbers of the input tensors, lists flattened.
   * @param outputCount How many outputs the op has.
   */
  executeOp(
    name: string,
    attributes: OpAttribute[],
    inputIds: number[],
    outputCount: number,
  ): TensorMetadata[] {
    if (this.#trace !== undefined) {
      return this.#trace.operation(name, attributes, inputIds);
    }
    const inputs = inputIds.map((id) => this.handle(id));
    return this.#registerAll(
      this.#context.execute(name, attributes, inputs, outputCount),
    );
  }

  /**
   * Opens a SavedModel.
   *
   * @param folder The folder with `saved_model.pb`.
   * @param tags Tags of the graph, separated by commas.
   * @returns The model's number.
   */
  loadSavedModel(folder: string, tags: string): number {
    return this.#savedModels.load(folder, tags.split(","));
  }

  /** Closes a SavedModel. */
  deleteSavedModel(id: number): void {
    this.#savedModels.delete(id);
  }

  /**
   * Runs a SavedModel.
   *
   * @param id The model's number.
   * @param inputIds Numbers of the input tensors.
   * @param inputNames Names such as `serving_default_x:0`, separated by commas.
   * @param outputNames Likewise.
   */
  runSavedModel(
    id: number,
    inputIds: number[],
    inputNames: string,
    outputNames: string,
  ): TensorMetadata[] {
    const names = inputNames === "" ? [] : inputNames.split(",");
    const feeds = names.map((name, i) => ({
      name,
      handle: this.handle(inputIds[i]!),
    }));
    return this.#registerAll(
      this.#savedModels.run(id, feeds, outputNames.split(",")),
    );
  }

  /** How many SavedModels are open. */
  getNumOfSavedModels(): number {
    return this.#savedModels.count;
  }

  /** Shape and data type of a tensor. */
  describe(id: number): TensorDescription {
    return describeTensor(this.#context, this.handle(id));
  }

  /** Whether a tensor of this number is alive. */
  has(id: number): boolean {
    return this.#handles.has(id);
  }

  /** Takes a handle over and gives it a number. */
  register(handle: bigint): number {
    const id = this.#nextId++;
    this.#handles.set(id, handle);
    return id;
  }

  /**
   * A second number for a tensor, which lives on when the first is freed.
   *
   * @returns The number; free it with {@linkcode TensorFlowBinding.deleteTensor}.
   */
  share(id: number): number {
    const { api, status } = this.#context;
    const handle = api.TFE_TensorHandleCopySharingTensor(
      this.handle(id),
      status.handle,
    );
    status.check(() => `Cannot share tensor ${id}`);
    return this.register(handle);
  }

  /** The handle behind a number. */
  handle(id: number): bigint {
    const handle = this.#handles.get(id);
    if (handle === undefined) {
      if (id < 0) {
        throw new Error(
          "Cannot use a tensor that was made while a compiled function was recorded: it never had values: " +
            "return it from the function",
        );
      }
      throw new Error(
        `Cannot use tensor ${id}: no such tensor is alive, it may be disposed`,
      );
    }
    return handle;
  }

  #constantValues(trace: GraphTrace, id: number): TensorValues {
    const values = trace.constantValues(id);
    if (values !== undefined) return values;
    throw readingError(trace.describe(id), trace.originOp(id));
  }

  #registerAll(handles: bigint[]): TensorMetadata[] {
    return handles.map((handle) => {
      const { shape, dtype } = describeTensor(this.#context, handle);
      return { id: this.register(handle), shape, dtype };
    });
  }

  #moveToGpu(handle: bigint): bigint {
    const { api, status } = this.#context;
    const moved = api.TFE_TensorHandleCopyToDevice(
      handle,
      this.#context.handle,
      cString(this.gpu!.name),
      status.handle,
    );
    api.TFE_DeleteTensorHandle(handle);
    status.check(() => `Cannot copy a tensor to ${this.gpu!.name}`);
    return moved;
  }
}

/** The refusal to read a tensor while a function is recorded. */
export function readingError(
  { shape, dtype }: TensorDescription,
  op?: string,
): TypeError {
  const origin = op === undefined ? "" : `, made by the op "${op}"`;
  return new TypeError(
    `Cannot read a tensor's values in a compiled function: there are none while it is recorded: ` +
      `${
        dtypeOf(dtype).name
      } [${shape}]${origin}; return the tensor and read it outside`,
  );
}
