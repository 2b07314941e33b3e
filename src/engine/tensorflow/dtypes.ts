/**
 * TensorFlow's data types by number, and the typed array that holds each in JavaScript.
 *
 * Source: `tensorflow/c/tf_datatype.h` and `tensorflow/core/framework/types.proto` of TensorFlow 2.21.
 *
 * @module
 */

/** Numbers of `TF_DataType`. */
export const TF_FLOAT = 1;
export const TF_DOUBLE = 2;
export const TF_INT32 = 3;
export const TF_UINT8 = 4;
export const TF_INT16 = 5;
export const TF_INT8 = 6;
export const TF_STRING = 7;
export const TF_COMPLEX64 = 8;
export const TF_INT64 = 9;
export const TF_BOOL = 10;
export const TF_BFLOAT16 = 14;
export const TF_UINT16 = 17;
export const TF_COMPLEX128 = 18;
export const TF_HALF = 19;
export const TF_RESOURCE = 20;
export const TF_UINT32 = 22;
export const TF_UINT64 = 23;

/** Values of a tensor as they stand in memory. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A view of `buffer` from its start to its end. */
type ArrayOf = (buffer: ArrayBuffer) => NumericArray;

/** How a data type is called and held. */
export interface DType {
  /** TensorFlow's name. */
  readonly name: string;
  /** Bytes of one element; 0 where elements have no fixed size. */
  readonly bytes: number;
  /** The typed array over such elements; undefined for strings and resources. */
  readonly arrayOf?: ArrayOf;
}

const DTYPES: ReadonlyMap<number, DType> = new Map<number, DType>([
  [TF_FLOAT, {
    name: "float32",
    bytes: 4,
    arrayOf: (b) => new Float32Array(b),
  }],
  [TF_DOUBLE, {
    name: "float64",
    bytes: 8,
    arrayOf: (b) => new Float64Array(b),
  }],
  [TF_INT32, { name: "int32", bytes: 4, arrayOf: (b) => new Int32Array(b) }],
  [TF_UINT8, { name: "uint8", bytes: 1, arrayOf: (b) => new Uint8Array(b) }],
  [TF_INT16, { name: "int16", bytes: 2, arrayOf: (b) => new Int16Array(b) }],
  [TF_INT8, { name: "int8", bytes: 1, arrayOf: (b) => new Int8Array(b) }],
  [TF_STRING, { name: "string", bytes: 0 }],
  // Real and imaginary parts in turn.
  [TF_COMPLEX64, {
    name: "complex64",
    bytes: 8,
    arrayOf: (b) => new Float32Array(b),
  }],
  [TF_INT64, { name: "int64", bytes: 8, arrayOf: (b) => new BigInt64Array(b) }],
  [TF_BOOL, { name: "bool", bytes: 1, arrayOf: (b) => new Uint8Array(b) }],
  // The two half-width floats keep their bits.
  [TF_BFLOAT16, {
    name: "bfloat16",
    bytes: 2,
    arrayOf: (b) => new Uint16Array(b),
  }],
  [TF_UINT16, { name: "uint16", bytes: 2, arrayOf: (b) => new Uint16Array(b) }],
  [TF_COMPLEX128, {
    name: "complex128",
    bytes: 16,
    arrayOf: (b) => new Float64Array(b),
  }],
  [TF_HALF, { name: "float16", bytes: 2, arrayOf: (b) => new Uint16Array(b) }],
  [TF_RESOURCE, { name: "resource", bytes: 0 }],
  [TF_UINT32, { name: "uint32", bytes: 4, arrayOf: (b) => new Uint32Array(b) }],
  [TF_UINT64, {
    name: "uint64",
    bytes: 8,
    arrayOf: (b) => new BigUint64Array(b),
  }],
]);

/** The data type of a number; types without a name here are called by their number. */
export function dtypeOf(number: number): DType {
  return DTYPES.get(number) ?? { name: `dtype ${number}`, bytes: 0 };
}
