/**
 * Downloads wheels with Python's own pip, which knows the user's index, proxy and certificates.
 *
 * Source: pip's documentation of `pip download` and PEP 600 (manylinux tags); the output of pip
 * 20.0 to 26.3.
 *
 * @module
 */
import { join } from "@std/path";
import {
  diskFull,
  InstallError,
  lastLines,
  saysDiskFull,
} from "./_install_error.ts";
import { followProgram } from "./_program.ts";
import type { Interpreter, PythonFacts } from "./_python.ts";

/** What to download, and for whom. */
export interface Download {
  /** Requirements, such as "tensorflow-cpu==2.21.*". */
  requirements: string[];
  /** Whether their own requirements come too. */
  dependencies: boolean;
  /** Python version of the wheels; it need not be that of the interpreter. */
  pythonVersion: string;
  /** Folder that the wheels arrive in; exists. */
  folder: string;
  /** Folder for pip's temporary files; exists. */
  temporary: string;
  /** Called with the wheel in transfer and its bytes, the total where pip tells it. */
  onProgress: (wheel: string, bytes: number, total: number | undefined) => void;
  /** Ends pip. */
  signal?: AbortSignal | undefined;
}

/** The tag that TensorFlow's own Linux wheels carry. */
const TENSORFLOW_LINUX = "manylinux_2_27";

/**
 * Platform tags of wheels that run on this machine.
 *
 * @param glibc Version of the C library as Python tells it.
 * @throws {InstallError} If no wheel of TensorFlow can run here.
 */
export function platformTags(
  glibc: string | null,
  os: string = Deno.build.os,
  arch: string = Deno.build.arch,
): string[] {
  if (os === "darwin" && arch === "aarch64") return ["macosx_12_0_arm64"];
  if (os === "windows" && arch === "x86_64") return ["win_amd64"];
  if (os === "linux") {
    const minor = Number(/^2\.(\d+)/.exec(glibc ?? "")?.[1] ?? NaN);
    if (minor >= 27) {
      const tags = ["manylinux1", "manylinux2010", "manylinux2014"];
      for (let m = 5; m <= minor; m++) tags.push(`manylinux_2_${m}`);
      // A pip before 20.3 heeds the last tag only.
      return [
        ...tags.filter((tag) => tag !== TENSORFLOW_LINUX),
        TENSORFLOW_LINUX,
      ]
        .map((tag) => `${tag}_${arch}`);
    }
    throw new InstallError(
      "no-wheel",
      `TensorFlow's builds need the GNU C library 2.27 or newer: this machine has ${
        glibc ?? "another C library"
      }`,
      OWN_BUILD,
    );
  }
  throw new InstallError(
    "no-wheel",
    `TensorFlow has no build for ${os} on ${arch}`,
    OWN_BUILD,
  );
}

const OWN_BUILD =
  "A library that you built yourself is used if TEXTLOOM_TENSORFLOW names it";

/**
 * Downloads wheels.
 *
 * @returns The wheels' files.
 * @throws {InstallError} If pip fails.
 */
export async function downloadWheels(
  python: Interpreter,
  facts: PythonFacts,
  download: Download,
): Promise<string[]> {
  const { folder, temporary, onProgress, signal } = download;
  const raw = hasRawProgress(facts.pip);
  const args = [
    ...python.args,
    ...["-m", "pip", "download", "--only-binary=:all:", "--dest", folder],
    ...(download.dependencies ? [] : ["--no-deps"]),
    ...["--python-version", download.pythonVersion],
    ...platformTags(facts.glibc).flatMap((tag) => ["--platform", tag]),
    ...(raw ? ["--progress-bar", "raw"] : []),
    ...download.requirements,
  ];
  let wheel = download.requirements[0] ?? "";
  let total: number | undefined;
  // Without raw progress the folder's growth since the wheel began is what has arrived of it.
  let [before, now] = [0, 0];
  onProgress(wheel, 0, undefined);
  const { code, output } = await followProgram(python.file, {
    args,
    // pip's temporary files lie in the folder that is swept, and on the disk that has the room.
    env: {
      TMPDIR: temporary,
      TEMP: temporary,
      TMP: temporary,
      PYTHONUNBUFFERED: "1",
      PYTHONUTF8: "1",
      PYTHONIOENCODING: "utf-8",
      PIP_NO_INPUT: "1",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
    },
    signal,
    onLine(line) {
      const progress = PROGRESS.exec(line);
      const beginning = BEGINNING.exec(line);
      if (progress !== null) {
        onProgress(wheel, Number(progress[1]), Number(progress[2]) || total);
      } else if (beginning !== null) {
        const [, name, version, size, unit] = beginning;
        wheel = `${name} ${version}`;
        total = Number(size) * (UNITS[unit!] ?? NaN);
        before = now;
        onProgress(wheel, 0, total);
      }
      return progress === null; // progress is nothing to show in an error
    },
    growing: raw ? undefined : {
      folder: temporary,
      onBytes(bytes) {
        if (bytes <= now) return; // removed at the end
        now = bytes;
        onProgress(wheel, Math.min(now - before, total ?? Infinity), total);
      },
    },
  });
  if (code !== 0) throw explain(output, code, download, facts);
  return (await Array.fromAsync(Deno.readDir(folder)))
    .filter(({ name }) => name.endsWith(".whl"))
    .map(({ name }) => join(folder, name))
    .sort();
}

const PROGRESS = /^Progress (\d+) of (\d+)$/;
const BEGINNING =
  /^\s*(?:Downloading|Using cached) (?:\S*\/)?([^-\s]+)-([^-\s]+)-\S+\.whl\S* \(([\d.]+) (\w+)\)/;
const UNITS: Record<string, number> = { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** `--progress-bar raw` came with pip 24.1. */
function hasRawProgress(pip: string | null): boolean {
  const [major = 0, minor = 0] = (pip ?? "").split(".").map(Number);
  return major > 24 || (major === 24 && minor >= 1);
}

const OFFLINE =
  /Failed to establish a new connection|NewConnectionError|NameResolutionError|Temporary failure in name resolution|getaddrinfo failed|ConnectTimeout|ReadTimeout|timed out|ProxyError|ConnectionResetError|Network is unreachable|Connection aborted|RemoteDisconnected|IncompleteRead|incomplete-download|Connection broken|SSLError|CERTIFICATE_VERIFY_FAILED/i;
const CORRUPT =
  /DO NOT MATCH THE HASHES|has an invalid wheel|BadZipFile|is not a zip file|is invalid\.$/im;

/** What pip's output means, and the way out. */
function explain(
  output: string,
  code: number,
  download: Download,
  facts: PythonFacts,
): InstallError {
  const what = download.requirements.join(" ");
  const lines = `pip said:\n${lastLines(output)}`;
  if (saysDiskFull(output)) return diskFull(download.folder, lines);
  if (CORRUPT.test(output)) {
    return new InstallError(
      "corrupt",
      `pip received a damaged file for ${what}`,
      lines,
      "Try again; if it stays, empty pip's own cache with `python3 -m pip cache purge`",
    );
  }
  if (OFFLINE.test(output)) {
    return new InstallError(
      "offline",
      "pip cannot reach its package index, or lost the connection",
      lines,
      "Check the network, and pip's index, proxy and certificates with `python3 -m pip config list`",
    );
  }
  if (/No matching distribution|Could not find a version/i.test(output)) {
    return new InstallError(
      "no-wheel",
      `pip's index has no ${what} for this machine`,
      lines,
      Number(facts.pip?.split(".")[0]) < 20
        ? `pip ${facts.pip} is too old to know these packages: \`python3 -m pip install --upgrade pip\``
        : "Ask for another index with pip's variable PIP_INDEX_URL. " +
          OWN_BUILD,
    );
  }
  return new InstallError("pip", `pip failed with exit code ${code}`, lines);
}
