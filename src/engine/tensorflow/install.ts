/**
 * Installs TensorFlow's shared library into the user's cache, with Python's own pip.
 *
 * @module
 */
import { install } from "./_installer.ts";
import { verifyLibrary } from "./_verify.ts";

export { InstallError, type InstallFailure } from "./_install_error.ts";

/** How far an installation is. */
export interface InstallProgress {
  /** What happens: `"waiting"` is for another installation into the same cache folder. */
  stage: "waiting" | "downloading" | "unpacking" | "verifying";
  /** What it happens to, such as "tensorflow_cpu 2.21.0". */
  item: string;
  /** Bytes of the item that are done. */
  bytes: number;
  /** Bytes of the item, `undefined` where they are not known. */
  totalBytes: number | undefined;
}

/** Options of {@linkcode installTensorFlow}. */
export interface InstallOptions {
  /**
   * Whether to install the build for NVIDIA GPUs with its CUDA libraries (Linux x86-64, 3.4 GB
   * to download) rather than the one for the CPU. `"auto"` does if an NVIDIA driver is present.
   *
   * @default {"auto"}
   */
  gpu?: boolean | "auto";

  /**
   * Name or path of the Python whose pip downloads; any Python 3 will do. By default the first of
   * `python3` and `python` that has pip (on Windows `py -3` comes first).
   *
   * @default {undefined}
   */
  python?: string;

  /** Called several times a second with how far it is. */
  onProgress?: (progress: InstallProgress) => void;

  /** Ends the installation and removes what it has begun. */
  signal?: AbortSignal;

  /**
   * Folder to install into, instead of the user's cache. `findTensorFlow()` looks into another
   * folder only if the variable `TEXTLOOM_CACHE` names it.
   *
   * @default {undefined}
   */
  cacheDirectory?: string;
}

/** An installed TensorFlow. */
export interface InstalledTensorFlow {
  /** The library's file. */
  path: string;
  /** TensorFlow's version, such as "2.21.0". */
  version: string;
  /** Whether it is the build for NVIDIA GPUs. */
  gpu: boolean;
  /** Types of the devices that it listed when it was verified, such as "CPU" and "GPU". */
  devices: string[];
  /** Seconds that this call took. */
  seconds: number;
  /** Whether it was there before, so that nothing was to be done. */
  alreadyInstalled: boolean;
}

/**
 * Installs TensorFlow's shared library, so that the tensorflow engine can be used. What is in the
 * cache already is returned at once. The library is verified in a process of its own (it opens,
 * tells its version, multiplies two matrices) before it is moved into place in one step: a call
 * that fails or is killed leaves the cache as it was. Calls at the same time wait for each other.
 *
 * Needs Python 3 with pip. The build for the CPU is 270 MB to download and 850 MB on the disk, the
 * one for NVIDIA GPUs 3.4 GB and 5.3 GB. Tried on Linux x86-64, the latter on a machine without a
 * GPU; on macOS, Windows and Linux aarch64 it follows what the wheels hold, and is untested.
 *
 * @param options What to install, and how.
 * @returns Where it is.
 * @throws {TypeError} If an option has the wrong type.
 * @throws {InstallError} If it cannot be installed; its `reason` tells the kind of failure.
 *
 * @example Install, and see how far it is
 * ```ts ignore
 * import { installTensorFlow } from "@textloom/textloom";
 *
 * const { path, seconds } = await installTensorFlow({
 *   onProgress: ({ stage, bytes }) => console.log(stage, bytes),
 * });
 * console.log(`${path} after ${seconds.toFixed(1)} s`);
 * ```
 */
export async function installTensorFlow(
  options: InstallOptions = {},
): Promise<InstalledTensorFlow> {
  check(options);
  return await install(options, verifyLibrary);
}

const KNOWN = ["gpu", "python", "onProgress", "signal", "cacheDirectory"];

/** Holds every option against its type. */
function check(options: InstallOptions): void {
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) {
      throw new TypeError(
        `Cannot install TensorFlow: there is no option "${name}" (known: ${
          KNOWN.join(", ")
        })`,
      );
    }
  }
  const { gpu, python, onProgress, signal, cacheDirectory } = options;
  expect(
    "gpu",
    gpu,
    'true, false or "auto"',
    gpu === "auto" || typeof gpu === "boolean",
  );
  expect("python", python, "the name or path of a Python", isText(python));
  expect(
    "onProgress",
    onProgress,
    "a function",
    typeof onProgress === "function",
  );
  expect("signal", signal, "an AbortSignal", signal instanceof AbortSignal);
  expect("cacheDirectory", cacheDirectory, "a path", isText(cacheDirectory));
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function expect(
  name: string,
  value: unknown,
  what: string,
  right: boolean,
): void {
  if (value !== undefined && !right) {
    throw new TypeError(
      `Cannot install TensorFlow: ${name} must be ${what}: ${
        Deno.inspect(value)
      }`,
    );
  }
}
