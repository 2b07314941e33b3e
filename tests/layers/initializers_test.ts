import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { RandomStream } from "../../src/engine/random.ts";
import {
  constant,
  glorotUniform,
  normal,
  orthogonalRows,
  uniform,
} from "../../src/layers/initializers.ts";

function variance(values: Float32Array): number {
  return values.reduce((sum, x) => sum + x * x, 0) / values.length;
}

Deno.test("constant() repeats one number", () => {
  assertEquals([...constant(3, 2)], [2, 2, 2]);
});

Deno.test("uniform() fills its range evenly", () => {
  const values = uniform(20_000, 0.05, new RandomStream(1));
  assert(values.every((x) => x >= Math.fround(-0.05) && x < Math.fround(0.05)));
  assertAlmostEquals(variance(values), 0.05 ** 2 / 3, 0.05 ** 2 / 50); // (b − a)² / 12
});

Deno.test("normal() has mean 0, the deviation that is asked for, and the tails of a normal distribution", () => {
  const values = normal(20_000, 0.02, new RandomStream(1, "x"));
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  // Standard errors: 0.02 / √20,000 of the mean, 1 / √40,000 of the deviation, relatively.
  assertAlmostEquals(mean, 0, 4 * 0.02 / Math.sqrt(20_000));
  assertAlmostEquals(Math.sqrt(variance(values)) / 0.02, 1, 4 / 200);
  const beyond = values.filter((x) => Math.abs(x) > 0.04).length / 20_000;
  assertAlmostEquals(beyond, 0.0455, 4 * Math.sqrt(0.0455 * 0.9545 / 20_000)); // outside of 2 deviations
});

Deno.test("glorotUniform() has variance 2 / (inputs + outputs) and Keras's limit", () => {
  const values = glorotUniform([100, 200], new RandomStream(1));
  const limit = Math.sqrt(6 / 300); // keras.initializers.GlorotUniform: sqrt(6 / (fan_in + fan_out))
  assert(
    values.every((x) => Math.abs(x) <= limit) &&
      values.some((x) => Math.abs(x) > 0.99 * limit),
  );
  assertAlmostEquals(variance(values), 2 / 300, 0.02 * 2 / 300);
});

Deno.test("orthogonalRows() gives rows of length 1 that stand at right angles", () => {
  const [rows, columns] = [24, 96];
  const flat = orthogonalRows([rows, columns], new RandomStream(4));
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < rows; b++) {
      let product = 0;
      for (let c = 0; c < columns; c++) {
        product += flat[a * columns + c]! * flat[b * columns + c]!;
      }
      assertAlmostEquals(product, a === b ? 1 : 0, 1e-6);
    }
  }
});

Deno.test("orthogonalRows() refuses more rows than can stand at right angles", () => {
  assertThrows(
    () => orthogonalRows([3, 2], new RandomStream(0)),
    RangeError,
    "Cannot make orthogonal rows: there are at most as many as columns: [3,2]",
  );
});

Deno.test("initializers give the same numbers for the same seed, others for another", () => {
  for (const make of [glorotUniform, orthogonalRows]) {
    const [a, b, c] = [7, 7, 8].map((
      seed,
    ) => [...make([4, 8], new RandomStream(seed))]);
    assertEquals(a, b);
    assert(a!.every((x, i) => x !== c![i]));
  }
});
