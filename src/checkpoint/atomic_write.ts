/**
 * Whole files or none: bytes go to a neighbour first, which then takes the file's place.
 *
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";

/**
 * Writes a file so that its path holds the old content or the new one, never a part of it.
 *
 * The bytes go to a temporary file in the same folder and are flushed to the disk before it is renamed. When anything
 * fails, the temporary file is removed and the old file is as it was. A link is followed, and the permissions of a
 * file that is replaced are kept.
 *
 * @example Replace a file
 * ```ts
 * import { writeFileAtomic } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
 * assertEquals(await Deno.readFile(path), Uint8Array.of(1, 2, 3));
 * await Deno.remove(path);
 * ```
 *
 * @param path Path of the file, relative to the current folder, or a `file:` URL.
 * @param bytes The new content.
 * @throws {Deno.errors.NotFound} If the folder does not exist.
 * @throws {Deno.errors.IsADirectory} If the path is a folder.
 * @throws {RangeError} If the path is empty.
 * @throws {TypeError} If the path is neither a string nor a `file:` URL, or the bytes are none.
 * @throws {Deno.errors.PermissionDenied} If the system does not allow it; of the system's own class for any other cause.
 */
export async function writeFileAtomic(
  path: string | URL,
  bytes: Uint8Array,
): Promise<void> {
  if (typeof path !== "string" && !(path instanceof URL)) {
    throw new TypeError(
      `Cannot write file: the path must be a string or a file: URL: ${
        path === null ? "null" : typeof path
      }`,
    );
  }
  const name = path instanceof URL ? fromFileUrl(path) : path;
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot write file ${
        JSON.stringify(name)
      }: bytes must be a Uint8Array: ${typeof bytes}`,
    );
  }
  if (name === "") {
    throw new RangeError(
      "Cannot write file: the path must name a file: it is empty",
    );
  }
  try {
    const old = await find(name);
    const temporary = join(
      dirname(old.path),
      `.textloom-${crypto.randomUUID()}.tmp`,
    );
    try {
      await writeNew(temporary, bytes, old.mode);
      await Deno.rename(temporary, old.path);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {}); // it may not have come into being
      throw error;
    }
    await flushFolder(dirname(old.path));
  } catch (cause) {
    throw explain(cause, name);
  }
}

/** The file behind the path, links followed, with its permissions if it is there already. */
async function find(
  name: string,
): Promise<{ path: string; mode: number | null }> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { path: name, mode: null };
    }
    throw error;
  }
  if (info.isDirectory) throw new Deno.errors.IsADirectory();
  if (!info.isFile) throw new TypeError("this is not a regular file"); // renaming would replace a device
  return { path: await Deno.realPath(name), mode: info.mode };
}

/** Writes a file that does not exist yet, to the disk itself. */
async function writeNew(
  path: string,
  bytes: Uint8Array,
  mode: number | null,
): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
  if (mode !== null && Deno.build.os !== "windows") {
    await Deno.chmod(path, mode & 0o7777);
  }
  await file.sync();
}

/** Makes a rename outlive a power cut, where the system allows a folder to be flushed. */
async function flushFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path);
    await folder.sync();
  } catch {
    // Windows cannot; the content is whole either way.
  }
}

/** An error of the cause's class that names the file and the way out. */
function explain(cause: unknown, name: string): unknown {
  if (!(cause instanceof Error)) return cause;
  const why = reason(cause, name);
  const message = `Cannot write file ${JSON.stringify(name)}: ${why}`;
  for (const Class of Object.values(Deno.errors)) {
    if (cause.constructor === Class) return new Class(message, { cause });
  }
  return cause instanceof TypeError
    ? new TypeError(message, { cause })
    : new Error(message, { cause });
}

function reason(cause: Error, name: string): string {
  const folder = JSON.stringify(dirname(name));
  if (cause instanceof Deno.errors.NotFound) {
    return `the folder does not exist: ${folder}; create it first`;
  }
  if (cause instanceof Deno.errors.NotADirectory) {
    return `a part of the path is a file, not a folder: ${folder}`;
  }
  if (cause instanceof Deno.errors.IsADirectory) {
    return "this is a folder; name a file in it";
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return "Deno may not use its folder; run with --allow-read --allow-write";
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return `the system does not let this user write in ${folder}`;
  }
  if ("code" in cause && cause.code === "ENOSPC") {
    return "the disk is full; nothing was changed";
  }
  return cause.message;
}
