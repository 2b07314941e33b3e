/**
 * Named tensors in one file: the safetensors format, read strictly and written like its reference implementation.
 *
 * Format section of the README of the Python and Rust package `safetensors`; the bytes written are those of its version 0.8.
 *
 * @module
 */
import { checkTensor, checkTexts } from "./_checks.ts";
import { DTYPES, type TensorData } from "./_dtypes.ts";
import { foreignFile } from "./_foreign_file.ts";
import { brief, readHeader, writeHeader } from "./_header.ts";

export type {
  TensorArrays,
  TensorData,
  TensorDtype,
  TensorOf,
} from "./_dtypes.ts";

/** The content of a safetensors file. */
export interface SafetensorsContent {
  /** The tensors by name, in the order of their data. */
  readonly tensors: Map<string, TensorData>;
  /** Free texts by name. */
  readonly metadata: Record<string, string>;
}

/** Options of {@linkcode decodeSafetensors}. */
export interface DecodeSafetensorsOptions {
  /**
   * What the bytes are called in errors, such as a file's path.
   *
   * @default {"safetensors"}
   */
  name?: string;
}

/**
 * Bytes are not a safetensors file, or a damaged one.
 *
 * @example Tell a damaged file
 * ```ts
 * import { decodeSafetensors, SafetensorsError } from "@textloom/textloom";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => decodeSafetensors(new Uint8Array(3)), SafetensorsError);
 * ```
 */
export class SafetensorsError extends SyntaxError {
  /**
   * Names the error.
   *
   * @param message What is wrong.
   * @param options The cause, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SafetensorsError";
  }
}

/** Most bytes of a header, as in the reference implementation. */
const MAX_HEADER = 100_000_000;

/** Bytes that hold the length of the header. */
const LENGTH_BYTES = 8;

/**
 * Writes tensors and texts into the bytes of a safetensors file.
 *
 * The same content gives the same bytes, whatever the order of its names; data starts at a multiple of 8, and every
 * tensor at a multiple of its element's size.
 *
 * @example There and back
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSafetensors(
 *   { weight: { dtype: "F32", shape: [2, 1], data: Float32Array.of(1, -1) } },
 *   { title: "Moby-Dick" },
 * );
 * const { tensors, metadata } = decodeSafetensors(bytes);
 * assertEquals(tensors.get("weight")?.data, Float32Array.of(1, -1));
 * assertEquals(metadata, { title: "Moby-Dick" });
 * ```
 *
 * @param tensors The tensors by name.
 * @param metadata Texts by name.
 * @returns The bytes of the file.
 * @throws {TypeError} If a tensor's type, shape or data do not fit together, or a text is not a string.
 * @throws {RangeError} If a name cannot be written, or the header is too long.
 */
export function encodeSafetensors(
  tensors:
    | Readonly<Record<string, TensorData>>
    | ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = tensors instanceof Map
    ? [...tensors]
    : Object.entries(tensors) as [string, TensorData][];
  for (const [name, tensor] of entries) checkTensor(name, tensor);
  checkTexts(metadata);
  const ranks = Object.keys(DTYPES);
  entries.sort(([a, { dtype: one }], [b, { dtype: other }]) =>
    ranks.indexOf(one) - ranks.indexOf(other) || compareCodePoints(a, b)
  );
  const texts = Object.entries(metadata).sort(([a], [b]) =>
    compareCodePoints(a, b)
  );
  const header = writeHeader(entries, texts, LENGTH_BYTES);
  if (header.length > MAX_HEADER) {
    throw new RangeError(
      `Cannot encode safetensors: the header must have at most ${MAX_HEADER} bytes: ${header.length}`,
    );
  }
  const start = LENGTH_BYTES + header.length;
  const size = entries.reduce(
    (sum, [, { data }]) => sum + data.byteLength,
    start,
  );
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  let at = start;
  for (const [, { data }] of entries) {
    bytes.set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      at,
    );
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file.
 *
 * Every rule of the format is checked, and nothing is allocated by what the file claims. The arrays of the result are
 * views of `bytes` where their place allows it, so `bytes` must not change while they are in use.
 *
 * @example Look into a file
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSafetensors({ bias: { dtype: "F32", shape: [], data: Float32Array.of(3) } });
 * const bias = decodeSafetensors(bytes).tensors.get("bias");
 * assertEquals(bias, { dtype: "F32", shape: [], data: Float32Array.of(3) });
 * ```
 *
 * @param bytes The whole file.
 * @param options Name for errors.
 * @returns The tensors and texts.
 * @throws {SafetensorsError} If the bytes break a rule of the format; the message names tensor and rule.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  options: DecodeSafetensorsOptions = {},
): SafetensorsContent {
  const what = options.name === undefined
    ? "safetensors"
    : JSON.stringify(options.name);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot decode ${what}: bytes must be a Uint8Array: ${typeof bytes}`,
    );
  }
  try {
    return read(bytes);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SafetensorsError(`Cannot decode ${what}: ${cause.message}`);
  }
}

function read(bytes: Uint8Array): SafetensorsContent {
  const foreign = foreignFile(bytes);
  if (foreign !== undefined) {
    throw new SyntaxError(`this is no safetensors file: ${foreign}`);
  }
  if (bytes.length < LENGTH_BYTES) {
    throw new SyntaxError(
      `the file must have at least ${LENGTH_BYTES} bytes: it has ${bytes.length}`,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(
    0,
    true,
  );
  if (length > MAX_HEADER) {
    throw new SyntaxError(
      `the header must have at most ${MAX_HEADER} bytes: the file says ${length}; is it a safetensors file?`,
    );
  }
  const start = LENGTH_BYTES + Number(length);
  if (start > bytes.length) {
    throw new SyntaxError(
      `the file is cut off: the header takes ${start} bytes with its length, the file has ${bytes.length}`,
    );
  }
  const { infos, metadata } = readHeader(bytes.subarray(LENGTH_BYTES, start));
  const data = bytes.subarray(start);
  let at = 0;
  const tensors = new Map<string, TensorData>();
  for (const { name, dtype, shape, begin, end } of infos) {
    if (begin !== at) {
      const fault = begin > at
        ? "there is a hole before it"
        : "it overlaps another tensor";
      throw new SyntaxError(
        `tensor ${
          brief(name)
        }: ${fault}: its data starts at ${begin}, ${at} is free`,
      );
    }
    if (end > data.length) {
      throw new SyntaxError(
        `tensor ${
          brief(name)
        }: the file is cut off: its data ends at ${end}, the file has ${data.length} bytes of data`,
      );
    }
    tensors.set(
      name,
      {
        dtype,
        shape,
        data: DTYPES[dtype].view(data.subarray(begin, end)),
      } as TensorData,
    );
    at = end;
  }
  if (at !== data.length) {
    throw new SyntaxError(
      `the file has bytes that belong to no tensor: its data has ${data.length} bytes, the tensors take ${at}`,
    );
  }
  return { tensors, metadata };
}

/** The order of UTF-8 bytes, which is that of code points; sort() by itself goes by UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const one = a.codePointAt(i)!;
    const other = b.codePointAt(i)!;
    if (one !== other) return one - other;
  }
  return a.length - b.length;
}
