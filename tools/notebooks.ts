/**
 * Executes notebooks with the Deno kernel and fails when a cell does; with `--write` it stores the outputs.
 *
 *     deno run -A tools/notebooks.ts [--write] [--timeout SECONDS] [NOTEBOOK...]
 *
 * Without names it takes every notebook in `notebooks/`. It brings its own Python environment (`python.ts`) and its
 * own kernel description, and leaves the user's Jupyter alone. Ends with 0 when all is well, with 1 when a cell failed,
 * with 2 when a notebook could not be run at all.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { fromFileUrl, join, relative } from "@std/path";
import { cacheFolder } from "../src/engine/tensorflow/_cache.ts";
import { ensurePython, NOTEBOOKS } from "./python.ts";

const ROOT = fromFileUrl(import.meta.resolve("../"));
const RUNNER = fromFileUrl(import.meta.resolve("./run_notebook.py"));
const USAGE =
  "deno run -A tools/notebooks.ts [--write] [--timeout SECONDS] [NOTEBOOK...]";
/** Seconds that a cell may take. */
const DEFAULT_TIMEOUT = 300;
const encoder = new TextEncoder();

function say(line: string): void {
  Deno.stderr.writeSync(encoder.encode(`${line}\n`));
}

interface Request {
  notebooks: string[];
  write: boolean;
  timeout: number;
}

/** @throws {RangeError} If an option is unknown or its value makes no sense. */
function readArguments(args: string[]): Request {
  const unknown: string[] = [];
  const options = parseArgs(args, {
    boolean: ["write"],
    string: ["timeout", "_"],
    default: { timeout: String(DEFAULT_TIMEOUT) },
    unknown: (name, key) => {
      if (key !== undefined) unknown.push(name);
    },
  });
  if (unknown.length > 0) {
    throw new RangeError(
      `Cannot run notebooks: there is no such option: ${
        unknown.join(", ")
      }; usage: ${USAGE}`,
    );
  }
  const timeout = Number(options.timeout);
  if (!(timeout > 0)) {
    throw new RangeError(
      `Cannot run notebooks: --timeout must be a positive number of seconds: ${options.timeout}`,
    );
  }
  return { notebooks: options._.map(String), write: options.write, timeout };
}

/** Every notebook of the project, in the order of their names. */
async function listNotebooks(): Promise<string[]> {
  const folder = join(ROOT, "notebooks");
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ipynb")) {
      names.push(join(folder, entry.name));
    }
  }
  return names.sort();
}

/** Describes this very Deno as the kernel "deno", in a folder that Jupyter searches first. */
async function describeKernel(folder: string): Promise<void> {
  const kernel = join(folder, "kernels", "deno");
  await Deno.mkdir(kernel, { recursive: true });
  const description = {
    argv: [
      Deno.execPath(),
      "jupyter",
      "--kernel",
      "--conn",
      "{connection_file}",
    ],
    display_name: "Deno",
    language: "typescript",
  };
  await Deno.writeTextFile(
    join(kernel, "kernel.json"),
    JSON.stringify(description),
  );
}

/**
 * Formats a notebook, or tells whether it is formatted. `deno fmt --check` cannot tell: with an empty cache, Deno 2.9.6
 * calls every TypeScript notebook unformatted.
 */
async function isFormatted(notebook: string, write: boolean): Promise<boolean> {
  const text = await Deno.readTextFile(notebook);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "ipynb", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(encoder.encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  const formatted = new TextDecoder().decode(stdout);
  if (success && formatted === text) return true;
  if (success && write) await Deno.writeTextFile(notebook, formatted);
  return success && write;
}

/** Runs the notebooks one after the other; the worst exit code counts. */
async function runNotebooks(request: Request): Promise<number> {
  const cache = cacheFolder();
  if (cache === undefined) {
    throw new Error(
      "Cannot run notebooks: no variable says where the cache is: set TEXTLOOM_CACHE to a folder",
    );
  }
  const python = await ensurePython(NOTEBOOKS, cache, say);
  const jupyter = await Deno.makeTempDir({ prefix: "textloom-jupyter-" });
  let worst = 0;
  try {
    await describeKernel(jupyter);
    for (const notebook of request.notebooks) {
      const child = new Deno.Command(python, {
        args: [
          RUNNER,
          ...request.write ? ["--write"] : [],
          "--timeout",
          String(request.timeout),
          notebook,
        ],
        env: {
          JUPYTER_PATH: jupyter,
          JUPYTER_CONFIG_DIR: join(jupyter, "config"),
          JUPYTER_DATA_DIR: join(jupyter, "data"),
          JUPYTER_RUNTIME_DIR: join(jupyter, "runtime"),
          NO_COLOR: "1", // colours would be stored in the notebook
        },
        stdin: "null",
      });
      const { code } = await child.spawn().status;
      worst = Math.max(worst, code);
      if (code === 0 && !await isFormatted(notebook, request.write)) {
        say(`${notebook}: not formatted: --write formats it`);
        worst = Math.max(worst, 1);
      }
    }
  } finally {
    await Deno.remove(jupyter, { recursive: true });
  }
  return worst;
}

async function main(): Promise<number> {
  const request = readArguments(Deno.args);
  if (request.notebooks.length === 0) {
    request.notebooks = (await listNotebooks()).map((path) =>
      relative(Deno.cwd(), path)
    );
  }
  return await runNotebooks(request);
}

if (import.meta.main) {
  try {
    Deno.exit(await main());
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    Deno.exit(2);
  }
}
