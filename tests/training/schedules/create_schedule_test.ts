import { assertEquals, assertThrows } from "@std/assert";
import {
  createSchedule,
  type LearningRate,
} from "../../../src/training/schedules/create_schedule.ts";
import { assertAllClose } from "../../close.ts";
import golden from "../../golden/schedules.json" with { type: "json" };

const LENGTH = { totalSteps: 12, maxSeconds: Infinity };

for (const { choice, rates } of golden.cases) {
  Deno.test(`createSchedule() of ${JSON.stringify(choice)} gives the ${rates.length} rates of its framework`, () => {
    const schedule = createSchedule(choice as LearningRate, {
      ...LENGTH,
      totalSteps: rates.length,
    });
    assertEquals(schedule.name, choice.name);
    const ours = rates.map((_, step) => schedule.rate(step, rates.length));
    assertAllClose(ours, rates, 1e-7); // Keras counts in float32
    assertEquals(schedule.toJSON(), null);
  });
}

Deno.test("createSchedule() takes a number for the rate of every step, and a function as it is", () => {
  const constant = createSchedule(0.25, LENGTH);
  assertEquals([constant.rate(0, 12), constant.rate(11, 12)], [0.25, 0.25]);
  const own = createSchedule((step, total) => step / total, LENGTH);
  assertEquals([own.name, own.rate(3, 12)], ["function", 0.25]);
});

Deno.test("createSchedule() takes a name for the usual rate", () => {
  for (const name of ["constant", "linear", "cosine", "plateau"] as const) {
    assertEquals(createSchedule(name, LENGTH).rate(0, 12), 0.002);
  }
  const rates = Array.from(
    { length: 100 },
    (_, step) => createSchedule("one-cycle", LENGTH).rate(step, 100),
  );
  assertAllClose([rates[0]!, Math.max(...rates)], [0.002 / 25, 0.002], 1e-12);
});

Deno.test("createSchedule() goes by the share of the run when the number of steps is an estimate", () => {
  const timed = { totalSteps: Infinity, maxSeconds: 60 };
  const cosine = createSchedule(
    { name: "cosine", peak: 1, warmup: 0.25 },
    timed,
  );
  assertEquals(cosine.rate(0, Infinity), 0);
  assertAllClose([cosine.rate(100, 800)], [0.5]); // half of the warm-up
  assertAllClose([cosine.rate(100, 400)], [1]); // its end
  assertAllClose([cosine.rate(100, 160)], [0.5]); // half of the fall, from 0.25 to 1
  assertEquals(cosine.rate(100, 100), 0);
  const linear = createSchedule("linear", timed);
  assertEquals(linear.rate(0, Infinity), 0.002);
  const oneCycle = createSchedule("one-cycle", timed);
  assertAllClose([oneCycle.rate(0, Infinity)], [0.002 / 25]);
});

Deno.test("createSchedule() stays at the end's rate when a run goes on beyond its steps", () => {
  const cosine = createSchedule(
    { name: "cosine", peak: 1, end: 0.125 },
    LENGTH,
  );
  assertEquals([cosine.rate(12, 12), cosine.rate(20, 12)], [0.125, 0.125]);
  const cycle = createSchedule({ name: "one-cycle", peak: 1 }, LENGTH);
  assertEquals(cycle.rate(20, 12), cycle.rate(11, 12));
});

for (
  const [choice, kind, message] of [
    [
      NaN,
      RangeError,
      "Cannot train: learningRate must be a positive number: NaN",
    ],
    [[], TypeError, "Cannot train: learningRate must be a positive number, a"],
    [
      { peak: 1 },
      RangeError,
      "Cannot make a schedule: its name must be one of constant, linear, cosine, one-cycle, plateau: undefined",
    ],
    [
      { name: "cosine", peek: 1 },
      TypeError,
      'Cannot make a cosine schedule: there is no option "peek", did you mean "peak"? (known: peak, warmup, start, end, name)',
    ],
    [
      { name: "constant", end: 0 },
      TypeError,
      'Cannot make a constant schedule: there is no option "end" (known: peak, warmup, start, name)',
    ],
    [
      { name: "linear", warmup: 2.5 },
      RangeError,
      "Cannot make a linear schedule: warmup must be a whole number of steps, or a share of the run below 1: 2.5",
    ],
    [
      { name: "linear", start: 0.001 },
      TypeError,
      "Cannot make a linear schedule: start has no effect without warmup: give warmup, such as 0.1",
    ],
    [
      { name: "cosine", peak: 0.1, end: 0.2 },
      RangeError,
      "Cannot make a cosine schedule: end must be at most peak, 0.1: 0.2",
    ],
    [
      { name: "cosine", peak: "0.1" },
      TypeError,
      'Cannot make a cosine schedule: peak must be a number: "0.1"',
    ],
    [
      { name: "cosine", warmup: 12 },
      RangeError,
      "Cannot make a cosine schedule: warmup must be shorter than the run, which takes 12 steps: 12",
    ],
    [
      { name: "one-cycle", warmup: 1 },
      RangeError,
      "Cannot make a one-cycle schedule: warmup must be between 0 and 1: 1",
    ],
    [
      { name: "one-cycle", anneal: "cos" },
      TypeError,
      'Cannot make a one-cycle schedule: anneal must be "cosine" or "linear": "cos"',
    ],
    [
      { name: "plateau", factor: 1 },
      RangeError,
      "Cannot make a plateau schedule: factor must be between 0 and 1: 1",
    ],
    [
      { name: "plateau", patience: 0.5 },
      RangeError,
      "Cannot make a plateau schedule: patience must be a whole number from 0: 0.5",
    ],
    [
      { name: "plateau", min: 0.002 },
      RangeError,
      "Cannot make a plateau schedule: min must be below peak, 0.002: 0.002",
    ],
  ] as unknown as [LearningRate, typeof RangeError, string][]
) {
  Deno.test(`createSchedule() refuses ${Deno.inspect(choice)}`, () => {
    assertThrows(() => createSchedule(choice, LENGTH), kind, message);
  });
}

Deno.test("createSchedule() refuses a schedule that goes by the end of a run without one", () => {
  const endless = { totalSteps: Infinity, maxSeconds: Infinity };
  for (const name of ["linear", "cosine", "one-cycle"] as const) {
    assertThrows(
      () => createSchedule(name, endless),
      TypeError,
      `Cannot make a ${name} schedule: the run must have an end: give epochs, steps or maxSeconds`,
    );
  }
  const warmed = { name: "constant", peak: 1, warmup: 10 } as const;
  assertEquals(createSchedule(warmed, endless).rate(5, Infinity), 0.5);
});

Deno.test("createSchedule() refuses what a function gives when it is no rate", () => {
  for (
    const [given, kind, message] of [
      [-1, RangeError, "-1 after 3 steps"],
      [NaN, RangeError, "NaN after 3 steps"],
      ["0.1", TypeError, '"0.1" after 3 steps'],
    ] as const
  ) {
    const schedule = createSchedule(() => given as number, LENGTH);
    assertThrows(
      () => schedule.rate(3, 12),
      kind,
      `Cannot train: learningRate must give a number from 0: ${message}`,
    );
  }
});
