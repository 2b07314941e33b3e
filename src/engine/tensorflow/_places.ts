/**
 * Where TensorFlow's shared library may lie inside a folder, and how it is called on each system.
 *
 * Source: the contents of the TensorFlow 2.21 wheels for Linux, macOS and Windows, and of the
 * libtensorflow archives that tfjs-node-gpu unpacks.
 *
 * @module
 */
import { isAbsolute, join, resolve } from "@std/path";

/**
 * Names of the library, the fullest first: a wheel's `libtensorflow_cc` has the C API and XLA, the
 * plain `libtensorflow` of the C archives has the C API alone.
 */
export const LIBRARY_NAMES: readonly string[] = namesOf(Deno.build.os);

/** Folders inside a given folder that may hold the library, as a package or an archive lays them out. */
const SUBFOLDERS = [".", "lib", "tensorflow", "tensorflow/python", "python"];

/** First bytes of a shared library: ELF, Mach-O (64 bits, universal) and PE. */
const MAGIC = [
  [0x7f, 0x45, 0x4c, 0x46],
  [0xcf, 0xfa, 0xed, 0xfe],
  [0xca, 0xfe, 0xba, 0xbe],
  [0x4d, 0x5a],
];

function namesOf(os: typeof Deno.build.os): string[] {
  switch (os) {
    case "windows":
      return ["_pywrap_tensorflow_common.dll", "tensorflow.dll"];
    case "darwin":
      return [
        "libtensorflow_cc.2.dylib",
        "libtensorflow.2.dylib",
        "libtensorflow_cc.dylib",
        "libtensorflow.dylib",
      ];
    default:
      return [
        "libtensorflow_cc.so.2",
        "libtensorflow.so.2",
        "libtensorflow_cc.so",
        "libtensorflow.so",
      ];
  }
}

/** Whether a permission is there already; never asks for it. */
export function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

/** An environment variable, or `undefined` where it is unset, empty or may not be read. */
export function readEnv(variable: string): string | undefined {
  if (!isGranted({ name: "env", variable })) return undefined;
  return Deno.env.get(variable) || undefined;
}

/** What lies at a path, or `undefined` where nothing does or it may not be looked at. */
export function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/** What a look at one place brought: the library's file, or in a few words why there is none. */
export type Look = { path: string } | { result: string };

/**
 * Looks for the library at a path, which names the file itself, the folder it lies in, or a folder
 * one level above (an archive with `lib/`, a site-packages folder with `tensorflow/`).
 */
export function lookAt(place: string): Look {
  const path = isAbsolute(place) ? place : resolve(place);
  if (!isGranted({ name: "read", path })) {
    return { result: `not searched: needs --allow-read=${path}` };
  }
  const info = statOf(path);
  if (info === undefined) return { result: "no such file or folder" };
  if (info.isFile) {
    return isSharedLibrary(path)
      ? { path }
      : { result: "is no shared library" };
  }
  for (const folder of SUBFOLDERS) {
    for (const name of LIBRARY_NAMES) {
      const file = join(path, folder, name);
      if (statOf(file)?.isFile) return { path: file };
    }
  }
  return { result: `has no ${LIBRARY_NAMES.slice(0, 2).join(" or ")}` };
}

function isSharedLibrary(path: string): boolean {
  const head = new Uint8Array(4);
  try {
    using file = Deno.openSync(path);
    file.readSync(head);
  } catch {
    return false;
  }
  return MAGIC.some((magic) => magic.every((byte, i) => head[i] === byte));
}
