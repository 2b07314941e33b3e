import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Pace } from "../../src/training/pace.ts";

Deno.test("Pace.rate is 0 before any work and exact at an even pace", () => {
  const pace = new Pace();
  assertEquals(pace.rate, 0);
  for (let i = 0; i < 10; i++) {
    pace.add(50, 0.1);
    assertAlmostEquals(pace.rate, 500);
  }
});

Deno.test("Pace.rate forgets a slow beginning within seconds", () => {
  const pace = new Pace();
  pace.add(10, 10); // 1 per second
  for (let i = 0; i < 120; i++) pace.add(10, 0.1); // 100 per second, for 12 s: four times its memory
  // The beginning fades to e⁻⁴ of its 10 s, against about 3 s of the new pace.
  assert(pace.rate > 90 && pace.rate < 100, `${pace.rate}`);
});
