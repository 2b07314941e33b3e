import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { fallingExponential } from "../../../src/generation/chain/_falling_exponential.ts";

Deno.test("fallingExponential() is Math.exp() to a few units in the last place", () => {
  const random = new RandomStream(1);
  for (let i = 0; i < 100_000; i++) {
    const s = random.uniform() ** 3 * 700;
    const expected = Math.exp(-s);
    assert(
      Math.abs(fallingExponential(s) - expected) <= 8e-16 * expected,
      `${s}`,
    );
  }
});

Deno.test("fallingExponential() is exact at 0, and 0 where nothing is left", () => {
  assertEquals(
    [0, -0, 746, 1e300, Infinity].map(fallingExponential),
    [1, 1, 0, 0, 0],
  );
  for (let s = 700; s < 745; s += 0.37) { // the numbers have fewer bits here
    const expected = Math.exp(-s);
    assert(
      Math.abs(fallingExponential(s) - expected) <= 1e-15 * expected + 1e-323,
    );
  }
});
