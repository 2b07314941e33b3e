import { assertEquals } from "@std/assert";
import { estimateSteps } from "../../../src/training/schedules/schedule.ts";

Deno.test("estimateSteps() takes the number of steps where it is known, whatever the time", () => {
  assertEquals(
    estimateSteps({ steps: 3, totalSteps: 12, seconds: 50, maxSeconds: 60 }),
    12,
  );
});

Deno.test("estimateSteps() goes by the time where only that ends the run", () => {
  const timed = { totalSteps: Infinity, maxSeconds: 60 };
  assertEquals(estimateSteps({ ...timed, steps: 0, seconds: 0 }), Infinity);
  assertEquals(estimateSteps({ ...timed, steps: 10, seconds: 15 }), 40);
  assertEquals(estimateSteps({ ...timed, steps: 10, seconds: 75 }), 10); // late
  assertEquals(
    estimateSteps({ ...timed, maxSeconds: Infinity, steps: 1, seconds: 1 }),
    Infinity,
  );
});
