/**
 * The wasm engine: TensorFlow.js's WebAssembly kernels, with what they lack supplied by the cpu
 * backend (the gradient of embeddings among it).
 *
 * @module
 */
import { type Candidate, isAllowed, PermissionError } from "../candidate.ts";
import {
  delegateKernel,
  delegateMissingKernels,
} from "../delegated_kernels.ts";
import { tf } from "../tf.ts";

/** The wasm engine. */
export const wasm: Candidate = {
  name: "wasm",
  remedy: "a Deno with WebAssembly SIMD, and npm packages within reach",
  async start() {
    if (!await isAllowed("read")) {
      throw new PermissionError(
        "Deno may not read the file of its kernels",
        "--allow-read",
      );
    }
    const { version_wasm } = await import("@tensorflow/tfjs-backend-wasm");
    await tf.setBackend("wasm");
    delegateMissingKernels("wasm");
    // Its own leaves a 2 a 2, and misses a gradient where windows meet the border.
    delegateKernel("Cast", "wasm", ({ dtype }) => dtype === "bool");
    delegateKernel("MaxPoolGrad", "wasm");
    return {
      version: version_wasm,
      device: "CPU, WebAssembly",
      gpu: false,
    };
  },
};
