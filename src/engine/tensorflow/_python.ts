/**
 * The machine's Python: which interpreters there are, and what one says about itself.
 *
 * @module
 */
import { basename, isAbsolute, join, resolve } from "@std/path";
import { isGranted, readEnv, statOf } from "./_places.ts";

/** A way to start Python. */
export interface Interpreter {
  /** The program's file. */
  file: string;
  /** Arguments before all others: `-3` of the Windows launcher. */
  args: readonly string[];
}

/** What an interpreter says about itself. */
export interface PythonFacts {
  /** The program that runs in the end, where the one on PATH is a launcher; "" if not known. */
  executable: string;
  /** Major and minor version, such as [3, 12]. */
  version: [number, number];
  /** Version of its pip, `null` where it has none. */
  pip: string | null;
  /** Version of the GNU C library, `null` on other systems and with another C library. */
  glibc: string | null;
  /** Folder of the Python that a virtual environment was made from. */
  base: string;
  /** Folders where its packages lie, that of a `tensorflow` first. */
  packages: string[];
}

// Finds `tensorflow` without importing it, and not in the current folder, which `-c` puts first.
const QUESTION = `
import json, os, sys
from importlib import util
sys.path[:] = [p for p in sys.path if p]
spec = util.find_spec("tensorflow")
found = [os.path.dirname(p) for p in (spec.submodule_search_locations or [])] if spec else []
found += [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
pip = None
if util.find_spec("pip"):
    import pip
    pip = pip.__version__
try:
    glibc = os.confstr("CS_GNU_LIBC_VERSION").split()[1]
except Exception:
    glibc = None
print(json.dumps({"executable": sys.executable, "version": sys.version_info[:2], "pip": pip, "glibc": glibc,
    "base": sys.base_prefix, "packages": found}))
`;

const CANDIDATES: readonly (readonly [string, ...string[]])[] =
  Deno.build.os === "windows"
    ? [["py", "-3"], ["python3"], ["python"]]
    : [["python3"], ["python"]];

/**
 * The interpreters on this machine, the active one first.
 *
 * @param given Name or path of the only one to take.
 */
export function listInterpreters(given?: string): Interpreter[] {
  if (given !== undefined && /[/\\]/.test(given)) {
    const file = resolve(given);
    return statOf(file)?.isFile ? [{ file, args: [] }] : [];
  }
  const candidates = given === undefined ? CANDIDATES : [[given] as const];
  return candidates.flatMap(([name, ...args]) => {
    const file = onPath(name);
    return file === undefined ? [] : [{ file, args }];
  });
}

/** The program of this name that a shell would start. */
function onPath(name: string): string | undefined {
  const windows = Deno.build.os === "windows";
  const program = windows && !name.endsWith(".exe") ? `${name}.exe` : name;
  for (const folder of (readEnv("PATH") ?? "").split(windows ? ";" : ":")) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, program);
    const info = statOf(file);
    const runs = windows || ((info?.mode ?? 0) & 0o111) !== 0;
    if (info?.isFile && runs && !isPlaceholder(file)) return file;
  }
  return undefined;
}

/** A Mac without developer tools has a `python3` that does nothing but offer to install them. */
function isPlaceholder(file: string): boolean {
  return Deno.build.os === "darwin" && file === "/usr/bin/python3" &&
    statOf("/Library/Developer/CommandLineTools/usr/bin/python3") ===
      undefined &&
    statOf("/Applications/Xcode.app") === undefined;
}

/**
 * Asks an interpreter about itself.
 *
 * @throws {Error} If it cannot be started or is no Python 3.
 */
export async function askPython(
  interpreter: Interpreter,
  signal?: AbortSignal,
): Promise<PythonFacts> {
  const command = new Deno.Command(interpreter.file, {
    ...question(interpreter),
    ...(signal === undefined ? {} : { signal }),
  });
  return answer(await command.output());
}

/** The same, without giving the event loop a turn. */
export function askPythonSync(interpreter: Interpreter): PythonFacts {
  return answer(
    new Deno.Command(interpreter.file, question(interpreter)).outputSync(),
  );
}

function question({ args }: Interpreter): Deno.CommandOptions {
  return {
    args: [...args, "-c", QUESTION],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { PYTHONUTF8: "1", PYTHONIOENCODING: "utf-8" },
  };
}

function answer({ code, stdout, stderr }: Deno.CommandOutput): PythonFacts {
  const decoder = new TextDecoder();
  if (code !== 0) {
    const reason = decoder.decode(stderr).trim().split("\n").at(-1) ||
      `exit code ${code}`;
    throw new Error(reason);
  }
  // A site hook may print before us.
  return JSON.parse(decoder.decode(stdout).trim().split("\n").at(-1) ?? "");
}

/** How many interpreters' answers are kept. */
const KEPT = 8;

/**
 * Folders where the packages of an interpreter lie. The answer is kept in the cache folder until
 * the interpreter changes, so that the next start runs no Python.
 *
 * @param interpreter Which Python.
 * @param cache The cache folder, if there is one.
 * @throws {Error} If it cannot be started or is no Python 3.
 */
export function packageFolders(
  interpreter: Interpreter,
  cache: string | undefined,
): string[] {
  const { file, args } = interpreter;
  // pyenv's shim is one file for all its Pythons.
  const which = [readEnv("PYENV_VERSION"), readEnv("PYTHONPATH")].join("|");
  const key = [file, ...args, statOf(file)?.mtime?.getTime(), which].join("|");
  const kept = cache === undefined ? undefined : join(cache, "python.json");
  const answers = kept === undefined ? {} : readAnswers(kept);
  const known = answers[key];
  if (known !== undefined) return known;
  const { packages } = askPythonSync(interpreter);
  if (kept !== undefined) {
    const entries = [...Object.entries(answers), [key, packages]].slice(-KEPT);
    writeAnswers(kept, Object.fromEntries(entries));
  }
  return packages;
}

function readAnswers(file: string): Record<string, string[]> {
  try {
    return JSON.parse(Deno.readTextFileSync(file));
  } catch {
    return {}; // not there yet, or damaged: asked again
  }
}

function writeAnswers(file: string, answers: Record<string, string[]>): void {
  if (!isGranted({ name: "write", path: file })) return;
  const half = `${file}.${Deno.pid}.tmp`;
  try {
    Deno.mkdirSync(resolve(file, ".."), { recursive: true });
    Deno.writeTextFileSync(half, JSON.stringify(answers));
    Deno.renameSync(half, file);
  } catch {
    // A cache that cannot be written costs time only.
  }
}

/** How an interpreter is shown to a person. */
export function nameOf({ file, args }: Interpreter): string {
  return [args.length > 0 ? basename(file, ".exe") : file, ...args].join(" ");
}
