/**
 * The exports of `@std/path` that this project uses, over `node:path`, for machines that cannot reach the registry.
 *
 * @example Build and take apart a path
 * ```ts
 * import { basename, join } from "@std/path";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(basename(join("models", "whale.safetensors"), ".safetensors"), "whale");
 * ```
 *
 * @module
 */
import nodePath from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const IS_WINDOWS = nodePath.sep === "\\";

/** The parts of a path. */
export interface ParsedPath {
  /** The root, such as `/` or `C:\`. */
  root: string;
  /** The folder, such as `/home/ahab`. */
  dir: string;
  /** The last part with its extension, such as `whale.txt`. */
  base: string;
  /** The extension with its dot, such as `.txt`. */
  ext: string;
  /** The last part without its extension, such as `whale`. */
  name: string;
}

/**
 * Joins the parts with the separator of the system and normalises the result.
 *
 * @param path The first part; a URL must be a `file:` one.
 * @param paths The other parts.
 * @returns The path.
 */
export function join(path: string | URL, ...paths: string[]): string {
  return nodePath.join(toPath(path), ...paths);
}

/**
 * The folder of a path.
 *
 * @param path A path, or a `file:` URL.
 * @returns All but the last part.
 */
export function dirname(path: string | URL): string {
  return withoutTrailingSeparators(nodePath.dirname(toPath(path)));
}

/**
 * The last part of a path.
 *
 * @param path A path, or a `file:` URL.
 * @param suffix Taken off the end of a longer name.
 * @returns The name.
 */
export function basename(path: string | URL, suffix = ""): string {
  const text = toPath(path);
  const base = nodePath.basename(text) || rootName(text);
  return suffix !== "" && base.length > suffix.length && base.endsWith(suffix)
    ? base.slice(0, -suffix.length)
    : base;
}

/**
 * The extension of a path.
 *
 * @param path A path, or a `file:` URL.
 * @returns The extension with its dot, or the empty string.
 */
export function extname(path: string | URL): string {
  return nodePath.extname(toPath(path));
}

/**
 * Makes one absolute path of the parts, from the right, relative to the current folder.
 *
 * @param pathSegments The parts.
 * @returns The absolute path.
 */
export function resolve(...pathSegments: string[]): string {
  return nodePath.resolve(...pathSegments);
}

/**
 * Whether a path is absolute.
 *
 * @param path A path.
 * @returns True if it starts at a root.
 */
export function isAbsolute(path: string): boolean {
  return nodePath.isAbsolute(path);
}

/**
 * The way from one path to another.
 *
 * @param from Where to start.
 * @param to Where to arrive.
 * @returns A relative path; empty when the two are the same.
 */
export function relative(from: string, to: string): string {
  return nodePath.relative(from, to);
}

/**
 * Takes `.`, `..` and doubled separators out of a path.
 *
 * @param path A path, or a `file:` URL.
 * @returns The path; `.` for an empty one.
 */
export function normalize(path: string | URL): string {
  return nodePath.normalize(toPath(path));
}

/**
 * Takes a path apart.
 *
 * @param path A path.
 * @returns Its parts.
 */
export function parse(path: string): ParsedPath {
  const parts = nodePath.parse(path);
  return {
    ...parts,
    dir: withoutTrailingSeparators(parts.dir),
    base: parts.base || rootName(path),
  };
}

/**
 * Turns a `file:` URL into a path.
 *
 * @param url The URL.
 * @returns The path.
 * @throws {TypeError} If the URL is not a `file:` one.
 */
export function fromFileUrl(url: string | URL): string {
  const parsed = new URL(url);
  if (parsed.protocol !== "file:") {
    throw new TypeError(
      `URL must be a file URL: received "${parsed.protocol}"`,
    );
  }
  if (IS_WINDOWS) return fileURLToPath(parsed);
  return decodeURIComponent(
    parsed.pathname.replace(/%(?![0-9A-Fa-f]{2})/g, "%25"),
  );
}

/**
 * Turns an absolute path into a `file:` URL.
 *
 * @param path The path.
 * @returns The URL.
 * @throws {TypeError} If the path is relative.
 */
export function toFileUrl(path: string): URL {
  if (!isAbsolute(path)) {
    throw new TypeError(`Path must be absolute: received "${path}"`);
  }
  if (IS_WINDOWS) return pathToFileURL(path);
  const url = new URL("file:///");
  url.pathname = path.replace(/^\/+/, "/").replace(
    /[%\\\t\n\v\f\r ]/g,
    encodeURIComponent,
  );
  return url;
}

function toPath(path: string | URL): string {
  return path instanceof URL ? fromFileUrl(path) : path;
}

/** What a path of separators only is called: a separator. */
function rootName(path: string): string {
  return path.endsWith("/") || (IS_WINDOWS && path.endsWith("\\"))
    ? path.slice(-1)
    : "";
}

/** Node keeps the separators before the last part where they are doubled. */
function withoutTrailingSeparators(path: string): string {
  if (IS_WINDOWS) return path;
  return path.length > 1 ? path.replace(/\/+$/, "") || "/" : path;
}
