// What is easy to get wrong in our stand-in for @std/assert. The expectations are those of @std/assert 1.0.19, with
// which the stand-in was compared on random values. Nothing here may rest on the assertion under test alone, so
// outcomes are read by hand.
import nodeAssert from "node:assert/strict";
import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";

/** The message of a failed assertion; undefined when it passed. */
function failureOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    nodeAssert.ok(
      error instanceof AssertionError,
      `not an AssertionError: ${error}`,
    );
    return error.message;
  }
  return undefined;
}

/** The message with which an asynchronous assertion failed; undefined when it passed. */
async function failureOfAsync(
  run: () => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await run();
  } catch (error) {
    nodeAssert.ok(
      error instanceof AssertionError,
      `not an AssertionError: ${error}`,
    );
    return error.message;
  }
  return undefined;
}

class Point {
  constructor(readonly x: number) {}
}
class OtherPoint {
  constructor(readonly x: number) {}
}
class Hidden {
  #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value;
  }
}

function cyclic(end: number): unknown {
  const value: Record<string, unknown> = { end };
  value["self"] = value;
  return value;
}

const EQUALITY: [name: string, a: unknown, b: unknown, equal: boolean][] = [
  ["NaN and NaN", NaN, NaN, true],
  ["0 and -0", 0, -0, true],
  ["1 and the text 1", 1, "1", false],
  ["null and undefined", null, undefined, false],
  ["nested arrays", [1, [2, [3]]], [1, [2, [3]]], true],
  ["nested arrays that differ", [1, [2, [3]]], [1, [2, [4]]], false],
  ["a missing and an undefined member", { a: undefined }, {}, false],
  ["members in another order", { a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [
    "a plain and a null prototype",
    { a: 1 },
    Object.assign(Object.create(null), { a: 1 }),
    true,
  ],
  ["an array and its look-alike", [1], { 0: 1 }, false],
  ["two classes alike", new Point(1), new OtherPoint(1), false],
  ["one class, equal", new Point(1), new Point(1), true],
  ["getters over private fields", new Hidden(1), new Hidden(2), false],
  [
    "typed arrays",
    Float32Array.of(1, NaN, 0),
    Float32Array.of(1, NaN, -0),
    true,
  ],
  [
    "typed arrays that differ",
    Float32Array.of(1, 2),
    Float32Array.of(1, 3),
    false,
  ],
  [
    "typed arrays of other lengths",
    Float32Array.of(1, 2),
    Float32Array.of(1),
    false,
  ],
  ["typed arrays of two classes", Int32Array.of(1), Float32Array.of(1), false],
  [
    "views into different buffers",
    new Uint8Array([9, 1]).subarray(1),
    new Uint8Array([1]),
    true,
  ],
  ["buffers", Uint8Array.of(1).buffer, Uint8Array.of(2).buffer, false],
  ["bigint arrays", BigInt64Array.of(5n), BigInt64Array.of(5n), true],
  [
    "maps in another order",
    new Map([[1, "a"], [2, "b"]]),
    new Map([[2, "b"], [1, "a"]]),
    true,
  ],
  [
    "maps with object keys",
    new Map([[{ k: 1 }, 1]]),
    new Map([[{ k: 1 }, 1]]),
    true,
  ],
  [
    "maps that differ in a value",
    new Map([[1, "a"]]),
    new Map([[1, "b"]]),
    false,
  ],
  [
    "maps that differ in a key",
    new Map([[1, undefined]]),
    new Map([[2, undefined]]),
    false,
  ],
  ["sets of objects", new Set([{ a: 1 }]), new Set([{ a: 1 }]), true],
  ["sets that differ", new Set([1, 2]), new Set([1, 3]), false],
  ["dates", new Date(5), new Date(5), true],
  ["invalid dates", new Date(NaN), new Date(NaN), true],
  ["patterns", /a/g, /a/i, false],
  ["addresses", new URL("file:///a"), new URL("file:///a"), true],
  [
    "symbols as keys",
    { [Symbol.iterator]: 1 },
    { [Symbol.iterator]: 2 },
    false,
  ],
  ["cycles", cyclic(1), cyclic(1), true],
  ["cycles that differ", cyclic(1), cyclic(2), false],
];

for (const [name, a, b, equal] of EQUALITY) {
  Deno.test(`assertEquals() and assertNotEquals() compare ${name}`, () => {
    for (const [left, right] of [[a, b], [b, a]]) {
      nodeAssert.equal(
        failureOf(() => assertEquals(left, right)) === undefined,
        equal,
      );
      nodeAssert.equal(
        failureOf(() => assertNotEquals(left, right)) === undefined,
        !equal,
      );
    }
  });
}

Deno.test("assertEquals() shows the lines that differ and the caller's words", () => {
  const message = failureOf(() =>
    assertEquals({ a: 1, b: 2 }, { a: 1, b: 3 }, "after step 2")
  );
  nodeAssert.match(message!, /^Values are not equal: after step 2\n/);
  nodeAssert.match(message!, /\n-.*b: 2\n\+.*b: 3\n/);
});

Deno.test("assertEquals() keeps its message short for long values", () => {
  const message = failureOf(() =>
    assertEquals(Array(50_000).fill(1), Array(50_000).fill(2))
  );
  nodeAssert.ok(message!.length < 20_000);
});

Deno.test("assertStrictEquals() tells 0 from -0 and one object from its copy", () => {
  nodeAssert.equal(failureOf(() => assertStrictEquals(NaN, NaN)), undefined);
  nodeAssert.ok(failureOf(() => assertStrictEquals(0, -0)) !== undefined);
  nodeAssert.match(
    failureOf(() => assertStrictEquals({ a: 1 }, { a: 1 }))!,
    /not reference-equal/,
  );
});

Deno.test("assertAlmostEquals() allows a relative 1e-7 unless told otherwise", () => {
  nodeAssert.equal(
    failureOf(() => assertAlmostEquals(1e9 + 99, 1e9)),
    undefined,
  );
  nodeAssert.ok(
    failureOf(() => assertAlmostEquals(1e9 + 101, 1e9)) !== undefined,
  );
  nodeAssert.ok(failureOf(() => assertAlmostEquals(1e-9, 0)) !== undefined); // 0 · 1e-7 is 0
  nodeAssert.equal(failureOf(() => assertAlmostEquals(1.5, 1, 0.5)), undefined); // the bound is included
  nodeAssert.ok(
    failureOf(() => assertAlmostEquals(1.51, 1, 0.5)) !== undefined,
  );
  nodeAssert.equal(failureOf(() => assertAlmostEquals(NaN, NaN)), undefined);
  nodeAssert.ok(
    failureOf(() => assertAlmostEquals(NaN, 1, Infinity)) !== undefined,
  );
  nodeAssert.equal(
    failureOf(() => assertAlmostEquals(Infinity, Infinity)),
    undefined,
  );
  nodeAssert.ok(
    failureOf(() => assertAlmostEquals(-Infinity, Infinity, 1)) !== undefined,
  );
});

Deno.test("assertThrows() returns the error and checks its class and message", () => {
  const thrown = new RangeError("Cannot sail: no wind");
  function sail(): never {
    throw thrown;
  }
  nodeAssert.equal(assertThrows(sail), thrown);
  nodeAssert.equal(assertThrows(sail, "with words"), thrown);
  nodeAssert.equal(assertThrows(sail, Error, "no wind"), thrown);
  nodeAssert.match(
    failureOf(() => assertThrows(sail, TypeError))!,
    /instance of "TypeError", but was "RangeError"/,
  );
  nodeAssert.match(
    failureOf(() => assertThrows(sail, RangeError, "no sea"))!,
    /to include "no sea"/,
  );
  nodeAssert.equal(
    failureOf(() => assertThrows(() => 1, "words")),
    "Expected function to throw: words",
  );
  nodeAssert.equal(
    failureOf(() =>
      assertThrows(() => {
        throw "text";
      }, Error)
    ),
    "A non-Error object was thrown.",
  );
});

Deno.test("assertRejects() returns the error and refuses a throw in place of a rejection", async () => {
  const error = new TypeError("Cannot row: no oars");
  nodeAssert.equal(await assertRejects(() => Promise.reject(error)), error);
  nodeAssert.equal(
    await assertRejects(() => Promise.reject(error), TypeError, "oars"),
    error,
  );
  nodeAssert.match(
    (await failureOfAsync(() =>
      assertRejects(() => Promise.reject(error), RangeError)
    ))!,
    /instance of "RangeError"/,
  );
  nodeAssert.match(
    (await failureOfAsync(() =>
      assertRejects(() => Promise.reject(error), TypeError, "sail")
    ))!,
    /to include "sail"/,
  );
  nodeAssert.equal(
    await failureOfAsync(() => assertRejects(() => Promise.resolve(1))),
    "Expected function to reject.",
  );
  nodeAssert.equal(
    await failureOfAsync(() =>
      assertRejects(() => {
        throw error;
      })
    ),
    "Function throws when expected to reject.",
  );
});

Deno.test("assertObjectMatch() ignores what the expectation does not name", () => {
  const actual = {
    a: 1,
    b: { c: [1, { d: 2, e: 3 }], f: 4 },
    map: new Map([["x", 1], ["y", 2]]),
  };
  nodeAssert.equal(
    failureOf(() => assertObjectMatch(actual, { b: { c: [1, { d: 2 }] } })),
    undefined,
  );
  nodeAssert.equal(
    failureOf(() => assertObjectMatch(actual, { map: new Map([["x", 1]]) })),
    undefined,
  );
  nodeAssert.equal(
    failureOf(() => assertObjectMatch({ p: new Point(1) }, { p: { x: 1 } })),
    undefined,
  );
  nodeAssert.ok(
    failureOf(() => assertObjectMatch(actual, { b: { c: [2] } })) !== undefined,
  );
  nodeAssert.ok(
    failureOf(() => assertObjectMatch(actual, { g: undefined })) !== undefined,
  );
  nodeAssert.ok(
    failureOf(() =>
      assertObjectMatch({ when: new Date(1) }, { when: new Date(2) })
    ) !== undefined,
  );
});

Deno.test("assertArrayIncludes() compares items in depth and lists the missing ones", () => {
  nodeAssert.equal(
    failureOf(() => assertArrayIncludes([{ a: 1 }, NaN], [NaN, { a: 1 }])),
    undefined,
  );
  nodeAssert.match(
    failureOf(() => assertArrayIncludes([1, 2], [2, 3]))!,
    /missing: \[\s*3\s*\]/,
  );
});

Deno.test("The short assertions pass and fail where they should", () => {
  const passing = [
    () => assert("x"),
    () => assertExists(0),
    () => assertGreater(2, 1),
    () => assertGreaterOrEqual(2, 2),
    () => assertLess(1, 2),
    () => assertLessOrEqual(2, 2),
    () => assertInstanceOf(new RangeError(), Error),
    () => assertMatch("whale", /^wh/),
    () => assertStringIncludes("white whale", "whale"),
  ];
  const failing = [
    () => assert(""),
    () => assertExists(null),
    () => assertGreater(2, 2),
    () => assertGreaterOrEqual(NaN, NaN),
    () => assertLess(2, 2),
    () => assertLessOrEqual(3, 2),
    () => assertInstanceOf({}, Error),
    () => assertMatch("a whale", /^wh/),
    () => assertStringIncludes("whale", "white"),
    () => fail("on purpose"),
  ];
  for (const run of passing) {
    nodeAssert.equal(failureOf(run), undefined, String(run));
  }
  for (const run of failing) {
    nodeAssert.ok(failureOf(run) !== undefined, String(run));
  }
});
