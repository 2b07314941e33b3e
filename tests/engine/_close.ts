/** Compares arrays of numbers, and says where and by how much they differ. */
import { assert } from "@std/assert";

/** Fails unless every value is within `tolerance`, relative to the larger of 1 and the expected value. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert(
    actual.length === expected.length,
    `${what}: ${actual.length} values instead of ${expected.length}`,
  );
  let worst = 0;
  let place = -1;
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!, e = expected[i]!;
    if (Object.is(a, e) || a === e) continue;
    const gap = Math.abs(a - e) / Math.max(1, Math.abs(e));
    if (!(gap <= worst)) [worst, place] = [gap, i];
  }
  assert(
    worst <= tolerance,
    `${what}: value ${place} is ${actual[place]} instead of ${
      expected[place]
    }, off by ${worst}, allowed are ${tolerance}`,
  );
}
