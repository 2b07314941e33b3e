/**
 * Keeps TensorFlow's library and a graphics driver's LLVM out of each other's way.
 *
 * Both define the variable `llvm::DebugVariable::DefaultFragment`, as a symbol that exists once in a
 * process. TensorFlow's start-up code writes it; if Mesa's libLLVM came first, it lies in read-only
 * memory there, and the process dies. The other way round both live together. (Seen with TensorFlow
 * 2.21 and libLLVM 15 under Mesa's software driver.)
 *
 * @module
 */

/** Whether a shared libLLVM is in this process without TensorFlow's library, as far as the system tells. */
function hasForeignLLVM(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const maps = Deno.readTextFileSync("/proc/self/maps");
    return maps.includes("/libLLVM") && !maps.includes("/libtensorflow");
  } catch {
    return false;
  }
}

/**
 * @throws {Error} If opening TensorFlow's library now would end the process.
 */
export function checkNoForeignLLVM(): void {
  if (hasForeignLLVM()) {
    throw new Error(
      "Cannot open TensorFlow's library: a graphics driver has loaded another LLVM into this process before: " +
        'start anew, and choose the tensorflow engine first: `await useEngine("tensorflow")`',
    );
  }
}
