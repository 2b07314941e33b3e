import { assertEquals, assertThrows } from "@std/assert";
import { toFileUrl } from "@std/path";
import {
  type CheckpointOptions,
  checkpointsRule,
  resolveCheckpoints,
} from "../../src/training/checkpoint_options.ts";

Deno.test("resolveCheckpoints() fills in the documented defaults", () => {
  const usual = {
    directory: "/a",
    everySteps: undefined,
    everySeconds: 600,
    best: true,
    keep: 3,
    replace: false,
  };
  assertEquals(resolveCheckpoints(false), undefined);
  for (
    const choice of ["/a", toFileUrl("/a"), { directory: "/a" }, {
      directory: toFileUrl("/a"),
    }]
  ) {
    checkpointsRule(choice, "checkpoints");
    assertEquals(resolveCheckpoints(choice), usual);
  }
  assertEquals(resolveCheckpoints({ directory: "/a", everySteps: 5 }), {
    ...usual,
    everySteps: 5,
    everySeconds: Infinity,
  });
  assertEquals(
    resolveCheckpoints({ directory: "/a", everySteps: 5, everySeconds: 9 })
      ?.everySeconds,
    9,
  );
});

const START = "Cannot train: checkpoints";
const REFUSED: [given: unknown, error: typeof TypeError, message: string][] = [
  [
    null,
    TypeError,
    `${START} must be a folder, an object or false: null`,
  ],
  [true, TypeError, `${START} must be a folder, an object or false: true`],
  ["", TypeError, `${START} must be the path of a folder: ""`],
  [
    new URL("https://example.org/a"),
    TypeError,
    `${START} must be the path of a folder: https://example.org/a`,
  ],
  [{}, TypeError, `${START}.directory must be given, such as { directory: `],
  [
    { directory: 5 },
    TypeError,
    `${START}.directory must be the path of a folder: 5`,
  ],
  [
    { directory: "a", every: 5 },
    TypeError,
    'Cannot train: checkpoints: there is no option "every" (known: directory, everySteps, everySeconds, best, keep, ' +
    "replace)",
  ],
  [
    { directory: "a", everySteps: "5" },
    TypeError,
    `${START}.everySteps must be a positive integer: "5"`,
  ],
  [
    { directory: "a", everySteps: 0 },
    RangeError,
    `${START}.everySteps must be a positive integer: 0`,
  ],
  [
    { directory: "a", everySeconds: NaN },
    RangeError,
    `${START}.everySeconds must be a positive number: NaN`,
  ],
  [
    { directory: "a", keep: 0 },
    RangeError,
    `${START}.keep must be a positive integer: 0`,
  ],
  [
    { directory: "a", best: "yes" },
    TypeError,
    `${START}.best must be true or false: "yes"`,
  ],
];

for (const [given, error, message] of REFUSED) {
  Deno.test(`checkpointsRule() refuses ${Deno.inspect(given)}`, () => {
    assertThrows(
      () => checkpointsRule(given as CheckpointOptions, "checkpoints"),
      error,
      message,
    );
  });
}
