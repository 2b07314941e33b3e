import { assert, assertEquals } from "@std/assert";
import { type EngineName, useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { assertAllClose } from "../close.ts";
import {
  COMPLEX_OPERATIONS,
  type Operation,
  OPERATIONS,
} from "./_operations.ts";

/** What an operation gave: shapes, types and values. */
interface Outcome {
  shape: number[];
  dtype: string;
  values: ArrayLike<number>;
}

async function run(operation: Operation): Promise<Outcome[]> {
  const result = tf.tidy(operation as () => tf.Tensor[]);
  const tensors = Array.isArray(result) ? result : [result as tf.Tensor];
  const outcomes: Outcome[] = [];
  for (const tensor of tensors) {
    const values = await tensor.data();
    outcomes.push({ shape: tensor.shape, dtype: tensor.dtype, values });
    tensor.dispose();
  }
  return outcomes;
}

/** Runs the table on the cpu engine and on another one, and lists every difference. */
async function differences(
  engine: EngineName,
  operations: Record<string, Operation>,
  tolerance: number,
): Promise<string[]> {
  await useEngine("cpu");
  const expected = new Map<string, Outcome[]>();
  for (const [name, operation] of Object.entries(operations)) {
    expected.set(name, await run(operation));
  }
  await useEngine(engine);
  const found: string[] = [];
  for (const [name, operation] of Object.entries(operations)) {
    try {
      const before = tf.memory().numTensors;
      const outcomes = await run(operation);
      assertEquals(tf.memory().numTensors, before, `${name} leaves tensors`);
      for (const [i, want] of expected.get(name)!.entries()) {
        const got = outcomes[i]!;
        assertEquals([got.shape, got.dtype], [want.shape, want.dtype], name);
        assertAllClose(got.values, want.values, tolerance);
      }
    } catch (error) {
      found.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return found;
}

// A graphics driver may come into the process only after TensorFlow.
await useEngine("tensorflow");

Deno.test("tensorflow computes every operation of the table as cpu does", async () => {
  const operations = { ...OPERATIONS, ...COMPLEX_OPERATIONS };
  assert(Object.keys(operations).length > 200);
  assertEquals(await differences("tensorflow", operations, 2e-5), []);
});

Deno.test("wasm computes every operation of the table as cpu does", async () => {
  // The XNNPACK in it refuses a product over an axis of no elements, aloud.
  const { "empty matMul": _, ...operations } = OPERATIONS;
  assertEquals(await differences("wasm", operations, 2e-5), []);
});

Deno.test({
  name: "webgpu computes every operation of the table as cpu does",
  ignore: !await navigator.gpu?.requestAdapter(),
  async fn() {
    const {
      // It cannot start work for a result of no elements, or a product over an axis of none.
      "empty sum": _sum,
      "empty matMul": _matMul,
      // It gives shape [1] where the others give a scalar.
      "argMax of ties": _argMax,
      // It has no kernels for these.
      unique: _unique,
      bitwiseAnd: _bitwiseAnd,
      ...operations
    } = OPERATIONS;
    assertEquals(await differences("webgpu", operations, 1e-4), []);
  },
});
