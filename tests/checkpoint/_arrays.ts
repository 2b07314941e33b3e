/**
 * Arrays of every data type, which NumPy has opened once (tests/golden/npz_python.py).
 *
 * @module
 */
import type { NdArray } from "../../src/text/nd_array.ts";

/** Arrays by name. */
export const ARRAYS: Readonly<Record<string, NdArray>> = {
  bool: { shape: [3], dtype: "bool", data: Uint8Array.of(1, 0, 1) },
  int8: { shape: [2], dtype: "int8", data: Int8Array.of(-128, 127) },
  int16: { shape: [2], dtype: "int16", data: Int16Array.of(-32768, 32767) },
  int32: { shape: [2], dtype: "int32", data: Int32Array.of(-(2 ** 31), 5) },
  int64: {
    shape: [2],
    dtype: "int64",
    data: BigInt64Array.of(-(2n ** 63n), 5n),
  },
  uint8: { shape: [2], dtype: "uint8", data: Uint8Array.of(0, 255) },
  uint16: { shape: [2], dtype: "uint16", data: Uint16Array.of(0, 65535) },
  uint32: { shape: [2], dtype: "uint32", data: Uint32Array.of(0, 2 ** 32 - 1) },
  uint64: {
    shape: [2],
    dtype: "uint64",
    data: BigUint64Array.of(0n, 2n ** 64n - 1n),
  },
  float16: {
    shape: [2, 1],
    dtype: "float16",
    data: Float16Array.of(0.5, -Infinity),
  },
  float32: {
    shape: [2, 3],
    dtype: "float32",
    data: Float32Array.of(1, 2, 3, 4, 5, 0.5),
  },
  float64: { shape: [], dtype: "float64", data: Float64Array.of(0.1) },
  complex64: {
    shape: [2],
    dtype: "complex64",
    data: Float32Array.of(1, 2, 3, -4),
  },
  complex128: {
    shape: [1, 1],
    dtype: "complex128",
    data: Float64Array.of(0.1, -0.2),
  },
  str: { shape: [2, 1], dtype: "str", data: ["white whale", "é漢🐋"] },
  bytes: { shape: [3], dtype: "bytes", data: ["ab", "", "\0\xFF"] },
  empty: { shape: [0, 4], dtype: "float32", data: new Float32Array(0) },
  "é/x": { shape: [3000], dtype: "int32", data: new Int32Array(3000).fill(7) },
};
