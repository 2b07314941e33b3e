/**
 * tfjs-node-gpu's backend over our binding. It tells constants made while a function is recorded from tensors that
 * were there before, which TensorFlow.js uploads only when they are first used.
 *
 * @module
 */
import type {
  BackendValues,
  DataId,
  DataType,
  KernelBackend,
  Tensor,
} from "@tensorflow/tfjs-core";
import { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import type { TFJSBinding } from "@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js";
import type { OpAttribute } from "./attributes.ts";
import {
  readingError,
  type TensorFlowBinding,
  type TensorMetadata,
  type TensorValues,
} from "./binding.ts";
import { dtypeOf } from "./dtypes.ts";
import type { GraphTrace } from "./graph_trace.ts";
import { tf } from "../tf.ts";
import { refuseFrozenRandomNumbers } from "./trace_guards.ts";

/** What the backend knows of a tensor's data. */
interface TensorData {
  id: number;
  shape: number[];
  dtype: number;
  /** Values that are not uploaded yet. */
  values: TensorValues | null;
  /** How many tensors of TensorFlow.js have these data. */
  refCount: number;
}

/** The parts of tfjs-node-gpu's backend that its type keeps to itself. */
interface OpenBackend extends KernelBackend {
  getInputTensorIds(tensors: readonly { dataId?: object }[]): number[];
  getDTypeInteger(dtype: DataType): number;
  createOutputTensor(metadata: TensorMetadata): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Tensor[],
    outputCount: number,
  ): Tensor[];
  readonly tensorMap: {
    get(dataId: object): TensorData;
    set(dataId: object, data: TensorData): void;
  };
}

const NodeBackend = NodeJSKernelBackend as unknown as new (
  binding: TFJSBinding,
  packageName: string,
) => OpenBackend;

/** The backend; memory is counted exactly here: every tensor is freed by number, none by a garbage collector. */
export class NativeBackend extends NodeBackend {
  readonly #binding: TensorFlowBinding;
  /** Of values written while a function was recorded: which one. */
  readonly #writtenIn = new WeakMap<object, GraphTrace>();

  /** @param binding The binding to run ops with. */
  constructor(binding: TensorFlowBinding) {
    // Its values may be of more kinds than tfjs-node-gpu's type admits.
    super(binding as unknown as TFJSBinding, "@tensorflow/tfjs-node-gpu");
    this.#binding = binding;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override write(
    values: BackendValues,
    shape: number[],
    dtype: DataType,
  ): DataId {
    const dataId = super.write(values, shape, dtype);
    const { trace } = this.#binding;
    if (trace !== undefined) {
      refuseFrozenRandomNumbers();
      this.#writtenIn.set(dataId, trace);
    }
    return dataId;
  }

  override getInputTensorIds(
    tensors: readonly { dataId?: object }[],
  ): number[] {
    try {
      if (this.#binding.trace !== undefined) {
        for (const { dataId } of tensors) {
          if (dataId !== undefined) this.#uploadFor(dataId);
        }
      }
      return super.getInputTensorIds(tensors);
    } catch (error) {
      const disposed = tensors.find((tensor) =>
        tensor instanceof tf.Tensor && tensor.isDisposed
      ) as Tensor | undefined;
      if (disposed === undefined) throw error;
      throw new Error(
        `Cannot use a tensor that has been disposed: ${disposed.dtype} [${disposed.shape}]`,
        { cause: error },
      );
    }
  }

  override readSync(dataId: object): BackendValues {
    if (this.#binding.trace !== undefined) {
      const data = this.tensorMap.get(dataId);
      const isConstant = data.values !== null &&
        this.#writtenIn.get(dataId)?.open;
      if (!isConstant && data.id >= -1) throw readingError(data);
    }
    return super.readSync(dataId);
  }

  /** Results of calls in the background may arrive when another engine is in use: they are this one's all the same. */
  override createOutputTensor(metadata: TensorMetadata): Tensor {
    if (tf.getBackend() === "tensorflow") {
      return super.createOutputTensor(metadata);
    }
    const { id, shape, dtype } = metadata;
    const dataId = {};
    this.tensorMap.set(dataId, { id, shape, dtype, values: null, refCount: 1 });
    const { name } = dtypeOf(dtype);
    return tf.engine()
      .makeTensorFromDataId(dataId, shape, name as DataType, this);
  }

  /** TensorFlow's number of a data type. */
  dtypeNumber(dtype: DataType): number {
    return this.getDTypeInteger(dtype);
  }

  /** The number of a tensor, which is uploaded if need be. */
  idOf(tensor: { dataId: object }): number {
    return this.getInputTensorIds([tensor])[0]!;
  }

  /** Uploads waiting values: those of the recording as its constants, others as what they are, tensors outside. */
  #uploadFor(dataId: object): void {
    const data = this.tensorMap.get(dataId);
    if (data.values === null) return;
    const trace = this.#writtenIn.get(dataId);
    const { shape, dtype, values } = data;
    data.id = trace?.open
      ? trace.constant(data, values as Exclude<TensorValues, Uint8Array[]>)
      : this.#binding.upload(shape, dtype, values);
    data.values = null;
  }
}
