import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../src/engine/random.ts";
import { bootstrap } from "../../src/evaluation/bootstrap.ts";

const OPTIONS = { resamples: 1000, confidence: 0.95, seed: 0 };
const MEAN = {
  mean: (of: Readonly<Record<string, number>>): number => of["x"]! / of["n"]!,
};

Deno.test("bootstrap() of a mean of 400 normal draws is about 1.96 standard errors wide to each side", () => {
  const random = new RandomStream(3);
  const x = Float64Array.from({ length: 400 }, () => random.normal());
  const mean = x.reduce((a, b) => a + b) / 400;
  const error = Math.sqrt(
    x.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 400 / 400,
  );
  const sums = { x, n: new Float64Array(400).fill(1) };
  const [low, high] = bootstrap(sums, MEAN, OPTIONS)["mean"]!;
  // The standard error of a percentile of 1,000 draws near the tail is some 0.08 standard errors: 3 of those.
  assert(
    Math.abs((mean - low) / error - 1.96) < 0.25,
    `${(mean - low) / error}`,
  );
  assert(
    Math.abs((high - mean) / error - 1.96) < 0.25,
    `${(high - mean) / error}`,
  );
});

Deno.test("bootstrap() is the same for the same seed, and another for another", () => {
  const sums = {
    x: Float64Array.of(1, 5, 2, 9),
    n: Float64Array.of(1, 2, 1, 2),
  };
  const [first, again, other] = [1, 1, 2].map((seed) =>
    bootstrap(sums, MEAN, { ...OPTIONS, resamples: 9, seed })["mean"]
  );
  assertEquals(first, again);
  assert(first![0] !== other![0] || first![1] !== other![1]);
});

Deno.test("bootstrap() says nothing of a single block, and nothing wide of equal blocks", () => {
  const one = { x: Float64Array.of(3), n: Float64Array.of(2) };
  assertEquals(bootstrap(one, MEAN, OPTIONS), {});
  const equal = { x: Float64Array.of(3, 3), n: Float64Array.of(2, 2) };
  assertEquals(bootstrap(equal, MEAN, OPTIONS), { mean: [1.5, 1.5] });
});
