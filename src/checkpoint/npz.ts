/**
 * NumPy's .npz files: several arrays by name, in a ZIP archive of .npy files.
 *
 * Documentation of `numpy.savez` and `numpy.savez_compressed`; the archive itself is read and written by zip.js.
 *
 * @module
 */
import {
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
} from "@zip.js/zip.js";
import type { NdArray } from "../text/nd_array.ts";
import { checkOptionNames } from "../text/options.ts";
import { nameOf, readFile } from "../text/read_file.ts";
import { writeFileAtomic } from "./atomic_write.ts";
import { foreignFile } from "./_foreign_file.ts";
import { brief } from "./_header.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { checkEntry, SUFFIX, unpack } from "./_npz_members.ts";

/** Options of {@linkcode readNpz} and {@linkcode loadNpz}. */
export interface ReadNpzOptions {
  /**
   * Most bytes that all arrays together may take once unpacked.
   *
   * @default {4294967296} which is 4 GiB
   */
  maxBytes?: number;

  /**
   * What the bytes are called in errors, such as a file's path.
   *
   * @default {"archive"}
   */
  name?: string;
}

/** Options of {@linkcode writeNpz} and {@linkcode saveNpz}. */
export interface WriteNpzOptions {
  /**
   * Whether to deflate the arrays, as `numpy.savez_compressed` does.
   *
   * @default {false}
   */
  compress?: boolean;
}

const MAX_BYTES = 2 ** 32;

/** The oldest time that an archive can say, so that the same arrays give the same bytes. */
const TIME = new Date(1980, 0, 1);

/**
 * Reads the bytes of a .npz file.
 *
 * Stored and deflated archives are read, and every array as {@linkcode readNpy} does it. Sums of the archive are
 * checked, and no more is unpacked than an entry says and `maxBytes` allows.
 *
 * @example There and back
 * ```ts
 * import { readNpz, writeNpz } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = await writeNpz({ ids: { shape: [2], dtype: "int32", data: Int32Array.of(7, 8) } });
 * const { ids } = await readNpz(bytes);
 * assertEquals(ids?.data, Int32Array.of(7, 8));
 * ```
 *
 * @param bytes The whole file.
 * @param options Most bytes to unpack, and a name for errors.
 * @returns The arrays by name, in the order of the archive.
 * @throws {SyntaxError} If the bytes are no archive of arrays, or a damaged one; the message names the array.
 * @throws {RangeError} If the arrays take more than `maxBytes`.
 * @throws {TypeError} If `bytes` is not a Uint8Array.
 */
export async function readNpz(
  bytes: Uint8Array,
  options: ReadNpzOptions = {},
): Promise<Record<string, NdArray>> {
  const { maxBytes = MAX_BYTES, name } = options;
  const what = `Cannot read ${
    name === undefined ? "archive" : JSON.stringify(name)
  }`;
  checkOptionNames(what, options, ["maxBytes", "name"]);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`${what}: bytes must be a Uint8Array: ${typeof bytes}`);
  }
  if (!(maxBytes > 0)) {
    throw new RangeError(`${what}: maxBytes must be above 0: ${maxBytes}`);
  }
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4B) {
    const kind = foreignFile(bytes) ?? `it has ${bytes.length} bytes`;
    throw new SyntaxError(`${what}: this is no .npz file: ${kind}`);
  }
  const reader = new ZipReader(new Uint8ArrayReader(bytes), {
    checkSignature: true,
    checkOverlappingEntry: true,
    useWebWorkers: false,
  });
  const entries = await attempt(what, () => reader.getEntries());
  const total = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  if (!(total <= maxBytes)) {
    throw new RangeError(
      `${what}: arrays must take at most ${maxBytes} bytes unpacked: these take ${total}; raise maxBytes if you trust the file`,
    );
  }
  const arrays = new Map<string, NdArray>();
  for (const entry of entries) {
    const place = `${what}: member ${brief(entry.filename)}`;
    checkEntry(entry, place);
    const key = entry.filename.slice(0, -SUFFIX.length);
    if (arrays.has(key)) {
      throw new SyntaxError(`${place}: the archive has it twice`);
    }
    const content = await attempt(place, () => unpack(entry));
    const label = name === undefined
      ? entry.filename
      : `${name}: ${entry.filename}`;
    arrays.set(key, readNpy(content, { name: label }));
  }
  return Object.fromEntries(arrays);
}

/**
 * Writes arrays into the bytes of a .npz file. The same arrays give the same bytes.
 *
 * @example Write for numpy.load()
 * ```ts
 * import { writeNpz } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const zeros = { shape: [1000], dtype: "float32", data: new Float32Array(1000) } as const;
 * const bytes = await writeNpz({ zeros }, { compress: true });
 * assert(bytes.length < 1000);
 * ```
 *
 * @param arrays The arrays by name.
 * @param options Whether to deflate them.
 * @returns The bytes.
 * @throws {TypeError} If an array's type, shape and data do not fit together.
 * @throws {RangeError} If a name is empty, or not well-formed Unicode.
 */
export async function writeNpz(
  arrays: Readonly<Record<string, NdArray>>,
  options: WriteNpzOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkOptionNames("Cannot write archive", options, ["compress"]);
  const { compress = false } = options;
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    useWebWorkers: false,
    level: compress ? 6 : 0,
    lastModDate: TIME,
    extendedTimestamp: false,
    dataDescriptor: false,
  });
  for (const [name, array] of Object.entries(arrays)) {
    if (name === "" || !name.isWellFormed()) {
      throw new RangeError(
        `Cannot write archive: a name must be well-formed Unicode and not empty: ${
          brief(name)
        }`,
      );
    }
    await writer.add(name + SUFFIX, new Uint8ArrayReader(writeNpy(array)));
  }
  return (await writer.close()).slice();
}

/**
 * Reads a .npz file.
 *
 * @example There and back
 * ```ts
 * import { loadNpz, saveNpz } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npz" });
 * await saveNpz(path, { names: { shape: [2], dtype: "str", data: ["white", "whale"] } });
 * assertEquals((await loadNpz(path)).names?.data, ["white", "whale"]);
 * await Deno.remove(path);
 * ```
 *
 * @param path Path of the file, relative to the current folder, or a `file:` URL.
 * @param options Most bytes to unpack.
 * @returns The arrays by name.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} As {@linkcode readNpz} does.
 * @throws {RangeError} As {@linkcode readNpz} does.
 */
export async function loadNpz(
  path: string | URL,
  options: ReadNpzOptions = {},
): Promise<Record<string, NdArray>> {
  const bytes = await readFile(path, { action: "load arrays" });
  return await readNpz(bytes, { name: nameOf(path), ...options });
}

/**
 * Writes a .npz file; the path holds the old content or the new one, never a part of it.
 *
 * @example Save what numpy.load() reads
 * ```ts
 * import { saveNpz } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npz" });
 * const ids = { shape: [2], dtype: "int32", data: Int32Array.of(1, 2) } as const;
 * await saveNpz(path, { ids }, { compress: true });
 * assert((await Deno.stat(path)).size > 100);
 * await Deno.remove(path);
 * ```
 *
 * @param path Path of the file, relative to the current folder, or a `file:` URL.
 * @param arrays The arrays by name.
 * @param options Whether to deflate them.
 * @throws {TypeError} As {@linkcode writeNpz} does.
 * @throws {RangeError} As {@linkcode writeNpz} does.
 * @throws {Deno.errors.NotFound} If the folder does not exist.
 */
export async function saveNpz(
  path: string | URL,
  arrays: Readonly<Record<string, NdArray>>,
  options: WriteNpzOptions = {},
): Promise<void> {
  await writeFileAtomic(path, await writeNpz(arrays, options));
}

/** Runs a part of the reading; whatever the archive's library throws comes from damaged bytes. */
async function attempt<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SyntaxError(`${what}: the archive is damaged: ${why}`, { cause });
  }
}
