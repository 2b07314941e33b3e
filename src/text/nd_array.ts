/**
 * Arrays of several dimensions as plain objects, with the names that NumPy gives to their data types.
 *
 * @module
 */

/** What holds the elements of each data type. */
export interface NdArrays {
  /** True or false, one byte each: 1 or 0. */
  bool: Uint8Array;
  /** Whole numbers of 8 bits. */
  int8: Int8Array;
  /** Whole numbers of 16 bits. */
  int16: Int16Array;
  /** Whole numbers of 32 bits. */
  int32: Int32Array;
  /** Whole numbers of 64 bits. */
  int64: BigInt64Array;
  /** Whole numbers of 8 bits from 0. */
  uint8: Uint8Array;
  /** Whole numbers of 16 bits from 0. */
  uint16: Uint16Array;
  /** Whole numbers of 32 bits from 0. */
  uint32: Uint32Array;
  /** Whole numbers of 64 bits from 0. */
  uint64: BigUint64Array;
  /** Floating point of 16 bits. */
  float16: Float16Array;
  /** Floating point of 32 bits. */
  float32: Float32Array;
  /** Floating point of 64 bits. */
  float64: Float64Array;
  /** Pairs of float32: real part, imaginary part. */
  complex64: Float32Array;
  /** Pairs of float64: real part, imaginary part. */
  complex128: Float64Array;
  /** Texts. */
  str: string[];
  /** Byte strings, one character from U+0000 to U+00FF a byte. */
  bytes: string[];
}

/** Name of a data type, as NumPy says it; `"str"` and `"bytes"` without their length. */
export type NdDtype = keyof NdArrays;

/** An array of any number of dimensions: its elements in C order, the last index running fastest. */
export type NdArray<D extends NdDtype = NdDtype> = {
  [K in D]: {
    /** Lengths of the dimensions; empty for a single value. */
    readonly shape: readonly number[];
    /** Type of the elements. */
    readonly dtype: K;
    /** The elements in C order; two numbers each where they are complex. */
    readonly data: NdArrays[K];
  };
}[D];
