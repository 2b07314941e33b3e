/**
 * Keeps TensorFlow's library and a graphics driver's LLVM out of one process.
 *
 * Mesa's drivers load a shared libLLVM, and TensorFlow's library brings an LLVM of its own with the
 * same symbols. Whichever comes second uses variables and functions of the first: TensorFlow then
 * writes into read-only memory as it starts, or calls the driver's functions, or both free the same
 * memory at the end. Each ends the process. (Seen with TensorFlow 2.21 and libLLVM 15 under Mesa's
 * software driver, on Linux.)
 *
 * @module
 */

/** The libraries of this process, as far as the system tells. */
function mappedLibraries(): string {
  if (Deno.build.os !== "linux") return "";
  try {
    return Deno.readTextFileSync("/proc/self/maps");
  } catch {
    return "";
  }
}

/**
 * @throws {Error} If opening TensorFlow's library now could end the process.
 */
export function checkTensorFlowMayLoad(): void {
  const maps = mappedLibraries();
  if (maps.includes("/libLLVM") && !maps.includes("/libtensorflow")) {
    throw new Error(
      "a graphics driver has loaded an LLVM into this process, which TensorFlow's library cannot live with: " +
        "start anew, and choose the tensorflow engine before any WebGPU is used",
    );
  }
}

/**
 * @throws {Error} If loading a graphics driver now could end the process.
 */
export function checkDriverMayLoad(): void {
  if (mappedLibraries().includes("/libtensorflow")) {
    throw new Error(
      "TensorFlow's library is in this process, which Mesa's graphics drivers cannot live with: " +
        "start anew, and choose the webgpu engine first",
    );
  }
}
