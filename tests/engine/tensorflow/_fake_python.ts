/** Makes a folder with a `python3` whose pip is a fake (`fake_python.py`), for tests of the installation. */
import { fromFileUrl, join } from "@std/path";
import { LIBRARY_NAMES } from "../../../src/engine/tensorflow/_places.ts";
import {
  askPythonSync,
  listInterpreters,
} from "../../../src/engine/tensorflow/_python.ts";
import type { Verify } from "../../../src/engine/tensorflow/_verify.ts";

/** A real interpreter, no launcher. */
const REAL = findPython();

function findPython(): string | undefined {
  for (const interpreter of listInterpreters()) {
    try {
      return askPythonSync(interpreter).executable;
    } catch {
      // Python 2, or broken
    }
  }
  return undefined;
}

/** Whether the tests can run: the wrapper is a shell script, and the fake is a Python program. */
export const CANNOT_FAKE = REAL === undefined || Deno.build.os === "windows";

/** What the fake pip does; the failures are named after what they are. */
export type FakePip =
  | "ok"
  | "slow"
  | "endless"
  | "no-pip"
  | "offline"
  | "certificate"
  | "no-wheel"
  | "disk-full"
  | "hashes"
  | "broken"
  | "no-library"
  | "truncated"
  | "damaged";

/** A fake Python in a folder of its own. */
export interface FakePython {
  /** The folder: fit for PATH. */
  folder: string;
  /** The interpreter in it. */
  python: string;
  /** An empty cache folder. */
  cache: string;
  /** The calls so far, without the process number; a long program is cut after its first line. */
  calls(): string[];
  /** Number of the process of the last call. */
  lastProcess(): number;
}

/** Runs a test with a fake Python and removes it afterwards. */
export async function withFakePython(
  pip: FakePip,
  test: (fake: FakePython) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "textloom-" });
  try {
    const folder = join(root, "bin");
    const python = join(folder, "python3");
    const log = join(root, "calls.txt");
    await Deno.mkdir(folder);
    await Deno.writeTextFile(log, "");
    const program = fromFileUrl(import.meta.resolve("./fake_python.py"));
    const script = `#!/bin/sh
export FAKE_PYTHON="$0" FAKE_PIP="${pip}" FAKE_LOG="${log}"
export FAKE_LIBRARY="tensorflow/${LIBRARY_NAMES[0]}"
exec "${REAL}" "${program}" "$@"
`;
    await Deno.writeTextFile(python, script, { mode: 0o755 });
    const lines = (): string[] =>
      Deno.readTextFileSync(log).split("\n").filter(Boolean);
    await test({
      folder,
      python,
      cache: join(root, "cache"),
      calls: () => lines().map((line) => line.replace(/^\d+ /, "").trimEnd()),
      lastProcess: () => Number(lines().at(-1)?.split(" ")[0]),
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Stands in for the verification of a library that only looks like one. */
export const acceptLibrary: Verify = async (library) => {
  await Deno.stat(library);
  return { version: "2.21.0", devices: ["CPU"] };
};

/** Names of what lies in a folder, sorted. */
export function listNames(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}
