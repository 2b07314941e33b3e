/** Compares arrays of numbers, and says where they differ. @module */
import { assertEquals, fail } from "@std/assert";

/**
 * Asserts that two lists of numbers agree.
 *
 * @param actual What was computed.
 * @param expected What it must be.
 * @param tolerance Largest allowed difference, relative to the larger of 1 and the expected number's size.
 */
export function assertAllClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-6,
): void {
  assertEquals(actual.length, expected.length, "the lengths differ");
  let [worst, where] = [-1, -1];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!) /
      Math.max(1, Math.abs(expected[i]!));
    if (!(difference <= worst)) [worst, where] = [difference, i]; // NaN counts as worst
    if (Number.isNaN(difference)) break;
  }
  if (!(worst <= tolerance)) {
    fail(
      `number ${where} is ${actual[where]}, not ${
        expected[where]
      }: off by ${worst}, allowed ${tolerance}`,
    );
  }
}
