/**
 * The tensorflow engine as the choice of engines sees it: find the library, open it, name the device.
 *
 * @module
 */
import { type Candidate, isAllowed, PermissionError } from "../candidate.ts";
import { findTensorFlow } from "./library.ts";

/** Permissions that the library's search and use need. */
const FLAGS = "--allow-ffi --allow-read --allow-env";

/** The tensorflow engine. */
export const tensorflow: Candidate = {
  name: "tensorflow",
  remedy:
    "`deno task setup` in the repository, `await installTensorFlow()` elsewhere",
  async start({ library, ...options }) {
    if (!await isAllowed("ffi")) {
      throw new PermissionError("Deno may not open native libraries", FLAGS);
    }
    if (!(await isAllowed("read") && await isAllowed("env"))) {
      throw new PermissionError(
        "Deno may not read files or variables, which tell where TensorFlow's library is",
        FLAGS,
      );
    }
    const found = findTensorFlow(library === undefined ? {} : { library });
    const { startTensorFlow } = await import("./backend.ts");
    const engine = startTensorFlow(found.path, options);
    return {
      version: engine.version,
      device: engine.gpu ? gpuModel() ?? "GPU" : "CPU",
      gpu: engine.gpu,
      library: engine.library,
      nativeTensors: engine.nativeTensors,
    };
  },
};

/** The GPU's model as NVIDIA's driver on Linux calls it; TensorFlow's C API does not tell. */
function gpuModel(): string | undefined {
  const folder = "/proc/driver/nvidia/gpus";
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      const text = Deno.readTextFileSync(`${folder}/${name}/information`);
      const model = /^Model:\s*(.+)$/m.exec(text)?.[1];
      if (model !== undefined) return model.trim();
    }
  } catch {
    // Not Linux, not readable, or another maker's GPU.
  }
  return undefined;
}
