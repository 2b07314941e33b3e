/**
 * Numbers in JavaScript to tensors in TensorFlow and back.
 *
 * A tensor travels as a `TFE_TensorHandle`. Its memory is TensorFlow's own: values are copied in
 * and out, so no typed array of JavaScript is ever pinned.
 *
 * @module
 */
import type { CApi } from "./c_api.ts";
import type { EagerContext } from "./context.ts";
import { dtypeOf, type NumericArray, TF_INT64, TF_RESOURCE } from "./dtypes.ts";

/** Shape and type of a tensor. */
export interface TensorDescription {
  /** Sizes of the axes. */
  shape: number[];
  /** TensorFlow's number of the data type. */
  dtype: number;
}

/**
 * Copies values into a new tensor on the CPU.
 *
 * @param context The runtime.
 * @param description Shape and data type of the tensor.
 * @param values As many values as the shape has elements; int64 takes a `BigInt64Array` or pairs of
 * 32-bit words, low word first; complex64 takes pairs of real and imaginary parts.
 * @returns A handle that the caller frees.
 * @throws {TypeError} If the values are of another type or number.
 */
export function createTensor(
  context: EagerContext,
  description: TensorDescription,
  values: NumericArray,
): bigint {
  const tensor = createNativeTensor(context, description, values);
  const handle = context.api.TFE_NewTensorHandle(tensor, context.status.handle);
  context.api.TF_DeleteTensor(tensor);
  context.status.check(() => "Cannot create a tensor");
  return handle;
}

/**
 * Copies values into a new `TF_Tensor`.
 *
 * @param context The runtime.
 * @param description Shape and data type of the tensor.
 * @param values As for {@linkcode createTensor}.
 * @returns The tensor, which the caller deletes.
 * @throws {TypeError} If the values are of another type or number.
 */
export function createNativeTensor(
  context: EagerContext,
  description: TensorDescription,
  values: NumericArray,
): bigint {
  const bytes = bytesOf(description, values);
  const tensor = allocate(context, description, bytes.byteLength);
  if (bytes.byteLength > 0) {
    copyIn(context.api, context.api.TF_TensorData(tensor), bytes);
  }
  return tensor;
}

/** Shape and data type of a handle. */
export function describeTensor(
  context: EagerContext,
  handle: bigint,
): TensorDescription {
  const { api, status } = context;
  const rank = api.TFE_TensorHandleNumDims(handle, status.handle);
  status.check(() => "Cannot read the shape of a tensor");
  const shape = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    shape[axis] = Number(api.TFE_TensorHandleDim(handle, axis, status.handle));
  }
  return { shape, dtype: api.TFE_TensorHandleDataType(handle) };
}

/**
 * Copies a tensor's values out, from whichever device it is on.
 *
 * @returns A typed array of the data type's kind (int64 as `BigInt64Array`, complex64 interleaved,
 * bool as bytes).
 * @throws {TypeError} If the data type has no values that JavaScript could hold.
 */
export function readTensor(
  context: EagerContext,
  handle: bigint,
): NumericArray {
  const { api, status } = context;
  const tensor = api.TFE_TensorHandleResolve(handle, status.handle);
  status.check(() => "Cannot read a tensor's values");
  try {
    const dtype = api.TF_TensorType(tensor);
    const { name, arrayOf } = dtypeOf(dtype);
    if (arrayOf === undefined) {
      throw new TypeError(
        `Cannot read a tensor's values: ${
          dtype === TF_RESOURCE
            ? "a resource has no values, it only names one"
            : `JavaScript has no typed array for the data type: ${name}`
        }`,
      );
    }
    const buffer = new ArrayBuffer(Number(api.TF_TensorByteSize(tensor)));
    if (buffer.byteLength > 0) {
      copyOut(api, new Uint8Array(buffer), api.TF_TensorData(tensor));
    }
    return arrayOf(buffer);
  } finally {
    api.TF_DeleteTensor(tensor);
  }
}

/** A new `TF_Tensor` whose memory is not yet set. */
export function allocate(
  context: EagerContext,
  { shape, dtype }: TensorDescription,
  bytes: number,
): bigint {
  const dims = BigInt64Array.from(shape, BigInt);
  const tensor = context.api.TF_AllocateTensor(
    dtype,
    dims,
    shape.length,
    BigInt(bytes),
  );
  if (tensor === 0n) {
    throw new RangeError(
      `Cannot create a tensor: out of memory: shape [${shape}] takes ${bytes} bytes`,
    );
  }
  return tensor;
}

/** Copies bytes to an address. */
export function copyIn(
  api: CApi,
  address: bigint,
  bytes: Uint8Array<ArrayBuffer>,
): void {
  if (api.copyToNative !== null) {
    api.copyToNative(address, bytes, BigInt(bytes.byteLength));
  } else {
    view(address, bytes.byteLength).set(bytes);
  }
}

/** Fills an array with the bytes at an address. */
export function copyOut(
  api: CApi,
  bytes: Uint8Array<ArrayBuffer>,
  address: bigint,
): void {
  if (api.copyFromNative !== null) {
    api.copyFromNative(bytes, address, BigInt(bytes.byteLength));
  } else {
    bytes.set(view(address, bytes.byteLength));
  }
}

function view(address: bigint, length: number): Uint8Array {
  const pointer = Deno.UnsafePointer.create(address)!;
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, length));
}

/** The memory of values, checked against what the shape and the type ask for. */
function bytesOf(
  { shape, dtype }: TensorDescription,
  values: NumericArray,
): Uint8Array<ArrayBuffer> {
  const { name, bytes: width, arrayOf } = dtypeOf(dtype);
  if (arrayOf === undefined) {
    throw new TypeError(
      `Cannot create a tensor: JavaScript has no typed array for the data type: ${name}`,
    );
  }
  const wanted = arrayOf(new ArrayBuffer(0)).constructor;
  const pairs = dtype === TF_INT64 && values instanceof Int32Array;
  const numbers = pairs || values.constructor === wanted
    ? values
    : converted(values, wanted as unknown as Converter, name);
  const bytes = new Uint8Array(
    numbers.buffer as ArrayBuffer,
    numbers.byteOffset,
    numbers.byteLength,
  );
  const size = shape.reduce((product, length) => product * length, 1) * width;
  if (bytes.byteLength !== size) {
    throw new TypeError(
      `Cannot create a tensor: shape [${shape}] of ${name} takes ${size} bytes: ${bytes.byteLength} bytes were given`,
    );
  }
  return bytes;
}

/** The `from` of a typed array's class. */
interface Converter {
  from(values: ArrayLike<number | bigint>): NumericArray;
}

/** TensorFlow.js sometimes hands over a plain array, or another kind of typed array. */
function converted(
  values: NumericArray,
  to: Converter,
  name: string,
): NumericArray {
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) {
    throw new TypeError(
      `Cannot create a tensor: the values must be an array of numbers for ${name}: ${typeof values}`,
    );
  }
  return to.from(values);
}
