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
  const missing = tf.getKernelsForBackend("cpu").filter(({ kernelName }) =>
    !present.has(kernelName) && !NOT_DELEGATED.has(kernelName)
  );
  for (const { kernelName, kernelFunc } of missing) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const here = backend as KernelBackend;
        const cpu = tf.findBackend("cpu") as KernelBackend;
        const copies: TensorInfo[] = [];
        const toCpu = (info: TensorInfo): TensorInfo => {
          const values = here.readSync(info.dataId);
          const copy = {
            ...info,
            dataId: cpu.write(values, info.shape, info.dtype),
          };
          copies.push(copy);
          return copy;
        };
        const fromCpu = (info: TensorInfo): TensorInfo => ({
          ...info,
          dataId: here.write(cpu.readSync(info.dataId), info.shape, info.dtype),
        });
        const results = kernelFunc({
          inputs: mapInputs(inputs, toCpu),
          attrs: attrs ?? {},
          backend: cpu,
        });
        const outputs = Array.isArray(results)
          ? results.map(fromCpu)
          : fromCpu(results);
        const computed = Array.isArray(results) ? results : [results];
        for (const { dataId } of [...copies, ...computed]) {
          cpu.disposeData(dataId);
        }
        return outputs;
      },
    });
  }
  return missing.map(({ kernelName }) => kernelName);
}

/** Replaces every tensor of a kernel's inputs; some inputs are lists. */
function mapInputs(
  inputs: NamedTensorInfoMap,
  replace: (info: TensorInfo) => TensorInfo,
): NamedTensorInfoMap {
  const replaced: NamedTensorInfoMap = {};
  for (const [name, input] of Object.entries(inputs)) {
    replaced[name] = Array.isArray(input)
      ? input.map(replace) as unknown as TensorInfo
      : input && replace(input);
  }
  return replaced;
}
