/**
 * `deno task setup`: installs TensorFlow's shared library and shows how far it is.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import {
  InstallError,
  installTensorFlow,
} from "../engine/tensorflow/install.ts";
import {
  findTensorFlow,
  LibraryNotFoundError,
} from "../engine/tensorflow/library.ts";
import { formatDuration } from "../display/format.ts";
import { type LineTarget, ProgressLine } from "./_progress_line.ts";

const HELP =
  `Install TensorFlow's shared library into the per-user cache, with Python's pip.

Usage: deno task setup [options]

  --gpu        the build for NVIDIA GPUs with its CUDA libraries (Linux x86-64)
  --cpu        the build for the CPU, even where there is a GPU
  --if-needed  nothing if a library is found; no failure if it cannot be installed
  --help       this text

Without --gpu and --cpu, a machine with an NVIDIA driver gets the build for GPUs.

  TEXTLOOM_CACHE       the folder to install into
  TEXTLOOM_TENSORFLOW  a library, or a folder with one, that is used instead
`;

const INTERRUPTED = 130;

/**
 * Runs the command.
 *
 * @param args Its arguments.
 * @returns The exit code: 0 done, 1 failed, 2 wrong arguments, 130 interrupted.
 */
export async function setup(args: string[]): Promise<number> {
  const unknown: string[] = [];
  const options = parseArgs(args, {
    boolean: ["gpu", "cpu", "if-needed", "help"],
    unknown(argument) {
      unknown.push(argument);
      return false;
    },
  });
  if (unknown.length > 0) {
    return misuse(
      `there is no ${unknown.map((each) => `"${each}"`).join(", ")}`,
    );
  }
  if (options.gpu && options.cpu) {
    return misuse("--gpu and --cpu exclude each other");
  }
  if (options.help) {
    Deno.stdout.writeSync(new TextEncoder().encode(HELP));
    return 0;
  }
  const ifNeeded = options["if-needed"];
  if (ifNeeded) {
    const code = lookFirst();
    if (code !== undefined) return code;
  }
  const gpu = options.gpu ? true : options.cpu ? false : "auto";
  return await installAndShow(gpu, ifNeeded);
}

function misuse(rule: string): number {
  say(`Cannot set up: ${rule}\nSee deno task setup --help`);
  return 2;
}

/** Exit code if there is nothing to install, `undefined` if there is. */
function lookFirst(): number | undefined {
  try {
    findTensorFlow();
    return 0;
  } catch (error) {
    if (!(error instanceof LibraryNotFoundError)) throw error;
    if (!error.explicit) return undefined;
    say(error.message);
    return 1;
  }
}

async function installAndShow(
  gpu: boolean | "auto",
  ifNeeded: boolean,
): Promise<number> {
  const line = new ProgressLine(standardError);
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  const signals = STOP_SIGNALS;
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  try {
    const installed = await installTensorFlow({
      gpu,
      onProgress: (progress) => line.update(progress),
      signal: interrupt.signal,
    });
    line.end();
    const { version, path, seconds, devices } = installed;
    const build = installed.gpu ? "NVIDIA GPUs" : "the CPU";
    const when = installed.alreadyInstalled
      ? "is there already"
      : `is ready after ${formatDuration(seconds)}`;
    say(`TensorFlow ${version} for ${build} ${when}: ${path}`);
    if (installed.gpu && !devices.includes("GPU")) {
      say(
        "TensorFlow saw no GPU when it was verified: check the driver with nvidia-smi",
      );
    }
    sayWhatComesFirst(path);
    return 0;
  } catch (error) {
    line.end();
    if (interrupt.signal.aborted) {
      say("Interrupted: nothing was installed");
      return INTERRUPTED;
    }
    if (!(error instanceof InstallError)) throw error;
    say(error.message);
    if (!ifNeeded) return 1;
    say(
      "Going on without TensorFlow, on the best other engine: slower, with the same results",
    );
    return 0;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  }
}

const STOP_SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Another library may come before the one in the cache. */
function sayWhatComesFirst(installed: string): void {
  try {
    const { path, source } = findTensorFlow();
    if (path !== installed) {
      say(`The engine takes another one (${source}): ${path}`);
    }
  } catch (error) {
    if (!(error instanceof LibraryNotFoundError)) throw error;
    say(error.message);
  }
}

const standardError: LineTarget = {
  write(text) {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  },
  columns() {
    if (!Deno.stderr.isTerminal()) return undefined;
    try {
      return Deno.consoleSize().columns || 80; // some terminals say 0
    } catch {
      return 80;
    }
  },
  now: () => performance.now(),
};

function say(line: string): void {
  standardError.write(`${line}\n`);
}

if (import.meta.main) Deno.exit(await setup(Deno.args));
