/**
 * Whether TensorFlow's build for NVIDIA GPUs is the one for this machine.
 *
 * @module
 */
import { InstallError } from "./_install_error.ts";
import { statOf } from "./_places.ts";

/** Whether an NVIDIA driver runs on this machine: on Linux itself, or under WSL 2 that of Windows. */
export function hasNvidiaDriver(): boolean {
  if (Deno.build.os !== "linux") return false;
  return statOf("/proc/driver/nvidia/version") !== undefined ||
    (statOf("/dev/dxg") !== undefined &&
      statOf("/usr/lib/wsl/lib/libcuda.so.1") !== undefined);
}

/**
 * Decides which build to install. A driver may also show by its `nvidia-smi` listing a GPU.
 *
 * @param gpu What the user asks for.
 * @throws {InstallError} If the user asks for a build that does not exist.
 */
export async function wantsGpu(gpu: boolean | "auto"): Promise<boolean> {
  const { os, arch } = Deno.build;
  const possible = os === "linux" && arch === "x86_64";
  if (gpu === true && !possible) {
    throw new InstallError(
      "no-wheel",
      `TensorFlow's build for NVIDIA GPUs is for Linux on x86_64: this is ${os} on ${arch}`,
      "The build for the CPU runs here; on Windows, WSL 2 counts as Linux",
    );
  }
  if (gpu !== "auto") return gpu;
  return possible && (hasNvidiaDriver() || await listsGpu());
}

async function listsGpu(): Promise<boolean> {
  try {
    const command = new Deno.Command("nvidia-smi", {
      args: ["-L"],
      stderr: "null",
    });
    const { success, stdout } = await command.output();
    return success && new TextDecoder().decode(stdout).includes("GPU 0");
  } catch {
    return false; // no such program
  }
}
