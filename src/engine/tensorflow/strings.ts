/**
 * String tensors: arrays of UTF-8 bytes to `TF_TString` records and back.
 *
 * Source: `tensorflow/c/tf_tstring.h`.
 *
 * @module
 */
import { allocate, copyOut, createTensor } from "./tensors.ts";
import type { CApi } from "./c_api.ts";
import type { EagerContext } from "./context.ts";
import { TF_INT32, TF_STRING } from "./dtypes.ts";

/** `sizeof(TF_TString)`: every string of a tensor is a record of this size. */
const RECORD_BYTES = 24;

/**
 * Copies strings into a new tensor.
 *
 * TensorFlow does not free strings in memory that a caller has allocated, and tensors share memory,
 * so nobody could say when to free ours. Therefore they are gathered once into memory that
 * TensorFlow owns, and ours are freed at once.
 *
 * @param context The runtime.
 * @param shape Sizes of the axes.
 * @param strings The UTF-8 bytes of each string.
 * @returns A handle that the caller frees.
 * @throws {TypeError} If there are more or fewer strings than the shape has elements.
 */
export function createStrings(
  context: EagerContext,
  shape: number[],
  strings: unknown,
): bigint {
  const size = shape.reduce((product, length) => product * length, 1);
  if (
    !Array.isArray(strings) || strings.length !== size ||
    !strings.every((bytes) => bytes instanceof Uint8Array)
  ) {
    throw new TypeError(
      `Cannot create a string tensor: shape [${shape}] takes an array of ${size} Uint8Arrays: ${
        Array.isArray(strings) ? `${strings.length} values` : typeof strings
      } were given`,
    );
  }
  const { api, status } = context;
  const tensor = allocate(
    context,
    { shape: [size], dtype: TF_STRING },
    size * RECORD_BYTES,
  );
  const records = Array.from(
    { length: size },
    (_, i) => api.TF_TensorData(tensor) + BigInt(i * RECORD_BYTES),
  );
  for (const [i, record] of records.entries()) {
    api.TF_StringInit(record);
    const bytes = strings[i] as Uint8Array<ArrayBuffer>;
    api.TF_StringCopy(record, bytes, BigInt(bytes.byteLength));
  }
  const ours = api.TFE_NewTensorHandle(tensor, status.handle);
  try {
    status.check(() => "Cannot create a string tensor");
    return gather(context, ours, shape, size);
  } finally {
    records.forEach((record) => api.TF_StringDealloc(record));
    api.TFE_DeleteTensorHandle(ours);
    api.TF_DeleteTensor(tensor);
  }
}

/** Copies the UTF-8 bytes of every string out. */
export function readStrings(
  context: EagerContext,
  handle: bigint,
): Uint8Array[] {
  const { api, status } = context;
  const tensor = api.TFE_TensorHandleResolve(handle, status.handle);
  status.check(() => "Cannot read a tensor's strings");
  try {
    return stringsOf(api, tensor);
  } finally {
    api.TF_DeleteTensor(tensor);
  }
}

function stringsOf(api: CApi, tensor: bigint): Uint8Array[] {
  const count = Number(api.TF_TensorByteSize(tensor)) / RECORD_BYTES;
  const first = api.TF_TensorData(tensor);
  return Array.from({ length: count }, (_, i) => {
    const record = first + BigInt(i * RECORD_BYTES);
    const bytes = new Uint8Array(Number(api.TF_StringGetSize(record)));
    if (bytes.byteLength > 0) {
      copyOut(api, bytes, api.TF_StringGetDataPointer(record));
    }
    return bytes;
  });
}

/** A copy of the strings that TensorFlow owns, in its final shape. */
function gather(
  context: EagerContext,
  strings: bigint,
  shape: number[],
  size: number,
): bigint {
  const int32 = (shape: number[], values: Int32Array) =>
    createTensor(context, { shape, dtype: TF_INT32 }, values);
  const indices = int32([size], Int32Array.from({ length: size }, (_, i) => i));
  const axis = int32([], new Int32Array(1));
  const target = int32([shape.length], Int32Array.from(shape));
  const [gathered] = context.execute(
    "GatherV2",
    [],
    [strings, indices, axis],
    1,
  );
  const [shaped] = context.execute("Reshape", [], [gathered!, target], 1);
  for (const handle of [indices, axis, target, gathered!]) {
    context.api.TFE_DeleteTensorHandle(handle);
  }
  return shaped!;
}
