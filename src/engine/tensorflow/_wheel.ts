/**
 * Takes the few files that are needed out of a wheel with Python's own zip reader, which checks
 * every file's checksum.
 *
 * Source: PEP 427 (a wheel is a zip archive, its metadata lie in `*.dist-info/METADATA`).
 *
 * @module
 */
import {
  diskFull,
  InstallError,
  lastLines,
  saysDiskFull,
} from "./_install_error.ts";
import { followProgram, sizeOf } from "./_program.ts";
import type { Interpreter } from "./_python.ts";

/** Files of a TensorFlow wheel that are kept: the library, what it links to, and the licences. */
export const TENSORFLOW_FILES =
  /^tensorflow\/(libtensorflow_(cc|framework)\.[^/]*|python\/_pywrap_tensorflow_common\.dll|THIRD_PARTY_NOTICES\.txt|include\/LICENSE)$/;

/** Files of a CUDA wheel that are kept: all but headers and static ones; `ptxas` and `libdevice` are among them. */
export const CUDA_FILES = /^nvidia\/(?!.*(\/include\/|\.a$))/;

/** Licences and metadata of any wheel. */
const LICENCES =
  /^[^/]+\.dist-info\/(METADATA|licenses?\/.*|(LICEN[CS]E|NOTICE|COPYING|License)[^/]*)$/;

/** How to unpack. */
export interface UnpackOptions {
  /** Folder that the files are put in, as the wheel names them. */
  target: string;
  /** Which files, besides the licences. */
  keep: RegExp;
  /** Called with the bytes in the target folder and those it will have. */
  onProgress: (bytes: number, total: number | undefined) => void;
  /** Ends it. */
  signal?: AbortSignal | undefined;
}

/** What an unpacked wheel says of itself. */
export interface WheelFacts {
  /** Version of the package. */
  version: string;
  /** The requirements of its extra `and-cuda`. */
  cuda: string[];
}

// Zip archives keep the Unix mode in the upper half of external_attr; extract() does not apply it.
const UNPACK = `
import os, re, sys, zipfile
wheel, target, keep, licences = sys.argv[1:5]
with zipfile.ZipFile(wheel) as archive:
    wanted = [e for e in archive.infolist() if not e.filename.endswith("/")
        and (re.search(keep, e.filename) or re.search(licences, e.filename))]
    print("total", sum(e.file_size for e in wanted), flush=True)
    for entry in wanted:
        path = archive.extract(entry, target)
        if (entry.external_attr >> 16) & 0o111:
            os.chmod(path, 0o755)
    for name in archive.namelist():
        if re.search("^[^/]+\\\\.dist-info/METADATA$", name):
            for line in archive.read(name).decode("utf-8").splitlines():
                if re.match("(Version|Requires-Dist): ", line):
                    print(line, flush=True)
`;

/**
 * Unpacks the needed files of a wheel.
 *
 * @throws {InstallError} If the wheel is damaged or the disk is full.
 */
export async function unpackWheel(
  python: Interpreter,
  wheel: string,
  options: UnpackOptions,
): Promise<WheelFacts> {
  const { target, keep, onProgress, signal } = options;
  const before = await sizeOf(target);
  let total: number | undefined;
  let version = "";
  const cuda: string[] = [];
  const { code, output } = await followProgram(python.file, {
    args: [
      ...python.args,
      "-c",
      UNPACK,
      wheel,
      target,
      keep.source,
      LICENCES.source,
    ],
    env: { PYTHONUTF8: "1", PYTHONIOENCODING: "utf-8" },
    signal,
    growing: {
      folder: target,
      onBytes: (bytes) => onProgress(bytes - before, total),
    },
    onLine(line) {
      const [, key, value] =
        /^(total |Version: |Requires-Dist: )(.*)$/.exec(line) ?? [];
      if (key === "total ") {
        total = Number(value);
        onProgress(0, total);
      } else if (key === "Version: ") version = value!;
      else if (key === "Requires-Dist: ") {
        const requirement = /^(.*?)\s*;\s*extra\s*==\s*["']and-cuda["']$/.exec(
          value!,
        )?.[1];
        if (requirement !== undefined) cuda.push(requirement);
      }
      return key === undefined;
    },
  });
  if (code === 0) return { version, cuda };
  const lines = `Python said:\n${lastLines(output, 2)}`;
  if (saysDiskFull(output)) throw diskFull(target, lines);
  throw new InstallError(
    "corrupt",
    `the downloaded wheel is damaged: ${wheel.replace(/^.*[/\\]/, "")}`,
    lines,
    "Try again; if it stays, empty pip's own cache with `python3 -m pip cache purge`",
  );
}
