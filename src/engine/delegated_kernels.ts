/**
 * Supplies the kernels that a backend of TensorFlow.js lacks by running the cpu backend's: inputs
 * are read, computed on, and the results written back.
 *
 * That is how the wasm engine learns embeddings (it has no `UnsortedSegmentSum`, the gradient of
 * `gather`) and how the tensorflow engine runs the few kernels that tfjs-node-gpu never had.
 *
 * @module
 */
import type {
  KernelBackend,
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  TensorInfo,
} from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { tf } from "./tf.ts";

/**
 * Left out: drawing on a canvas, which there is none of outside a browser, and complex numbers,
 * which a backend without their kernels cannot hold.
 */
const NOT_DELEGATED = new Set([
  "Complex",
  "ComplexAbs",
  "Draw",
  "FFT",
  "IFFT",
  "Imag",
  "Real",
]);

/**
 * Registers, for a backend, every kernel that it lacks and the cpu backend has.
 *
 * @param backendName The backend's name; it must be registered, and readable at once (`readSync`).
 * @returns Names of the kernels supplied.
 */
export function delegateMissingKernels(backendName: string): string[] {
  const present = new Set(
    tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName),
  );
  const missing = tf.getKernelsForBackend("cpu")
    .map(({ kernelName }) => kernelName)
    .filter((name) => !present.has(name) && !NOT_DELEGATED.has(name));
  for (const name of missing) delegateKernel(name, backendName);
  return missing;
}

/**
 * Registers one kernel of the cpu backend for another backend, in place of its own if it has one.
 *
 * @param kernelName Name of the kernel.
 * @param backendName Name of the backend that gets it.
 * @param when Calls for which the cpu backend's is used; for others the backend's own is. All calls
 * by default.
 */
export function delegateKernel(
  kernelName: string,
  backendName: string,
  when: (attributes: NamedAttrMap) => boolean = () => true,
): void {
  const own = tf.getKernel(kernelName, backendName);
  const cpus = tf.getKernel(kernelName, "cpu");
  if (own) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: (call) =>
      own && !when(call.attrs ?? {})
        ? own.kernelFunc(call)
        : runOnCpu(cpus.kernelFunc, call),
  });
}

/** Runs a kernel of the cpu backend on tensors of another backend. */
function runOnCpu(
  kernel: KernelFunc,
  { inputs, attrs, backend }: Parameters<KernelFunc>[0],
): TensorInfo | TensorInfo[] {
  const here = backend as KernelBackend;
  const cpu = tf.findBackend("cpu");
  const copies: TensorInfo[] = [];
  const toCpu = (info: TensorInfo): TensorInfo => {
    const values = here.readSync(info.dataId);
    const dataId = cpu.write(values, info.shape, info.dtype);
    copies.push({ ...info, dataId });
    return { ...info, dataId };
  };
  const fromCpu = (info: TensorInfo): TensorInfo => {
    const values = cpu.readSync(info.dataId);
    return { ...info, dataId: here.write(values, info.shape, info.dtype) };
  };
  const computed = kernel({
    inputs: mapInputs(inputs, toCpu),
    attrs: attrs ?? {},
    backend: cpu,
  });
  const outputs = Array.isArray(computed) ? computed : [computed];
  const results = outputs.map(fromCpu);
  for (const { dataId } of [...copies, ...outputs]) cpu.disposeData(dataId);
  return Array.isArray(computed) ? results : results[0]!;
}

/** Replaces every tensor of a kernel's inputs, which may be a list, or have lists in it. */
function mapInputs(
  inputs: NamedTensorInfoMap,
  replace: (info: TensorInfo) => TensorInfo,
): NamedTensorInfoMap {
  if (Array.isArray(inputs)) {
    return inputs.map(replace) as unknown as NamedTensorInfoMap;
  }
  const replaced: NamedTensorInfoMap = {};
  for (const [name, input] of Object.entries(inputs)) {
    replaced[name] = Array.isArray(input)
      ? input.map(replace) as unknown as TensorInfo
      : input && replace(input);
  }
  return replaced;
}
