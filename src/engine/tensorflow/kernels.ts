/**
 * Kernels of ours in place of those that tfjs-node-gpu has and that do not do.
 *
 * @module
 */
import type {
  BatchMatMulAttrs,
  BatchMatMulInputs,
  GatherV2Attrs,
  GatherV2Inputs,
  SoftmaxAttrs,
  SoftmaxInputs,
  TensorInfo,
} from "@tensorflow/tfjs-core";
import {
  createTensorsTypeOpAttr,
  type NodeJSKernelBackend,
} from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { tf } from "../tf.ts";
import { TF_ATTR_BOOL, TF_ATTR_INT } from "./attributes.ts";
import { nativeRuntime } from "./runtime.ts";

const BACKEND = "tensorflow";

/** Multiplications of a batch of products up to which oneDNN is slower, as measured. */
const SMALL_PRODUCTS = 2 ** 20;

/** Numbers of a softmax up to which oneDNN is slower, as measured. */
const SMALL_SOFTMAX = 2 ** 12;

const ADJOINTS = ["adj_x", "adj_y"];

/** What a kernel of ours gets. */
interface KernelCall<Inputs, Attributes> {
  inputs: Inputs;
  attributes: Attributes;
  backend: NodeJSKernelBackend;
}

/** Registers every kernel of this file in place of tfjs-node-gpu's. */
export function replaceKernels(): void {
  replace("BatchMatMul", multiply);
  replace("GatherV2", gather);
  replace("Softmax", softmax);
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

/**
 * Products of matrices. tfjs-node-gpu always takes TensorFlow's op for many matrices, which oneDNN runs on the CPU: it
 * prepares each for longer than a small one takes. So a single product has TensorFlow's op for that, and many small ones
 * have an op that oneDNN leaves alone.
 */
function multiply(
  { inputs, attributes, backend }: KernelCall<
    BatchMatMulInputs,
    BatchMatMulAttrs
  >,
): TensorInfo {
  const [a, b] = [inputs.a!, inputs.b!];
  const { transposeA, transposeB } = attributes;
  const run = (op: string, names: readonly string[], types: string[]) =>
    backend.executeSingleOutput(op, [
      ...types.map((name) => createTensorsTypeOpAttr(name, a.dtype)),
      { name: names[0]!, type: TF_ATTR_BOOL, value: transposeA },
      { name: names[1]!, type: TF_ATTR_BOOL, value: transposeB },
    ], [a, b]);
  if (isOutOfOneDnnsReach()) return run("BatchMatMulV2", ADJOINTS, ["T"]);
  if (a.shape.length === 2 && b.shape.length === 2) {
    return run("MatMul", ["transpose_a", "transpose_b"], ["T"]);
  }
  const products = sizeOf(a) * b.shape.at(transposeB ? -2 : -1)!;
  return a.dtype === "float32" && products <= SMALL_PRODUCTS
    ? run("BatchMatMulV3", ADJOINTS, ["Ta", "Tb", "Tout"])
    : run("BatchMatMulV2", ADJOINTS, ["T"]);
}

/** Softmax along the last axis; oneDNN prepares a small one for longer than it takes, and leaves its logarithm alone. */
function softmax(
  { inputs, backend }: KernelCall<SoftmaxInputs, SoftmaxAttrs>,
): TensorInfo {
  const logits = inputs.logits!;
  const type = [createTensorsTypeOpAttr("T", logits.dtype)];
  if (isOutOfOneDnnsReach() || sizeOf(logits) > SMALL_SOFTMAX) {
    return backend.executeSingleOutput("Softmax", type, [logits]);
  }
  const logarithm = backend.executeSingleOutput("LogSoftmax", type, [logits]);
  const result = backend.executeSingleOutput("Exp", type, [logarithm]);
  backend.disposeData(logarithm.dataId);
  return result;
}

/** Whether it is all one which op is taken: on a GPU and in what XLA compiles. */
function isOutOfOneDnnsReach(): boolean {
  const { binding } = nativeRuntime()!;
  return binding.isUsingGpuDevice() || (binding.trace?.forJit ?? false);
}

function sizeOf({ shape }: TensorInfo): number {
  return shape.reduce((product, length) => product * length, 1);
}
