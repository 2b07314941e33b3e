/**
 * The steps of an installation: lock, sweep, download, unpack, verify, move into place.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import process from "node:process";
import {
  type CachedInstallation,
  cacheFolder,
  hasNvidiaDriver,
  type Installation,
  installationName,
  listInstallations,
  MARKER,
} from "./_cache.ts";
import { diskFull, InstallError, saysDiskFull } from "./_install_error.ts";
import { downloadWheels, platformTags } from "./_pip.ts";
import { LIBRARY_NAMES, lookAt } from "./_places.ts";
import {
  askPython,
  type Interpreter,
  listInterpreters,
  nameOf,
  type PythonFacts,
} from "./_python.ts";
import type { Verify } from "./_verify.ts";
import { CUDA_FILES, TENSORFLOW_FILES, unpackWheel } from "./_wheel.ts";
import type {
  InstalledTensorFlow,
  InstallOptions,
  InstallProgress,
} from "./install.ts";

/** The line of TensorFlow versions that is installed; its C API is what the engine is tested on. */
const LINE = "2.21";

/** CPython that the wheels are built for; its version does not matter to the library in them. */
const WHEEL_PYTHON = "3.12";

const STAGING = ".staging-";
const WAIT_MS = 200;

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
  const { signal, onProgress = () => {} } = options;
  const start = performance.now();
  signal?.throwIfAborted();
  const cache = cacheFolder(options.cacheDirectory);
  if (cache === undefined) {
    throw new InstallError(
      "unwritable",
      "no variable says where the user's cache folder is",
      "Let TEXTLOOM_CACHE name a folder",
    );
  }
  const gpu = await wantsGpu(options.gpu ?? "auto");
  const result = (
    found: CachedInstallation,
    alreadyInstalled: boolean,
  ): InstalledTensorFlow => ({
    path: found.path,
    version: found.version,
    gpu,
    devices: found.devices,
    seconds: (performance.now() - start) / 1000,
    alreadyInstalled,
  });
  const before = installed(cache, gpu);
  if (before !== undefined) return result(before, true);
  try {
    using _lock = await lock(cache, onProgress, signal);
    const meanwhile = installed(cache, gpu);
    if (meanwhile !== undefined) return result(meanwhile, true);
    await sweep(cache);
    const staging = join(
      cache,
      `${STAGING}${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`,
    );
    try {
      const name = await build(staging, gpu, options, verify);
      signal?.throwIfAborted();
      await moveIntoPlace(join(staging, "done"), join(cache, name));
    } finally {
      await remove(staging);
    }
  } catch (error) {
    throw explain(error, cache);
  }
  return result(installed(cache, gpu)!, false);
}

function installed(
  cache: string,
  gpu: boolean,
): CachedInstallation | undefined {
  return listInstallations(cache)
    .find((found) => found.gpu === gpu && found.version.startsWith(`${LINE}.`));
}

/** Decides which build; a driver may also show by its `nvidia-smi` listing a GPU. */
async function wantsGpu(gpu: boolean | "auto"): Promise<boolean> {
  const possible = Deno.build.os === "linux" && Deno.build.arch === "x86_64";
  if (gpu === true && !possible) {
    throw new InstallError(
      "no-wheel",
      `TensorFlow's build for NVIDIA GPUs is for Linux on x86_64: this is ${Deno.build.os} on ${Deno.build.arch}`,
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

/** Waits until no other process installs into this folder. The lock ends with its process. */
async function lock(
  cache: string,
  onProgress: (progress: InstallProgress) => void,
  signal: AbortSignal | undefined,
): Promise<Disposable> {
  await Deno.mkdir(cache, { recursive: true });
  const file = await Deno.open(join(cache, "install.lock"), {
    create: true,
    write: true,
  });
  try {
    while (!await file.tryLock(true)) {
      signal?.throwIfAborted();
      onProgress({
        stage: "waiting",
        item: cache,
        bytes: 0,
        totalBytes: undefined,
      });
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  } catch (error) {
    file.close();
    throw error;
  }
  return { [Symbol.dispose]: () => file.close() };
}

/** Removes what killed installations left. Whoever holds the lock is the only one alive. */
async function sweep(cache: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(cache))).map(({ name }) =>
    name
  );
  for (const name of names) {
    const owner = new RegExp(`^\\${STAGING}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) {
      await remove(join(cache, name));
    }
  }
}

/** Whether a process of this number runs; our own number is that of a former process. */
function isAlive(pid: number): boolean {
  if (pid === Deno.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Removes a folder, also while a program that has lost its parent still writes into it. */
async function remove(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
    }
  }
}

/** Makes the installation in `staging/done` and returns the name it is to have. */
async function build(
  staging: string,
  gpu: boolean,
  options: InstallOptions,
  verify: Verify,
): Promise<string> {
  const { signal, onProgress = () => {} } = options;
  const { python, facts } = await choosePython(options.python, signal);
  platformTags(facts.glibc); // throws here rather than after folders are made
  const [done, temporary] = [join(staging, "done"), join(staging, "tmp")];
  for (const folder of [done, temporary]) {
    await Deno.mkdir(folder, { recursive: true });
  }

  const fetch = async (
    requirements: string[],
    keep: RegExp,
    dependencies: boolean,
  ) => {
    const folder = await Deno.makeTempDir({ dir: staging });
    const wheels = await downloadWheels(python, facts, {
      ...{ requirements, dependencies, folder, temporary, signal },
      pythonVersion: wheelPython(facts),
      onProgress: (item, bytes, totalBytes) =>
        onProgress({ stage: "downloading", item, bytes, totalBytes }),
    });
    const all = [];
    for (const wheel of wheels) {
      const item = basename(wheel).split("-").slice(0, 2).join(" ");
      all.push(
        await unpackWheel(python, wheel, {
          ...{ target: done, keep, signal },
          onProgress: (bytes, totalBytes) =>
            onProgress({ stage: "unpacking", item, bytes, totalBytes }),
        }),
      );
      await Deno.remove(wheel);
    }
    return all;
  };

  const [wheel] = await fetch(
    [`${packageName(gpu)}==${LINE}.*`],
    TENSORFLOW_FILES,
    false,
  );
  if (wheel === undefined) {
    throw new InstallError("pip", "pip left no wheel behind");
  }
  // The wheel's own extra `and-cuda` names the CUDA libraries; they are found by the library's
  // RUNPATH, $ORIGIN/../nvidia/*/lib. NumPy and the others of Python's side are not needed.
  if (gpu) await fetch(wheel.cuda, CUDA_FILES, true);
  const found = lookAt(done);
  if (!("path" in found)) {
    throw new InstallError("corrupt", `the wheel holds no ${LIBRARY_NAMES[0]}`);
  }
  if (Deno.build.os === "windows") await addPython(facts, dirname(found.path));

  onProgress({
    ...{ stage: "verifying", item: `TensorFlow ${wheel.version}` },
    ...{ bytes: 0, totalBytes: undefined },
  });
  const { version, devices } = await verify(found.path, signal);
  const record: Installation = {
    ...{ version, gpu, devices },
    library: found.path.slice(done.length + 1).replaceAll("\\", "/"),
    files: await listFiles(done),
  };
  await Deno.writeTextFile(
    join(done, MARKER),
    JSON.stringify(record, null, 2) + "\n",
  );
  return installationName(version, gpu);
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

/** The first interpreter that has pip. */
async function choosePython(
  given: string | undefined,
  signal: AbortSignal | undefined,
): Promise<{ python: Interpreter; facts: PythonFacts }> {
  const without: string[] = [];
  const broken: string[] = [];
  for (const python of listInterpreters(given)) {
    try {
      const facts = await askPython(python, signal);
      if (facts.pip !== null) return { python, facts };
      without.push(nameOf(python));
    } catch (error) {
      signal?.throwIfAborted();
      broken.push(
        `  ${nameOf(python)}: ${
          error instanceof Error ? error.message : error
        }`,
      );
    }
  }
  if (without.length > 0) {
    throw new InstallError(
      "no-pip",
      `Python has no pip: ${without.join(", ")}`,
      `Add it with \`${
        without[0]
      } -m ensurepip --user\` or by the system's package python3-pip`,
    );
  }
  throw new InstallError(
    "no-python",
    given === undefined
      ? "it comes by Python's pip and no Python 3 works here"
      : `it comes by Python's pip and this is no working Python 3: ${given}`,
    ...broken,
    "Install Python 3 with pip and try again; TEXTLOOM_TENSORFLOW may name a library that is there",
  );
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

/** Moves a complete installation to its place; a damaged one that lies there is moved out first. */
async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(to, join(dirname(from), "old"));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.rename(from, to);
}

/** Turns an error of the file system into one of ours. */
function explain(error: unknown, cache: string): unknown {
  if (!(error instanceof Error) || error instanceof InstallError) return error;
  if (saysDiskFull(error.message)) return diskFull(cache);
  const denied = error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotADirectory ||
    /Read-only|os error (17|20|30)/.test(error.message);
  if (!denied) return error;
  return new InstallError(
    "unwritable",
    `the cache folder cannot be written: ${cache}`,
    `  ${error.message}`,
    "Let TEXTLOOM_CACHE name another folder",
  );
}
