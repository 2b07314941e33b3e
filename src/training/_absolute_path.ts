/**
 * Paths that stay what they are when the current folder becomes another, in a run or before it goes on.
 *
 * @module
 */
import { fromFileUrl, resolve } from "@std/path";

/**
 * @param path A path, relative to the current folder, or a `file:` URL.
 * @returns The absolute path; the path as it is, where the program may not know the current folder.
 */
export function absolutePath(path: string | URL): string {
  if (path instanceof URL) return fromFileUrl(path);
  try {
    return resolve(path);
  } catch {
    return path;
  }
}
