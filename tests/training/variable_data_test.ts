import { assertEquals, assertThrows } from "@std/assert";
import type { TensorData } from "../../src/checkpoint/safetensors.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import {
  assignTensors,
  readTensors,
  tensorOf,
} from "../../src/training/variable_data.ts";
import { assertNoLeak } from "../no_leak.ts";

await useEngine("cpu");

const SAVED: ReadonlyMap<string, TensorData> = new Map<string, TensorData>([
  ["a", { dtype: "F32", shape: [2, 1], data: Float32Array.of(0.5, -0) }],
  ["b", { dtype: "I32", shape: [], data: Int32Array.of(7) }],
]);

/** Variables of the same names, types and shapes, with zeros. */
function zeros() {
  return new Map([
    ["a", tf.variable(tf.zeros([2, 1]))],
    ["b", tf.variable(tf.scalar(0, "int32"))],
  ]);
}

Deno.test("readTensors() gives back what assignTensors() took, and neither leaves a tensor behind", async () => {
  const variables = zeros();
  await assertNoLeak(async () => {
    assignTensors(variables, SAVED, "memory");
    assertEquals(await readTensors(variables), SAVED);
  });
  tf.dispose([...variables.values()]);
});

Deno.test("readTensors() gives the values of the moment it was called", async () => {
  const variables = zeros();
  const reading = readTensors(variables);
  assignTensors(variables, SAVED, "memory");
  assertEquals((await reading).get("a")?.data, Float32Array.of(0, 0));
  tf.dispose([...variables.values()]);
});

Deno.test("assignTensors() refuses other names, types and shapes, and changes nothing then", async () => {
  const variables = zeros();
  const [a, b] = [SAVED.get("a")!, SAVED.get("b")!];
  const flat: TensorData = { ...a, shape: [2] } as TensorData;
  const refused: [[string, TensorData][], string][] = [
    [[["a", a]], "memory must have the tensors of the run: missing b"],
    [
      [["a", a], ["c", b]],
      "memory must have the tensors of the run: missing b; unknown c",
    ],
    [
      [["a", flat], ["b", b]],
      'memory: the tensor "a" must be F32 of shape [2,1]: it is F32 of shape [2]',
    ],
    [
      [["a", a], ["b", a]],
      'memory: the tensor "b" must be I32 of shape []: it is F32 of shape [2,1]',
    ],
  ];
  for (const [saved, message] of refused) {
    assertThrows(
      () => assignTensors(variables, new Map(saved), "memory"),
      SyntaxError,
      message,
    );
  }
  assertEquals(
    (await readTensors(variables)).get("a")?.data,
    Float32Array.of(0, 0),
  );
  tf.dispose([...variables.values()]);
});

Deno.test("tensorOf() keeps type, shape and values", async () => {
  const tensor = tensorOf(SAVED.get("b")!);
  assertEquals([tensor.dtype, tensor.shape], ["int32", []]);
  assertEquals([...await tensor.data()], [7]);
  tensor.dispose();
});
