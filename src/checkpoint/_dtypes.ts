/**
 * The data types of the safetensors format, and the arrays that hold them here.
 *
 * The list is that of version 0.8 of the reference implementation, in the order in which it stores tensors.
 *
 * @module
 */

/** The array that holds the elements of each data type. */
export interface TensorArrays {
  /** Unsigned 64-bit integers. */
  U64: BigUint64Array;
  /** Signed 64-bit integers. */
  I64: BigInt64Array;
  /** 64-bit floating point. */
  F64: Float64Array;
  /** Complex numbers of two 32-bit parts, as raw bytes. */
  C64: Uint8Array;
  /** 32-bit floating point. */
  F32: Float32Array;
  /** Unsigned 32-bit integers. */
  U32: Uint32Array;
  /** Signed 32-bit integers. */
  I32: Int32Array;
  /** bfloat16, as raw 16-bit patterns. */
  BF16: Uint16Array;
  /** IEEE half precision, as raw 16-bit patterns. */
  F16: Uint16Array;
  /** Unsigned 16-bit integers. */
  U16: Uint16Array;
  /** Signed 16-bit integers. */
  I16: Int16Array;
  /** 8-bit floating point E5M2FNUZ, as raw bytes. */
  F8_E5M2FNUZ: Uint8Array;
  /** 8-bit floating point E4M3FNUZ, as raw bytes. */
  F8_E4M3FNUZ: Uint8Array;
  /** 8-bit exponents E8M0, as raw bytes. */
  F8_E8M0: Uint8Array;
  /** 8-bit floating point E4M3, as raw bytes. */
  F8_E4M3: Uint8Array;
  /** 8-bit floating point E5M2, as raw bytes. */
  F8_E5M2: Uint8Array;
  /** Signed 8-bit integers. */
  I8: Int8Array;
  /** Unsigned 8-bit integers. */
  U8: Uint8Array;
  /** 6-bit floating point E3M2, packed, as raw bytes. */
  F6_E3M2: Uint8Array;
  /** 6-bit floating point E2M3, packed, as raw bytes. */
  F6_E2M3: Uint8Array;
  /** 4-bit floating point, packed, as raw bytes. */
  F4: Uint8Array;
  /** Truth values, one byte each: 0 or 1. */
  BOOL: Uint8Array;
}

/** Name of a data type in the safetensors format. */
export type TensorDtype = keyof TensorArrays;

/** A tensor of one data type. */
export interface TensorOf<D extends TensorDtype> {
  /** Data type of the elements. */
  readonly dtype: D;
  /** Length of every axis; empty for a single number. */
  readonly shape: readonly number[];
  /** The elements, last axis fastest. */
  readonly data: TensorArrays[D];
}

/** A tensor of any data type; `dtype` tells which array `data` is. */
export type TensorData = { [D in TensorDtype]: TensorOf<D> }[TensorDtype];

/** What is known of one data type. */
export interface DtypeInfo<A> {
  /** Bits of one element. */
  readonly bits: number;
  /** Class of the array. */
  readonly array: abstract new (...args: never[]) => A;
  /** Shows bytes as an array, in place where they are aligned, as a copy elsewhere. */
  readonly view: (bytes: Uint8Array) => A;
}

/** Any class of typed arrays. */
interface ArrayClass<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
}

/** The data types in the order of the reference implementation: the largest elements first. */
export const DTYPES: {
  readonly [D in TensorDtype]: DtypeInfo<TensorArrays[D]>;
} = {
  U64: describe(64, BigUint64Array),
  I64: describe(64, BigInt64Array),
  F64: describe(64, Float64Array),
  C64: describe(64, Uint8Array),
  F32: describe(32, Float32Array),
  U32: describe(32, Uint32Array),
  I32: describe(32, Int32Array),
  BF16: describe(16, Uint16Array),
  F16: describe(16, Uint16Array),
  U16: describe(16, Uint16Array),
  I16: describe(16, Int16Array),
  F8_E5M2FNUZ: describe(8, Uint8Array),
  F8_E4M3FNUZ: describe(8, Uint8Array),
  F8_E8M0: describe(8, Uint8Array),
  F8_E4M3: describe(8, Uint8Array),
  F8_E5M2: describe(8, Uint8Array),
  I8: describe(8, Int8Array),
  U8: describe(8, Uint8Array),
  F6_E3M2: describe(6, Uint8Array),
  F6_E2M3: describe(6, Uint8Array),
  F4: describe(4, Uint8Array),
  BOOL: describe(8, Uint8Array),
};

function describe<A>(bits: number, array: ArrayClass<A>): DtypeInfo<A> {
  const unit = array.BYTES_PER_ELEMENT;
  return {
    bits,
    array,
    view: (bytes) => {
      const { buffer, byteOffset, byteLength } = byteOffsetFits(bytes, unit)
        ? bytes
        : bytes.slice();
      return new array(buffer, byteOffset, byteLength / unit);
    },
  };
}

function byteOffsetFits(bytes: Uint8Array, unit: number): boolean {
  return bytes.byteOffset % unit === 0;
}

/**
 * Measures a tensor.
 *
 * @param dtype Its data type.
 * @param shape Its shape.
 * @returns Bytes of its data; undefined if the shape is not made of whole numbers, the elements do not fill whole
 * bytes, or a number on the way is 2^53 or more.
 */
export function byteLengthOf(
  dtype: TensorDtype,
  shape: readonly unknown[],
): number | undefined {
  let bits = DTYPES[dtype].bits;
  for (const length of shape) {
    if (
      typeof length !== "number" || !Number.isSafeInteger(length) || length < 0
    ) return undefined;
    bits *= length;
    if (!Number.isSafeInteger(bits)) return undefined;
  }
  return bits % 8 === 0 ? bits / 8 : undefined;
}
