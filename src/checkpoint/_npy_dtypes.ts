/**
 * The data types of a .npy file: how NumPy writes each (`descr`), and how its bytes become elements and back.
 *
 * Type strings of NumPy's array interface, version 3: byte order, kind, bytes (characters for `U`).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { NdArrays, NdDtype } from "../text/nd_array.ts";
import { brief } from "./_header.ts";

/** A typed array of an array's elements. */
export type NumericData = Exclude<NdArrays[NdDtype], string[]>;

/** A data type whose elements are numbers. */
interface NumericDtype {
  readonly descr: string;
  /** Class of the elements. */
  readonly array: {
    new (buffer: ArrayBuffer): NumericData;
    readonly name: string;
    readonly BYTES_PER_ELEMENT: number;
  };
  /** Numbers that make one element. */
  readonly parts: number;
}

/** Every data type of numbers. */
export const NUMERIC: Readonly<
  Record<Exclude<NdDtype, "str" | "bytes">, NumericDtype>
> = {
  bool: { descr: "b1", array: Uint8Array, parts: 1 },
  int8: { descr: "i1", array: Int8Array, parts: 1 },
  int16: { descr: "i2", array: Int16Array, parts: 1 },
  int32: { descr: "i4", array: Int32Array, parts: 1 },
  int64: { descr: "i8", array: BigInt64Array, parts: 1 },
  uint8: { descr: "u1", array: Uint8Array, parts: 1 },
  uint16: { descr: "u2", array: Uint16Array, parts: 1 },
  uint32: { descr: "u4", array: Uint32Array, parts: 1 },
  uint64: { descr: "u8", array: BigUint64Array, parts: 1 },
  float16: { descr: "f2", array: Float16Array, parts: 1 },
  float32: { descr: "f4", array: Float32Array, parts: 1 },
  float64: { descr: "f8", array: Float64Array, parts: 1 },
  complex64: { descr: "c8", array: Float32Array, parts: 2 },
  complex128: { descr: "c16", array: Float64Array, parts: 2 },
};

/** What a type string stands for. */
export interface Descr {
  readonly dtype: NdDtype;
  readonly bigEndian: boolean;
  /** Bytes of one element. */
  readonly itemSize: number;
}

/** Kinds that this library has no elements for, and the way out. */
const REFUSED: Readonly<Record<string, string>> = {
  O: "it holds Python objects, which only unpickling could read; save it as numbers or strings: array.astype(str)",
  M: 'it holds dates; save them as numbers: array.astype("int64")',
  m: 'it holds durations; save them as numbers: array.astype("int64")',
  V: "it holds records or raw bytes; save each field as an array of its own",
};

/**
 * Reads a type string.
 *
 * @param text Such as `<f4`.
 * @returns What it stands for.
 * @throws {SyntaxError} If no array here can hold it.
 */
export function parseDescr(text: string): Descr {
  const match = text.match(/^([<>|=]?)([A-Za-z])(\d{0,9})(?:\[.*\])?$/s);
  if (match === null) {
    throw new SyntaxError(
      `descr must be a type of NumPy, such as '<f4': ${brief(text)}`,
    );
  }
  const [, order, kind, digits] = match as unknown as [
    string,
    string,
    string,
    string,
  ];
  if (Object.hasOwn(REFUSED, kind)) {
    throw new SyntaxError(
      `the array has no numbers or strings: ${brief(text)}: ${REFUSED[kind]}`,
    );
  }
  const bigEndian = order === ">";
  if (text.length !== order.length + kind.length + digits.length) {
    throw new SyntaxError(
      `descr must be a type of NumPy, such as '<f4': ${brief(text)}`,
    );
  }
  if ((kind === "U" || kind === "S") && digits !== "") {
    const itemSize = Number(digits) * (kind === "U" ? 4 : 1);
    if (itemSize === 0) { // their number would be the file's free claim
      throw new SyntaxError(`strings must have a length: ${brief(text)}`);
    }
    return { dtype: kind === "U" ? "str" : "bytes", bigEndian, itemSize };
  }
  for (const [dtype, { descr }] of Object.entries(NUMERIC)) {
    const itemSize = Number(descr.slice(1));
    if (descr === kind + digits && (itemSize === 1 || order !== "|")) {
      return { dtype: dtype as NdDtype, bigEndian, itemSize };
    }
  }
  const wayOut = kind === "f" || kind === "c"
    ? '; save it with less precision: array.astype("float64")'
    : "";
  throw new SyntaxError(
    `unknown type: ${brief(text)}; known types: ${
      Object.keys(NUMERIC).join(", ")
    }, str, bytes${wayOut}`,
  );
}

/**
 * Turns the bytes of an array into its elements, in the order of the file.
 *
 * @param bytes The data, which is copied.
 * @param descr What it is.
 * @returns The elements.
 * @throws {SyntaxError} If a byte is no truth value, or a code is no character.
 */
export function decodeElements(
  bytes: Uint8Array,
  { dtype, bigEndian, itemSize }: Descr,
): NumericData | string[] {
  if (dtype === "str") return decodeStrings(bytes, itemSize, bigEndian);
  if (dtype === "bytes") return decodeByteStrings(bytes, itemSize);
  const { array } = NUMERIC[dtype];
  const copy = bytes.slice();
  if (bigEndian) swap(copy, array.BYTES_PER_ELEMENT);
  if (dtype === "bool") {
    const place = copy.findIndex((byte) => byte > 1);
    if (place >= 0) {
      throw new SyntaxError(
        `truth values must be 0 or 1: ${copy[place]} at place ${place}`,
      );
    }
  }
  return new array(copy.buffer);
}

/**
 * Turns strings into bytes of equal length, padded with zeros.
 *
 * @param strings The strings, checked by the caller.
 * @param dtype Whether they are texts or byte strings.
 * @returns The bytes, and the characters that each string takes: 1 at least, as in NumPy.
 */
export function encodeStrings(
  strings: readonly string[],
  dtype: "str" | "bytes",
): { bytes: Uint8Array<ArrayBuffer>; characters: number } {
  const codes = strings.map((text) =>
    Array.from(text, (character) => character.codePointAt(0)!)
  );
  const characters = codes.reduce(
    (most, { length }) => Math.max(most, length),
    1,
  );
  const Elements = dtype === "str" ? Uint32Array : Uint8Array;
  const elements = new Elements(characters * strings.length);
  for (const [i, row] of codes.entries()) elements.set(row, i * characters);
  return { bytes: new Uint8Array(elements.buffer), characters };
}

function decodeStrings(
  bytes: Uint8Array,
  itemSize: number,
  bigEndian: boolean,
): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: string[] = [];
  for (let start = 0; start < bytes.length; start += itemSize) {
    let end = start + itemSize;
    while (end > start && view.getUint32(end - 4) === 0) end -= 4;
    let text = "";
    for (let at = start; at < end; at += 4) {
      const code = view.getUint32(at, !bigEndian);
      if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        throw new SyntaxError(
          `strings must be Unicode: code 0x${
            code.toString(16).toUpperCase()
          } in string ${strings.length}`,
        );
      }
      text += String.fromCodePoint(code);
    }
    strings.push(text);
  }
  return strings;
}

function decodeByteStrings(bytes: Uint8Array, itemSize: number): string[] {
  const strings: string[] = [];
  for (let start = 0; start < bytes.length; start += itemSize) {
    let end = start + itemSize;
    while (end > start && bytes[end - 1] === 0) end--;
    let text = "";
    for (let at = start; at < end; at++) {
      text += String.fromCharCode(bytes[at]!);
    }
    strings.push(text);
  }
  return strings;
}

/** Turns the bytes of every number around. */
function swap(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer);
  if (size === 2) buffer.swap16();
  if (size === 4) buffer.swap32();
  if (size === 8) buffer.swap64();
}
