import { assertEquals, assertThrows } from "@std/assert";
import {
  type OpAttribute,
  TF_ATTR_BOOL,
  TF_ATTR_FLOAT,
  TF_ATTR_INT,
  TF_ATTR_SHAPE,
  TF_ATTR_STRING,
  TF_ATTR_TYPE,
} from "../../../src/engine/tensorflow/attributes.ts";
import {
  type NumericArray,
  TF_BOOL,
  TF_DOUBLE,
  TF_FLOAT,
  TF_INT32,
  TF_STRING,
} from "../../../src/engine/tensorflow/dtypes.ts";
import {
  createStrings,
  readStrings,
} from "../../../src/engine/tensorflow/strings.ts";
import {
  createTensor,
  describeTensor,
  readTensor,
} from "../../../src/engine/tensorflow/tensors.ts";
import { context } from "./_context.ts";

interface Result {
  shape: number[];
  dtype: number;
  values: NumericArray | string[];
}

/** Runs an op and reads its outputs; inputs and outputs are freed. */
function run(
  name: string,
  attributes: OpAttribute[],
  inputs: bigint[],
  outputs = 1,
): Result[] {
  const handles = context.execute(name, attributes, inputs, outputs);
  const results = handles.map((handle) => {
    const { shape, dtype } = describeTensor(context, handle);
    const values = dtype === TF_STRING
      ? readStrings(context, handle).map((bytes) =>
        new TextDecoder().decode(bytes)
      )
      : readTensor(context, handle);
    return { shape, dtype, values };
  });
  for (const handle of [...inputs, ...handles]) {
    context.api.TFE_DeleteTensorHandle(handle);
  }
  return results;
}

const floats = (shape: number[], ...values: number[]): bigint =>
  createTensor(context, { shape, dtype: TF_FLOAT }, Float32Array.from(values));
const ints = (...values: number[]): bigint =>
  createTensor(
    context,
    { shape: [values.length], dtype: TF_INT32 },
    Int32Array.from(values),
  );
const strings = (...values: string[]): bigint =>
  createStrings(
    context,
    [values.length],
    values.map((text) => new TextEncoder().encode(text)),
  );
const type = (name: string, value: unknown): OpAttribute => ({
  name,
  type: TF_ATTR_TYPE,
  value,
});

Deno.test("setAttribute() sets a type and a bool", () => {
  const [cast] = run(
    "Cast",
    [type("SrcT", TF_FLOAT), type("DstT", TF_DOUBLE)],
    [floats([2], 1.5, 2)],
  );
  assertEquals(cast, {
    shape: [2],
    dtype: TF_DOUBLE,
    values: new Float64Array([1.5, 2]),
  });
  const transpose = { name: "transpose_b", type: TF_ATTR_BOOL, value: true };
  const [product] = run("MatMul", [transpose], [
    floats([1, 2], 1, 2),
    floats([1, 2], 3, 4),
  ]);
  assertEquals(product!.values, new Float32Array([11]));
});

Deno.test("setAttribute() sets an int, as a number and as a bigint, and a list of ints", () => {
  for (const value of [1, 1n]) {
    const parts = run(
      "Unpack",
      [
        { name: "num", type: TF_ATTR_INT, value: 2 },
        { name: "axis", type: TF_ATTR_INT, value },
      ],
      [floats([1, 2], 5, 6)],
      2,
    );
    assertEquals(parts.map((part) => part.values), [
      new Float32Array([5]),
      new Float32Array([6]),
    ]);
  }
  const dims = { name: "squeeze_dims", type: TF_ATTR_INT, value: [0, 2] };
  const [squeezed] = run("Squeeze", [dims], [floats([1, 2, 1], 5, 6)]);
  assertEquals(squeezed!.shape, [2]);
});

Deno.test("setAttribute() sets a float, and a list of floats", () => {
  const alpha = { name: "alpha", type: TF_ATTR_FLOAT, value: 0.5 };
  const [leaky] = run("LeakyRelu", [alpha], [floats([2], -2, 2)]);
  assertEquals(leaky!.values, new Float32Array([-1, 2]));
  const boundaries = {
    name: "boundaries",
    type: TF_ATTR_FLOAT,
    value: [0, 10, 100],
  };
  const [buckets] = run("Bucketize", [boundaries], [floats([3], -5, 10, 1000)]);
  assertEquals(buckets!.values, new Int32Array([0, 2, 3]));
});

Deno.test("setAttribute() sets a string", () => {
  const separator = { name: "separator", type: TF_ATTR_STRING, value: " – " };
  const count = { name: "N", type: TF_ATTR_INT, value: 2 };
  const [joined] = run("StringJoin", [separator, count], [
    strings("a"),
    strings("b"),
  ]);
  assertEquals(joined!.values, ["a – b"]);
});

Deno.test("setAttribute() sets a shape, one of unknown rank, and lists of types and shapes", () => {
  const filled = context.execute("Empty", [type("dtype", TF_FLOAT)], [
    ints(2, 3),
  ], 1);
  assertEquals(describeTensor(context, filled[0]!).shape, [2, 3]);
  for (const value of [[2], [-1], [null], null]) {
    const shape = { name: "shape", type: TF_ATTR_SHAPE, value };
    const [out] = run("PlaceholderWithDefault", [shape], [floats([2], 1, 2)]);
    assertEquals(out!.values, new Float32Array([1, 2]));
  }
  // A queue of pairs takes a list of types and a list of shapes.
  const [queue] = context.execute(
    "FIFOQueueV2",
    [
      type("component_types", [TF_FLOAT, TF_INT32]),
      { name: "shapes", type: TF_ATTR_SHAPE, value: [[2], []] },
    ],
    [],
    1,
  );
  const pair = [
    floats([2], 1, 2),
    createTensor(context, { shape: [], dtype: TF_INT32 }, new Int32Array([7])),
  ];
  context.execute(
    "QueueEnqueueV2",
    [type("Tcomponents", [TF_FLOAT, TF_INT32])],
    [queue!, ...pair],
    0,
  );
  const back = context.execute(
    "QueueDequeueV2",
    [type("component_types", [TF_FLOAT, TF_INT32])],
    [queue!],
    2,
  );
  assertEquals(back.map((handle) => readTensor(context, handle)), [
    new Float32Array([1, 2]),
    new Int32Array([7]),
  ]);
  const wrong = createTensor(
    context,
    { shape: [3], dtype: TF_FLOAT },
    new Float32Array(3),
  );
  assertThrows(
    () =>
      context.execute(
        "QueueEnqueueV2",
        [type("Tcomponents", [TF_FLOAT, TF_INT32])],
        [queue!, wrong, pair[1]!],
        0,
      ),
    Error,
    "[2]",
  );
});

Deno.test("setAttribute() sets a list of strings", () => {
  // A TensorShapeProto with unknown_rank (field 3) set.
  const proto = createStrings(context, [1], [new Uint8Array([3 << 3, 1])]);
  const [sizes, unknownRank] = run(
    "DecodeProtoV2",
    [
      {
        name: "message_type",
        type: TF_ATTR_STRING,
        value: "tensorflow.TensorShapeProto",
      },
      { name: "field_names", type: TF_ATTR_STRING, value: ["unknown_rank"] },
      type("output_types", [TF_BOOL]),
    ],
    [proto],
    2,
  );
  assertEquals(sizes!.values, new Int32Array([1]));
  assertEquals(unknownRank!.values, new Uint8Array([1]));
});

Deno.test("setAttribute() refuses a value of another kind, naming the attribute", () => {
  const x = floats([1], 1);
  const cases: [number, unknown, string][] = [
    [TF_ATTR_TYPE, "float32", "a number: float32"],
    [TF_ATTR_INT, 1.5, "a whole number: 1.5"],
    [TF_ATTR_FLOAT, "1", "a number: 1"],
    [TF_ATTR_STRING, 1, "a string: 1"],
    [TF_ATTR_SHAPE, 3, "a shape: 3"],
  ];
  for (const [kind, value, rule] of cases) {
    assertThrows(
      () =>
        context.execute("Identity", [{ name: "T", type: kind, value }], [x], 1),
      TypeError,
      `Cannot set attribute "T": the value must be ${rule}`,
    );
  }
  assertThrows(
    () =>
      context.execute("Identity", [{ name: "T", type: 99, value: 1 }], [x], 1),
    TypeError,
    'Cannot set attribute "T": its kind must be one of 0 (string) to 5 (shape), 8 (function): 99',
  );
});
