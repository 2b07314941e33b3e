/**
 * Kernels of ours in place of those that tfjs-node-gpu has and that do not do.
 *
 * @module
 */
import type {
  GatherV2Attrs,
  GatherV2Inputs,
  TensorInfo,
} from "@tensorflow/tfjs-core";
import {
  createTensorsTypeOpAttr,
  type NodeJSKernelBackend,
} from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { tf } from "../tf.ts";
import { TF_ATTR_INT } from "./attributes.ts";

const BACKEND = "tensorflow";

/** What a kernel of ours gets. */
interface KernelCall<Inputs, Attributes> {
  inputs: Inputs;
  attributes: Attributes;
  backend: NodeJSKernelBackend;
}

/** Registers every kernel of this file in place of tfjs-node-gpu's. */
export function replaceKernels(): void {
  replace("GatherV2", gather);
}

function replace<Inputs, Attributes>(
  kernelName: string,
  kernel: (call: KernelCall<Inputs, Attributes>) => TensorInfo,
): void {
  tf.unregisterKernel(kernelName, BACKEND);
  tf.registerKernel({
    kernelName,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs, backend }) =>
      kernel({
        inputs: inputs as Inputs,
        attributes: attrs as Attributes,
        backend: backend as NodeJSKernelBackend,
      }),
  });
}

/**
 * Rows of `x` by index. tfjs-node-gpu's reads all indices back at every call to check them, which
 * stops a GPU and cannot be recorded; TensorFlow checks them itself, on the CPU.
 */
function gather(
  { inputs, attributes, backend }: KernelCall<GatherV2Inputs, GatherV2Attrs>,
): TensorInfo {
  const { x, indices } = inputs;
  const { axis, batchDims } = attributes;
  const axisScalar = tf.scalar(axis, "int32");
  const result = backend.executeSingleOutput("GatherV2", [
    { name: "batch_dims", type: TF_ATTR_INT, value: batchDims },
    createTensorsTypeOpAttr("Tparams", x!.dtype),
    createTensorsTypeOpAttr("Tindices", indices!.dtype),
    createTensorsTypeOpAttr("Taxis", "int32"),
  ], [x!, indices!, axisScalar]);
  axisScalar.dispose();
  return result;
}
