/**
 * Whether an array can be written as .npy.
 *
 * @module
 */
import type { NdArray } from "../text/nd_array.ts";
import { brief } from "./_header.ts";
import { NUMERIC, type NumericData } from "./_npy_dtypes.ts";

/**
 * Number of elements; 0 wherever a length is 0, however long the others are.
 *
 * @param shape Lengths of the dimensions.
 * @returns Their product.
 */
export function sizeOf(shape: readonly number[]): number {
  return shape.includes(0)
    ? 0
    : shape.reduce((size, length) => size * length, 1);
}

/**
 * Checks that an array's type, shape and data fit together.
 *
 * @param array What a caller wants to write.
 * @throws {TypeError} If they do not.
 * @throws {RangeError} If a string cannot be written, or a truth value is neither 0 nor 1.
 */
export function checkArray(array: NdArray): void {
  const what = "Cannot write array";
  const dtype = array?.dtype;
  const isText = dtype === "str" || dtype === "bytes";
  if (!isText && !Object.hasOwn(NUMERIC, dtype)) {
    throw new TypeError(
      `${what}: unknown dtype: ${brief(dtype)}; known dtypes: ${
        Object.keys(NUMERIC).join(", ")
      }, str, bytes`,
    );
  }
  const Class = isText ? Array : NUMERIC[dtype].array;
  const data: unknown = array.data;
  if (!(data instanceof Class)) {
    throw new TypeError(
      `${what}: the data of dtype ${dtype} must be ${
        isText ? "an Array" : `a ${Class.name}`
      }: ${(data as object | undefined)?.constructor?.name}`,
    );
  }
  const { shape } = array;
  if (
    !Array.isArray(shape) || shape.length > 64 ||
    !shape.every((length) => Number.isSafeInteger(length) && length >= 0)
  ) {
    throw new TypeError(
      `${what}: shape must be at most 64 whole numbers from 0: ${brief(shape)}`,
    );
  }
  const parts = dtype === "complex64" || dtype === "complex128" ? 2 : 1;
  const size = sizeOf(shape) * parts;
  if (size !== array.data.length) {
    throw new TypeError(
      `${what}: shape [${shape}] of dtype ${dtype} takes ${size} ${
        isText ? "strings" : "numbers"
      }: data has ${array.data.length}`,
    );
  }
  if (isText) checkStrings(array.data as unknown[], dtype);
  if (dtype === "bool") {
    const place = (array.data as NumericData).findIndex((value) => value > 1);
    if (place >= 0) {
      throw new RangeError(
        `${what}: truth values must be 0 or 1: ${
          array.data[place]
        } at place ${place}`,
      );
    }
  }
}

function checkStrings(
  strings: readonly unknown[],
  dtype: "str" | "bytes",
): void {
  for (const [place, text] of strings.entries()) {
    if (typeof text !== "string") {
      throw new TypeError(
        `Cannot write array: the data of dtype ${dtype} must be strings: ${typeof text} at place ${place}`,
      );
    }
    const rule = text.endsWith("\0")
      ? "a string must not end with U+0000, which NumPy drops"
      : dtype === "bytes" && /[^\0-\xFF]/.test(text)
      ? "byte strings must have characters up to U+00FF"
      : text.isWellFormed()
      ? undefined
      : "strings must be well-formed Unicode";
    if (rule !== undefined) {
      throw new RangeError(
        `Cannot write array: ${rule}: ${brief(text)} at place ${place}`,
      );
    }
  }
}
