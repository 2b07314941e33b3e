/** Runs operations on the cpu engine and on another one, and tells where they differ. */
import { assertEquals } from "@std/assert";
import { type EngineName, useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { assertAllClose } from "../close.ts";
import type { Operation } from "./_operations.ts";

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
export async function differences(
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
