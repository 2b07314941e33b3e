/**
 * Whole files as bytes, with the system's errors in the words of this library.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

/** How {@linkcode readFile} reads, and what it says when it cannot. */
export interface ReadFileOptions {
  /** What cannot be done without the file, such as `"load text"`. */
  action: string;
  /** Gives the reading up. */
  signal?: AbortSignal | undefined;
}

/**
 * Reads a whole file.
 *
 * @param path Path of the file, relative to the current folder, or a `file:` URL.
 * @param options The action for errors, and a signal to give up.
 * @returns Its bytes.
 * @throws {Deno.errors.NotFound} If there is no such file; of the system's own class for any other cause.
 */
export async function readFile(
  path: string | URL,
  { action, signal }: ReadFileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path, signal ? { signal } : {});
  } catch (error) {
    throw signal?.aborted
      ? error
      : explainFileError(error, nameOf(path), action);
  }
}

/**
 * Names a file in the words of the caller.
 *
 * @param path A path or URL.
 * @returns The path.
 */
export function nameOf(path: string | URL): string {
  if (typeof path === "string") return path;
  return path.protocol === "file:" ? fromFileUrl(path) : path.href;
}

/**
 * Puts an error of the system into the words of this library.
 *
 * @param cause The error.
 * @param name The path.
 * @param action What cannot be done, such as `"load text"`.
 * @returns An error of the same class; the cause itself if there are no better words.
 */
export function explainFileError(
  cause: unknown,
  name: string,
  action: string,
): unknown {
  const quoted = JSON.stringify(name);
  if (cause instanceof Deno.errors.NotFound) {
    return new Deno.errors.NotFound(
      `Cannot ${action}: no such file: ${quoted}${currentFolder()}`,
      { cause },
    );
  }
  if (cause instanceof Deno.errors.NotADirectory) {
    return new Deno.errors.NotADirectory(
      `Cannot ${action}: a part of the path is a file, not a folder: ${quoted}`,
      { cause },
    );
  }
  if (cause instanceof Deno.errors.IsADirectory) {
    return new Deno.errors.IsADirectory(
      `Cannot ${action}: this is a folder: ${quoted}; name a file in it`,
      { cause },
    );
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return new Deno.errors.NotCapable(
      `Cannot ${action}: Deno may not read this file: ${quoted}; run with --allow-read`,
      { cause },
    );
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new Deno.errors.PermissionDenied(
      `Cannot ${action}: the system does not let this user read the file: ${quoted}`,
      { cause },
    );
  }
  return cause;
}

/** Where a relative path started, as far as this program may know. */
function currentFolder(): string {
  try {
    return `; the current folder is ${JSON.stringify(Deno.cwd())}`;
  } catch {
    return "";
  }
}
