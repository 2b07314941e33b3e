/**
 * The steps of an installation: lock, sweep, download, unpack, verify, move into place.
 *
 * @module
 */
import { basename, dirname, join, relative } from "@std/path";
import {
  type CachedInstallation,
  cacheFolder,
  type Installation,
  installationName,
  listInstallations,
  MARKER,
} from "./_cache.ts";
import { choosePython } from "./_choose_python.ts";
import { wantsGpu } from "./_gpu.ts";
import { InstallError } from "./_install_error.ts";
import { downloadWheels } from "./_pip.ts";
import { lookAt } from "./_places.ts";
import type { Interpreter, PythonFacts } from "./_python.ts";
import {
  explainFileError,
  lock,
  moveIntoPlace,
  remove,
  stagingFolder,
  sweep,
} from "./_staging.ts";
import type { Verify } from "./_verify.ts";
import {
  CUDA_FILES,
  TENSORFLOW_FILES,
  unpackWheel,
  type WheelFacts,
} from "./_wheel.ts";
import type {
  InstalledTensorFlow,
  InstallOptions,
  InstallProgress,
} from "./install.ts";

/** The line of TensorFlow versions that is installed; its C API is what the engine is tested on. */
const LINE = "2.21";

/** CPython that the wheels are built for; its version does not matter to the library in them. */
const WHEEL_PYTHON = "3.12";

/** One installation under way. */
interface Job {
  gpu: boolean;
  python: Interpreter;
  facts: PythonFacts;
  /** Folder that all of it happens in. */
  staging: string;
  /** Folder in it that becomes the installation. */
  target: string;
  report: (progress: InstallProgress) => void;
  signal: AbortSignal;
}

/**
 * Installs TensorFlow unless it is installed.
 *
 * @param options Options of the installation, checked.
 * @param verify Verifies the library before it is moved into place.
 */
export async function install(
  options: InstallOptions,
  verify: Verify,
): Promise<InstalledTensorFlow> {
  const start = performance.now();
  options.signal?.throwIfAborted();
  const cache = cacheFolder(options.cacheDirectory);
  if (cache === undefined) {
    throw new InstallError(
      "unwritable",
      "no variable says where the user's cache folder is",
      "Let TEXTLOOM_CACHE name a folder",
    );
  }
  const gpu = await wantsGpu(options.gpu ?? "auto");
  const before = installed(cache, gpu);
  const [found, alreadyInstalled] = before === undefined
    ? await installInto(cache, gpu, options, verify)
    : [before, true];
  const { path, version, devices } = found;
  const seconds = (performance.now() - start) / 1000;
  return { path, version, gpu, devices, seconds, alreadyInstalled };
}

function installed(
  cache: string,
  gpu: boolean,
): CachedInstallation | undefined {
  return listInstallations(cache)
    .find((found) => found.gpu === gpu && found.version.startsWith(`${LINE}.`));
}

async function installInto(
  cache: string,
  gpu: boolean,
  options: InstallOptions,
  verify: Verify,
): Promise<[found: CachedInstallation, alreadyInstalled: boolean]> {
  // A listener that throws ends the installation as the user's own signal does.
  const thrown = new AbortController();
  const signal = AbortSignal.any(
    [thrown.signal, options.signal].filter((each) => each !== undefined),
  );
  const report = (progress: InstallProgress): void => {
    try {
      options.onProgress?.(progress);
    } catch (error) {
      thrown.abort(error);
    }
  };
  try {
    using _lock = await lock(cache, report, signal);
    const meanwhile = installed(cache, gpu); // by whoever held the lock
    if (meanwhile !== undefined) return [meanwhile, true];
    await sweep(cache);
    const { python, facts } = await choosePython(options.python, signal);
    const staging = stagingFolder(cache);
    const target = join(staging, "installation");
    try {
      await Deno.mkdir(target, { recursive: true });
      const name = await build(
        { gpu, python, facts, staging, target, report, signal },
        verify,
      );
      signal.throwIfAborted();
      await moveIntoPlace(target, join(cache, name));
    } finally {
      await remove(staging);
    }
  } catch (error) {
    throw explainFileError(error, cache);
  }
  const found = installed(cache, gpu);
  if (found === undefined) {
    throw new InstallError("corrupt", "what was moved into place has changed");
  }
  return [found, false];
}

/** Makes the installation in the target folder and returns the name it is to have. */
async function build(job: Job, verify: Verify): Promise<string> {
  const { gpu, target, report, signal } = job;
  const [wheel] = await fetchWheels(job, {
    requirements: [`${packageName(gpu)}==${LINE}.*`],
    dependencies: false,
    keep: TENSORFLOW_FILES,
  });
  if (wheel === undefined) {
    throw new InstallError("pip", "pip left no wheel behind");
  }
  if (gpu) {
    // The wheel's own extra `and-cuda` names the CUDA libraries; they are found by the library's
    // RUNPATH, $ORIGIN/../nvidia/*/lib. NumPy and the rest of Python's side are not needed.
    await fetchWheels(job, {
      requirements: wheel.cuda,
      dependencies: true,
      keep: CUDA_FILES,
    });
  }
  const found = lookAt(target);
  if (!("path" in found)) {
    throw new InstallError("corrupt", `the wheel ${found.result}`);
  }
  if (Deno.build.os === "windows") {
    await addPython(job.facts, dirname(found.path));
  }
  const item = `TensorFlow ${wheel.version}`;
  report({ stage: "verifying", item, bytes: 0, totalBytes: undefined });
  const { version, devices } = await verify(found.path, signal);
  const record: Installation = {
    version,
    gpu,
    library: relative(target, found.path).replaceAll("\\", "/"),
    files: await listFiles(target),
    devices,
  };
  const text = JSON.stringify(record, null, 2) + "\n";
  await Deno.writeTextFile(join(target, MARKER), text);
  return installationName(version, gpu);
}

/** What to take from pip's index. */
interface Parcel {
  requirements: string[];
  dependencies: boolean;
  keep: RegExp;
}

/** Downloads wheels and unpacks what is needed of each. */
async function fetchWheels(job: Job, parcel: Parcel): Promise<WheelFacts[]> {
  const { python, facts, staging, target, report, signal } = job;
  const { requirements, dependencies, keep } = parcel;
  const wheels = await downloadWheels(python, facts, {
    requirements,
    dependencies,
    pythonVersion: wheelPython(facts),
    folder: await Deno.makeTempDir({ dir: staging }),
    temporary: await Deno.makeTempDir({ dir: staging }),
    onProgress: (item, bytes, totalBytes) =>
      report({ stage: "downloading", item, bytes, totalBytes }),
    signal,
  });
  const all: WheelFacts[] = [];
  for (const wheel of wheels) {
    const item = basename(wheel).split("-").slice(0, 2).join(" ");
    const onProgress = (bytes: number, totalBytes: number | undefined): void =>
      report({ stage: "unpacking", item, bytes, totalBytes });
    all.push(
      await unpackWheel(python, wheel, { target, keep, onProgress, signal }),
    );
    await Deno.remove(wheel);
  }
  return all;
}

/** On PyPI `tensorflow-cpu` is for x86-64; elsewhere, and with CUDA, it is plain `tensorflow`. */
function packageName(gpu: boolean): string {
  const plain = gpu || Deno.build.os === "darwin" ||
    Deno.build.arch !== "x86_64";
  return plain ? "tensorflow" : "tensorflow-cpu";
}

/** On Windows the library links to the `python3*.dll` of the wheel's Python: it must be there. */
function wheelPython({ version }: PythonFacts): string {
  return Deno.build.os === "windows" ? version.join(".") : WHEEL_PYTHON;
}

async function addPython(
  { base, version }: PythonFacts,
  folder: string,
): Promise<void> {
  const name = `python${version.join("")}.dll`;
  await Deno.copyFile(join(base, name), join(folder, name));
}

/** Size in bytes of every file in a folder, by its name with forward slashes. */
async function listFiles(
  folder: string,
  prefix = "",
): Promise<Record<string, number>> {
  const files: Record<string, number> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) {
      Object.assign(files, await listFiles(path, `${prefix}${name}/`));
    } else files[prefix + name] = (await Deno.stat(path)).size;
  }
  return files;
}
