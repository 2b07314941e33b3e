/**
 * The per-user cache folder and the TensorFlow installations in it.
 *
 * Folders by the rules of each system: XDG Base Directory Specification 0.8 on Linux, Apple's File
 * System Programming Guide on macOS, Known Folders on Windows.
 *
 * @module
 */
import { isAbsolute, join, resolve } from "@std/path";
import { readEnv, statOf } from "./_places.ts";

/** File in an installation's folder that says what is there; written last, so it means "complete". */
export const MARKER = "installed.json";

/** What the marker of an installation records. */
export interface Installation {
  /** TensorFlow's version, such as "2.21.0". */
  version: string;
  /** Whether it is the build for NVIDIA GPUs. */
  gpu: boolean;
  /** The library's file, relative to the folder, with forward slashes. */
  library: string;
  /** Size in bytes of every file, by its name relative to the folder. */
  files: Record<string, number>;
  /** Devices that TensorFlow listed when the installation was verified. */
  devices: string[];
}

/** An installation found in the cache. */
export interface CachedInstallation extends Installation {
  /** The library's file. */
  path: string;
}

/**
 * The folder that Textloom may fill with what can be fetched again.
 *
 * @param given Folder that overrides every rule.
 * @returns An absolute path, or `undefined` where no variable says where the user's home is.
 */
export function cacheFolder(given?: string): string | undefined {
  const chosen = given ?? readEnv("TEXTLOOM_CACHE");
  if (chosen !== undefined) return resolve(chosen);
  if (Deno.build.os === "windows") {
    const base = readEnv("LOCALAPPDATA");
    return base === undefined ? undefined : join(base, "textloom");
  }
  const home = readEnv("HOME");
  if (Deno.build.os === "darwin") {
    return home === undefined
      ? undefined
      : join(home, "Library/Caches/textloom");
  }
  const xdg = readEnv("XDG_CACHE_HOME"); // the specification has relative paths ignored
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "textloom");
  return home === undefined ? undefined : join(home, ".cache/textloom");
}

/** Name of an installation's folder; a home shared by different machines holds one for each kind. */
export function installationName(version: string, gpu: boolean): string {
  return `tensorflow-${version}-${
    gpu ? "gpu" : "cpu"
  }-${Deno.build.os}-${Deno.build.arch}`;
}

const NAME = /^tensorflow-(\d+)\.(\d+)\.(\d+)-(cpu|gpu)-(\w+)-(\w+)$/;

/**
 * The complete installations in a cache folder that fit this machine, the newest version first.
 *
 * @param folder The cache folder; it need not exist.
 */
export function listInstallations(folder: string): CachedInstallation[] {
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map((entry) => entry.name);
  } catch {
    return [];
  }
  return names
    .map((name) => ({ name, parts: NAME.exec(name) }))
    .filter(({ parts }) =>
      parts?.[5] === Deno.build.os && parts[6] === Deno.build.arch
    )
    .sort((a, b) => order(b.parts) - order(a.parts))
    .map(({ name }) => readInstallation(join(folder, name)))
    .filter((found) => found !== undefined);
}

function order(parts: RegExpExecArray | null): number {
  const [major = 0, minor = 0, patch = 0] = (parts ?? []).slice(1, 4).map(
    Number,
  );
  return (major * 1000 + minor) * 1000 + patch;
}

/** Reads an installation's marker and holds it against the files; `undefined` if they do not agree. */
function readInstallation(folder: string): CachedInstallation | undefined {
  try {
    const record: Installation = JSON.parse(
      Deno.readTextFileSync(join(folder, MARKER)),
    );
    const path = join(folder, record.library);
    const sizes = Object.entries(record.files);
    const whole = sizes.length > 0 && record.library in record.files &&
      sizes.every(([name, bytes]) =>
        statOf(join(folder, name))?.size === bytes
      );
    return whole ? { ...record, path } : undefined;
  } catch {
    return undefined; // no marker: not complete, or not ours
  }
}
