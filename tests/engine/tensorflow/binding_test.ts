import { assert, assertEquals, assertThrows } from "@std/assert";
import { TensorFlowBinding } from "../../../src/engine/tensorflow/binding.ts";
import { TensorFlowError } from "../../../src/engine/tensorflow/c_api.ts";
import {
  type NumericArray,
  TF_BFLOAT16,
  TF_BOOL,
  TF_COMPLEX128,
  TF_COMPLEX64,
  TF_DOUBLE,
  TF_FLOAT,
  TF_HALF,
  TF_INT16,
  TF_INT32,
  TF_INT64,
  TF_INT8,
  TF_STRING,
  TF_UINT16,
  TF_UINT32,
  TF_UINT64,
  TF_UINT8,
} from "../../../src/engine/tensorflow/dtypes.ts";
import { context } from "./_context.ts";

const binding = new TensorFlowBinding(context);

/** Creates a tensor, has an op of TensorFlow copy it, and reads the copy. */
function roundTrip(
  shape: number[],
  dtype: number,
  values: NumericArray | Uint8Array[],
) {
  const id = binding.createTensor(shape, dtype, values);
  const [output] = binding.executeOp("Identity", [], [id], 1);
  const back = binding.tensorDataSync(output!.id);
  assertEquals([output!.shape, output!.dtype], [shape, dtype]);
  binding.deleteTensor(id);
  binding.deleteTensor(output!.id);
  return back;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("TensorFlowBinding carries every numeric data type there and back", () => {
  const cases: [number, NumericArray][] = [
    [TF_FLOAT, new Float32Array([1.5, -2, NaN, Infinity])],
    [TF_DOUBLE, new Float64Array([1 / 3, -2, 0, 1e300])],
    [TF_INT32, new Int32Array([1, -2, 2147483647, -2147483648])],
    [TF_UINT8, new Uint8Array([0, 1, 127, 255])],
    [TF_INT16, new Int16Array([1, -2, 32767, -32768])],
    [TF_INT8, new Int8Array([1, -2, 127, -128])],
    [TF_INT64, new BigInt64Array([1n, -2n, 2n ** 62n, -(2n ** 62n)])],
    [TF_BOOL, new Uint8Array([0, 1, 1, 0])],
    [TF_BFLOAT16, new Uint16Array([0x3f80, 0xc000, 0, 1])],
    [TF_UINT16, new Uint16Array([0, 1, 2, 65535])],
    [TF_HALF, new Uint16Array([0x3c00, 0xc000, 0, 1])],
    [TF_UINT32, new Uint32Array([0, 1, 2, 4294967295])],
    [TF_UINT64, new BigUint64Array([0n, 1n, 2n, 2n ** 64n - 1n])],
  ];
  for (const [dtype, values] of cases) {
    assertEquals(roundTrip([2, 2], dtype, values), values);
  }
  const complex64 = new Float32Array([1, 2, 3, 4]);
  assertEquals(roundTrip([2], TF_COMPLEX64, complex64), complex64);
  const complex128 = new Float64Array([1, 2, 3, 4]);
  assertEquals(roundTrip([2], TF_COMPLEX128, complex128), complex128);
});

Deno.test("TensorFlowBinding carries scalars, empty tensors and seven axes", () => {
  assertEquals(
    roundTrip([], TF_FLOAT, new Float32Array([7])),
    new Float32Array([7]),
  );
  assertEquals(roundTrip([0, 3], TF_INT32, new Int32Array()), new Int32Array());
  assertEquals(
    roundTrip([1, 1, 1, 2, 1, 1, 1], TF_FLOAT, new Float32Array([1, 2])),
    new Float32Array([1, 2]),
  );
});

Deno.test("TensorFlowBinding takes int64 as pairs of 32-bit words, as TensorFlow.js writes it", () => {
  assertEquals(
    roundTrip([2], TF_INT64, new Int32Array([5, 0, -1, -1])),
    new BigInt64Array([5n, -1n]),
  );
});

Deno.test("TensorFlowBinding carries strings of any length and content", () => {
  const strings = [
    "",
    "a",
    "twenty-two bytes, inline",
    "é 漢 🐋",
    "x".repeat(100_000),
  ]
    .map(utf8);
  strings.push(new Uint8Array([0, 255, 0]));
  assertEquals(roundTrip([2, 3], TF_STRING, strings), strings);
  assertEquals(roundTrip([0], TF_STRING, []), []);
});

Deno.test("TensorFlowBinding keeps strings that share memory when one of them is freed", () => {
  const strings = [utf8("a string too long to be stored inline, surely")];
  const first = binding.createTensor([1], TF_STRING, strings);
  const [second] = binding.executeOp("Identity", [], [first], 1);
  binding.deleteTensor(first);
  assertEquals(binding.tensorDataSync(second!.id), strings);
  binding.deleteTensor(second!.id);
});

Deno.test("TensorFlowBinding frees every handle over ten thousand ops", () => {
  const before = binding.getNumOfTensors();
  const a = binding.createTensor([2], TF_FLOAT, new Float32Array([1, 2]));
  for (let i = 0; i < 10_000; i++) {
    const [sum] = binding.executeOp("AddV2", [], [a, a], 1);
    binding.deleteTensor(sum!.id);
  }
  assertEquals(binding.getNumOfTensors(), before + 1);
  binding.deleteTensor(a);
  assertEquals(binding.getNumOfTensors(), before);
});

Deno.test("TensorFlowBinding names the op, its inputs and TensorFlow's reason", () => {
  const a = binding.createTensor([2, 3], TF_FLOAT, new Float32Array(6));
  const error = assertThrows(
    () => binding.executeOp("MatMul", [], [a, a], 1),
    TensorFlowError,
    'Cannot run the op "MatMul" on float32 [2,3], float32 [2,3]: Matrix size-incompatible: In[0]: [2,3], In[1]: [2,3]',
  );
  assertEquals(error.code, 3);
  assertThrows(
    () => binding.executeOp("NoSuchOp", [], [a], 1),
    TensorFlowError,
    'Cannot run the op "NoSuchOp"',
  );
  binding.deleteTensor(a);
  // The engine is as usable as before.
  assertEquals(
    roundTrip([1], TF_FLOAT, new Float32Array([3])),
    new Float32Array([3]),
  );
});

Deno.test("TensorFlowBinding refuses a tensor that is gone, and values that do not fit", () => {
  const a = binding.createTensor([1], TF_FLOAT, new Float32Array([1]));
  binding.deleteTensor(a);
  assertThrows(
    () => binding.tensorDataSync(a),
    Error,
    `Cannot use tensor ${a}: no such tensor is alive, it may be disposed`,
  );
  assertThrows(
    () => binding.createTensor([2, 2], TF_FLOAT, new Float32Array(3)),
    TypeError,
    "Cannot create a tensor: shape [2,2] of float32 takes 16 bytes: 12 bytes were given",
  );
  assertThrows(
    () => binding.createTensor([2], TF_STRING, [utf8("a")]),
    TypeError,
    "Cannot create a string tensor: shape [2] takes an array of 2 Uint8Arrays: 1 values were given",
  );
  assertThrows(
    () => binding.createTensor([1], TF_FLOAT, 5 as unknown as NumericArray),
    TypeError,
    "Cannot create a tensor: the values must be an array of numbers for float32: number",
  );
});

Deno.test("TensorFlowBinding refuses to read a resource", () => {
  const [resource] = binding.executeOp(
    "VarHandleOp",
    [
      { name: "dtype", type: binding.TF_ATTR_TYPE, value: TF_FLOAT },
      { name: "shape", type: binding.TF_ATTR_SHAPE, value: [2] },
      { name: "shared_name", type: binding.TF_ATTR_STRING, value: "test" },
    ],
    [],
    1,
  );
  assertEquals(resource!.dtype, binding.TF_RESOURCE);
  assertThrows(
    () => binding.tensorDataSync(resource!.id),
    TypeError,
    "Cannot read a tensor's values: a resource has no values, it only names one",
  );
  binding.deleteTensor(resource!.id);
});

Deno.test("TensorFlowBinding reports a version and the device list's GPU", () => {
  assert(/^2\.\d+\.\d+/.test(binding.TF_Version), binding.TF_Version);
  assertEquals(
    binding.isUsingGpuDevice(),
    context.devices.some(({ type }) => type === "GPU"),
  );
});
