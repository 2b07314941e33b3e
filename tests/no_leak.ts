/** Counts tensors. @module */
import { assertEquals } from "@std/assert";
import { tf } from "../src/engine/tf.ts";

/**
 * Asserts that a piece of work leaves no tensor behind.
 *
 * @param work What to do.
 * @param left How many tensors it may leave, or fewer than none where it frees some.
 */
export async function assertNoLeak(
  work: () => void | Promise<void>,
  left = 0,
): Promise<void> {
  const before = tf.memory().numTensors;
  await work();
  assertEquals(tf.memory().numTensors - before, left, "tensors left behind");
}
