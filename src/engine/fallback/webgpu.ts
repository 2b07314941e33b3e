/**
 * The webgpu engine: TensorFlow.js's WebGPU kernels on the adapter that Deno finds.
 *
 * @module
 */
import type { Candidate } from "../candidate.ts";
import { checkDriverMayLoad } from "../llvm_conflict.ts";
import { tf } from "../tf.ts";

/** The webgpu engine. */
export const webgpu: Candidate = {
  name: "webgpu",
  remedy: "a GPU with a Vulkan, Metal or Direct3D 12 driver",
  async start() {
    checkDriverMayLoad();
    const adapter = await navigator.gpu?.requestAdapter();
    if (!adapter) throw new Error("Deno finds no WebGPU adapter");
    const { description, vendor, isFallbackAdapter } = adapter.info;
    const device = description || vendor || "unnamed adapter";
    const { version_webgpu } = await import(
      "@tensorflow/tfjs-backend-webgpu"
    ) as { version_webgpu?: string };
    await tf.setBackend("webgpu");
    return {
      version: version_webgpu ?? tf.version_core,
      device,
      gpu: !isFallbackAdapter,
      ...(isFallbackAdapter &&
        { reluctance: `its only adapter is software: ${device}` }),
    };
  },
};
