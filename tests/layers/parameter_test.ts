import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { Parameter } from "../../src/layers/parameter.ts";
import { assertNoLeak } from "../no_leak.ts";

function counted(
  values: number[],
): { parameter: Parameter; calls: () => number } {
  let calls = 0;
  const parameter = new Parameter(
    "layer/kernel",
    [2, values.length / 2],
    () => {
      calls++;
      return Float32Array.from(values);
    },
  );
  return { parameter, calls: () => calls };
}

Deno.test("Parameter makes its first values once, and only when they are needed", async () => {
  await ensureEngine();
  const { parameter, calls } = counted([1, 2, 3, 4]);
  assertEquals([parameter.size, calls()], [4, 0]);
  assertEquals([...await parameter.values()], [1, 2, 3, 4]);
  assertEquals(parameter.variable.shape, [2, 2]);
  assertEquals([...parameter.variable.dataSync()], [1, 2, 3, 4]);
  assertEquals(calls(), 1);
  parameter.dispose();
});

Deno.test("Parameter.set() replaces the values, on the host and on the engine, without making the first ones", async () => {
  await ensureEngine();
  const { parameter, calls } = counted([1, 2]);
  parameter.set(Float32Array.of(5, 6));
  assertEquals([...await parameter.values()], [5, 6]);
  assertEquals([...parameter.variable.dataSync()], [5, 6]);
  parameter.set(Float32Array.of(7, 8));
  assertEquals([...await parameter.values()], [7, 8]);
  assertEquals(calls(), 0);
  parameter.dispose();
});

Deno.test("Parameter.snapshot() keeps the values that later training changes", async () => {
  await ensureEngine();
  const { parameter } = counted([1, 2]);
  assertEquals(parameter.snapshot(), undefined);
  const { variable } = parameter;
  const snapshot = parameter.snapshot()!;
  tf.tidy(() => variable.assign(tf.tensor2d([[3], [4]])));
  assertEquals([[...snapshot.dataSync()], [...variable.dataSync()]], [[1, 2], [
    3,
    4,
  ]]);
  snapshot.dispose();
  parameter.dispose();
});

Deno.test("Parameter holds one tensor, and none after dispose()", async () => {
  await ensureEngine();
  await assertNoLeak(async () => {
    const { parameter } = counted([1, 2]);
    await assertNoLeak(() => void parameter.variable, 1);
    await assertNoLeak(async () => {
      await parameter.values();
      parameter.set(Float32Array.of(0, 0));
    });
    parameter.dispose();
    parameter.dispose(); // twice is once
  });
});

Deno.test("Parameter outlives a tidy in which it is first used", async () => {
  await ensureEngine();
  const { parameter } = counted([1, 2]);
  tf.tidy(() => void parameter.variable);
  assertEquals([...parameter.variable.dataSync()], [1, 2]);
  parameter.dispose();
});

Deno.test("Parameter cannot be used after dispose()", async () => {
  const { parameter } = counted([1, 2]);
  parameter.dispose();
  const message =
    'Cannot use the parameter "layer/kernel": its model has been disposed';
  assertThrows(() => parameter.variable, Error, message);
  await assertRejects(() => parameter.values(), Error, message);
  assertEquals(parameter.disposed, true);
});

Deno.test("Parameter.set() refuses values that do not fill its shape", () => {
  assertThrows(
    () => counted([1, 2]).parameter.set(Float32Array.of(1)),
    RangeError,
    'Cannot set the parameter "layer/kernel": shape [2,1] holds 2 numbers: 1',
  );
});

Deno.test("Parameter.of() is a variable of somebody else, which it changes and frees", async () => {
  const variable = tf.variable(tf.tensor2d([[1, 2]]));
  const parameter = Parameter.of("theirs", variable);
  assertEquals([parameter.name, parameter.shape, parameter.size], [
    "theirs",
    [1, 2],
    2,
  ]);
  assertEquals(parameter.variable === variable, true);
  parameter.set(Float32Array.of(3, 4));
  assertEquals([...await variable.data()], [3, 4]);
  parameter.dispose();
  assertEquals([variable.isDisposed, parameter.disposed], [true, true]);
});

Deno.test("Parameter puts its values where it is told to", () => {
  const variable = tf.variable(tf.tensor1d([0, 0]));
  const parameter = new Parameter(
    "placed",
    [2],
    () => Float32Array.of(1, 2),
    (values) => {
      tf.tidy(() => variable.assign(tf.tensor1d(values)));
      return variable;
    },
  );
  parameter.set(Float32Array.of(5, 6));
  assertEquals([...variable.dataSync()], [0, 0]); // not used yet
  assertEquals(parameter.variable === variable, true);
  assertEquals([...variable.dataSync()], [5, 6]);
  parameter.dispose();
});

Deno.test("Parameter refuses a shape that no array holds, before anything is made", () => {
  assertThrows(
    () =>
      new Parameter(
        "lstm_1/kernel",
        [1e9, 4e9],
        () => new Float32Array(),
      ),
    RangeError,
    'Cannot make the parameter "lstm_1/kernel": an array holds at most 2147483647 numbers: shape [1000000000,4000000000]; ' +
      "build a smaller model",
  );
});
