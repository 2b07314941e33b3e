/**
 * One tensor of every kind, the same ones as in tests/golden/safetensors_python.py.
 *
 * @module
 */
import type { TensorData } from "../../src/checkpoint/safetensors.ts";

/** Tensors that NumPy knows, and bfloat16. */
export const TENSORS: Readonly<Record<string, TensorData>> = {
  f64: { dtype: "F64", shape: [3], data: Float64Array.of(1.5, -0, Infinity) },
  f32: {
    dtype: "F32",
    shape: [2, 3],
    data: Float32Array.of(1, 2, 3, -4, 0.1, 1e-45),
  },
  f16: {
    dtype: "F16",
    shape: [3],
    data: Uint16Array.of(0x3C00, 0xC000, 0x3800),
  }, // 1, -2, 0.5
  bf16: { dtype: "BF16", shape: [2], data: Uint16Array.of(0x3F80, 0xC000) }, // 1, -2
  i64: {
    dtype: "I64",
    shape: [2],
    data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
  },
  i32: {
    dtype: "I32",
    shape: [1, 2, 1],
    data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
  },
  i16: { dtype: "I16", shape: [2], data: Int16Array.of(-32768, 32767) },
  i8: { dtype: "I8", shape: [3], data: Int8Array.of(-128, 127, 0) },
  u64: { dtype: "U64", shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  u32: { dtype: "U32", shape: [1], data: Uint32Array.of(2 ** 32 - 1) },
  u16: { dtype: "U16", shape: [1], data: Uint16Array.of(65535) },
  u8: { dtype: "U8", shape: [5], data: Uint8Array.of(0, 255, 7, 8, 9) },
  bool: { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) },
  scalar: { dtype: "F32", shape: [], data: Float32Array.of(2.5) },
  empty: { dtype: "F32", shape: [3, 0, 2], data: new Float32Array() },
  "layer.0/gain é漢🐋": { dtype: "F32", shape: [1], data: Float32Array.of(1) },
  "0": { dtype: "I32", shape: [1], data: Int32Array.of(0) },
};

/** Metadata with all that JSON must escape. */
export const METADATA: Readonly<Record<string, string>> = {
  note: 'quotes " and \\ and \n and é\u2028🐋',
};

/** Kinds that the file of Python lacks: raw bytes, and metadata of several names. */
export const MORE_TENSORS: Readonly<Record<string, TensorData>> = {
  ...TENSORS,
  f8: { dtype: "F8_E4M3", shape: [2], data: Uint8Array.of(0x38, 0x40) }, // 1, 2
  c64: {
    dtype: "C64",
    shape: [1],
    data: Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 64),
  }, // 1 + 2i
  f4: { dtype: "F4", shape: [2, 2], data: Uint8Array.of(0x12, 0x34) },
};

/** Metadata of several names, one of which is a trap of JavaScript. */
export const MORE_METADATA: Readonly<Record<string, string>> = {
  ...METADATA,
  ["__proto__"]: "x",
  a: "",
};
