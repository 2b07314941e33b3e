import { assert, assertEquals, assertThrows } from "@std/assert";
import { Permutation } from "../../src/data/permutation.ts";

function order(length: number, seed: number, epoch = 0): number[] {
  const permutation = new Permutation(length, seed, { stream: "test", epoch });
  return Array.from({ length }, (_, i) => permutation.at(i));
}

Deno.test("Permutation visits every number once, whatever their number", () => {
  for (const length of [1, 2, 3, 4, 5, 7, 12, 16, 17, 100, 999, 1000, 4097]) {
    for (const seed of [0, 1, -5]) {
      const sorted = order(length, seed).sort((a, b) => a - b);
      assertEquals(sorted, Array.from({ length }, (_, i) => i));
    }
  }
});

Deno.test("Permutation has another order for another seed, epoch or stream, and the same for the same", () => {
  assertEquals(order(50, 3, 7), order(50, 3, 7));
  const orders = [
    order(50, 3, 7),
    order(50, 3, 8),
    order(50, 4, 7),
    Array.from(
      { length: 50 },
      (_, i) => new Permutation(50, 3, { stream: "other", epoch: 7 }).at(i),
    ),
  ];
  assertEquals(new Set(orders.map(String)).size, 4);
});

Deno.test("Permutation chooses each of the 24 orders of 4 numbers about as often", () => {
  const seen = new Map<string, number>();
  const seeds = 4800;
  for (let seed = 0; seed < seeds; seed++) {
    const key = String(order(4, seed));
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  assertEquals(seen.size, 24);
  // Chi-squared with 23 degrees of freedom exceeds 49.7 once in a thousand times.
  const expected = seeds / 24;
  const chi = [...seen.values()]
    .reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert(chi < 49.7, `${chi}`);
});

Deno.test("Permutation leaves neighbours no nearer than chance does", () => {
  const length = 2000;
  const places = order(length, 1);
  const distances = places.slice(1).map((place, i) =>
    Math.abs(place - places[i]!)
  );
  const mean = distances.reduce((sum, d) => sum + d) / distances.length;
  // The mean distance of two of N numbers is N / 3; its deviation over so many pairs about N / 4 / √N · √(1/2) < 12.
  assert(Math.abs(mean - length / 3) < 50, `${mean}`);
});

Deno.test("Permutation works on more numbers than a list could hold", () => {
  const length = 2 ** 45 + 3;
  const permutation = new Permutation(length, 9, { stream: "test", epoch: 0 });
  const seen = new Set<number>();
  for (let i = 0; i < 1000; i++) {
    const place = permutation.at(i * 2 ** 33);
    assert(Number.isSafeInteger(place) && place >= 0 && place < length);
    seen.add(place);
  }
  assertEquals(seen.size, 1000);
});

Deno.test("Permutation refuses a length that it cannot count", () => {
  for (const length of [0, -1, 1.5, 2 ** 53]) {
    assertThrows(
      () => order(length, 0),
      RangeError,
      `Cannot make an order: its length must be an integer from 1 to 2^52: ${length}`,
    );
  }
});
