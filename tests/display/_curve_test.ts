import { assertEquals, assertLessOrEqual } from "@std/assert";
import { Curve, thin } from "../../src/display/_curve.ts";

Deno.test("Curve.points() gives back few points as they came", () => {
  assertEquals(thin([[1, 4], [2, 3]], 4), [[1, 4], [2, 3]]);
});

Deno.test("Curve.add() averages neighbours once there are too many", () => {
  // Five points into four places: pairs (1, 2) and (3, 4) are averaged, the fifth begins the next pair.
  assertEquals(thin([[1, 10], [2, 20], [3, 30], [4, 50], [5, 60]], 4), [
    [1.5, 15],
    [3.5, 40],
    [5, 60],
  ]);
});

Deno.test("Curve.points() stay few and keep the mean however many points come", () => {
  const curve = new Curve(8);
  for (let x = 1; x <= 1024; x++) curve.add(x, 2 * x);
  const points = curve.points();
  assertLessOrEqual(points.length, 8);
  // 1,024 = 8 groups of 128: the first covers 1 to 128, whose mean is 64.5.
  assertEquals(points[0], [64.5, 129]);
  assertEquals(points.at(-1), [960.5, 1921]);
});

Deno.test("Curve.add() leaves out what cannot be drawn", () => {
  assertEquals(thin([[1, NaN], [2, 3], [3, Infinity]], 4), [[2, 3]]);
});
