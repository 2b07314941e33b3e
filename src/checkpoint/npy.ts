/**
 * NumPy's .npy files: one array each, read strictly and written to the byte as NumPy writes them.
 *
 * NumPy Enhancement Proposal 1 and the documentation of `numpy.lib.format`; nothing is unpickled.
 *
 * @module
 */
import type { NdArray } from "../text/nd_array.ts";
import { checkOptionNames } from "../text/options.ts";
import { nameOf, readFile } from "../text/read_file.ts";
import { writeFileAtomic } from "./atomic_write.ts";
import { checkArray, sizeOf } from "./_check_array.ts";
import { foreignFile } from "./_foreign_file.ts";
import { brief } from "./_header.ts";
import {
  decodeElements,
  encodeStrings,
  NUMERIC,
  parseDescr,
} from "./_npy_dtypes.ts";
import { isNpy, readNpyHeader, writeNpyHeader } from "./_npy_header.ts";
import { toCOrder } from "./_reorder.ts";

/** Options of {@linkcode readNpy}. */
export interface ReadNpyOptions {
  /**
   * What the bytes are called in errors, such as a file's path.
   *
   * @default {"array"}
   */
  name?: string;
}

/**
 * Reads the bytes of a .npy file.
 *
 * Every type of numbers, truth values and strings is read, in either byte order and in C or Fortran order, from format
 * versions 1 to 3. The elements are copied, into C order. Nothing is allocated by what the file claims.
 *
 * @example Read what NumPy wrote
 * ```ts
 * import { readNpy, writeNpy } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = writeNpy({ shape: [2, 1], dtype: "float32", data: Float32Array.of(1, -1) });
 * const { shape, dtype, data } = readNpy(bytes);
 * assertEquals({ shape, dtype, data }, { shape: [2, 1], dtype: "float32", data: Float32Array.of(1, -1) });
 * ```
 *
 * @param bytes The whole file.
 * @param options Name for errors.
 * @returns The array. Strings lose the zeros at their end, as in NumPy.
 * @throws {SyntaxError} If the bytes break a rule of the format, or hold Python objects, records or dates.
 * @throws {TypeError} If `bytes` is not a Uint8Array, or if an option is unknown.
 */
export function readNpy(
  bytes: Uint8Array,
  options: ReadNpyOptions = {},
): NdArray {
  checkOptionNames("Cannot read array", options, ["name"]);
  const what = options.name === undefined
    ? "array"
    : JSON.stringify(options.name);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot read ${what}: bytes must be a Uint8Array: ${typeof bytes}`,
    );
  }
  try {
    return read(bytes);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SyntaxError(`Cannot read ${what}: ${cause.message}`);
  }
}

/**
 * Writes an array into the bytes of a .npy file.
 *
 * @example Write a matrix
 * ```ts
 * import { writeNpy } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = writeNpy({ shape: [2], dtype: "str", data: ["white", "whale"] });
 * assertEquals(bytes.length, 128 + 2 * 5 * 4); // numpy.load() makes it array(["white", "whale"], dtype="<U5")
 * ```
 *
 * @param array The array, its elements in C order.
 * @returns The bytes: format version 1.0, little-endian, C order.
 * @throws {TypeError} If type, shape and data do not fit together.
 * @throws {RangeError} If a string cannot be written, or a truth value is neither 0 nor 1.
 */
export function writeNpy(array: NdArray): Uint8Array<ArrayBuffer> {
  checkArray(array);
  const { dtype, shape, data } = array;
  let descr: string;
  let body: Uint8Array;
  if (dtype === "str" || dtype === "bytes") {
    const { bytes, characters } = encodeStrings(data, dtype);
    descr = `${dtype === "str" ? "<U" : "|S"}${characters}`;
    body = bytes;
  } else {
    const { array: { BYTES_PER_ELEMENT: size }, descr: code } = NUMERIC[dtype];
    descr = `${size === 1 ? "|" : "<"}${code}`;
    body = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  const header = writeNpyHeader(descr, shape);
  const bytes = new Uint8Array(header.length + body.length);
  bytes.set(header);
  bytes.set(body, header.length);
  return bytes;
}

/**
 * Reads a .npy file.
 *
 * @example There and back
 * ```ts
 * import { loadNpy, saveNpy } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * await saveNpy(path, { shape: [], dtype: "float64", data: Float64Array.of(3) });
 * assertEquals((await loadNpy(path)).data, Float64Array.of(3));
 * await Deno.remove(path);
 * ```
 *
 * @param path Path of the file, relative to the current folder, or a `file:` URL.
 * @returns The array.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} As {@linkcode readNpy} does.
 */
export async function loadNpy(path: string | URL): Promise<NdArray> {
  const bytes = await readFile(path, { action: "load array" });
  return readNpy(bytes, { name: nameOf(path) });
}

/**
 * Writes a .npy file; the path holds the old content or the new one, never a part of it.
 *
 * @example Save a vector
 * ```ts
 * import { saveNpy } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * await saveNpy(path, { shape: [2], dtype: "int32", data: Int32Array.of(1, 2) });
 * assertEquals((await Deno.stat(path)).size, 128 + 8);
 * await Deno.remove(path);
 * ```
 *
 * @param path Path of the file, relative to the current folder, or a `file:` URL.
 * @param array The array.
 * @throws {TypeError} As {@linkcode writeNpy} does.
 * @throws {RangeError} As {@linkcode writeNpy} does.
 * @throws {Deno.errors.NotFound} If the folder does not exist.
 */
export async function saveNpy(
  path: string | URL,
  array: NdArray,
): Promise<void> {
  await writeFileAtomic(path, writeNpy(array));
}

function read(bytes: Uint8Array): NdArray {
  if (!isNpy(bytes)) {
    const kind = foreignFile(bytes) ??
      `it starts with ${brief(String.fromCharCode(...bytes.subarray(0, 6)))}`;
    throw new SyntaxError(`this is no .npy file: ${kind}`);
  }
  const { header: { descr, fortranOrder, shape }, start } = readNpyHeader(
    bytes,
  );
  const type = parseDescr(descr);
  const count = sizeOf(shape);
  const size = count * type.itemSize;
  const body = bytes.subarray(start);
  if (!Number.isSafeInteger(size) || size > body.length) {
    throw new SyntaxError(
      `the file is cut off: shape (${shape}) of type ${descr} takes ${size} bytes: it has ${body.length} bytes of data`,
    );
  }
  if (size < body.length) {
    throw new SyntaxError(
      `the file has bytes that belong to no element: shape (${shape}) of type ${descr} takes ${size} bytes: it has ${body.length} bytes of data`,
    );
  }
  const elements = decodeElements(body, type);
  const parts = type.dtype === "complex64" || type.dtype === "complex128"
    ? 2
    : 1;
  const data = fortranOrder && shape.length > 1
    ? toCOrder(elements, shape, parts)
    : elements;
  return { shape, dtype: type.dtype, data } as NdArray;
}
