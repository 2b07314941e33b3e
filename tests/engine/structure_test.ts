import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { flatten, flattenResult } from "../../src/engine/structure.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";

await ensureEngine();

const signatureOf = (value: unknown): string => flatten(value, "it").signature;

Deno.test("flatten() takes tensors out in order, and puts others in their place", () => {
  tf.tidy(() => {
    const [a, b, c, d] = [1, 2, 3, 4].map((x) => tf.scalar(x)) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const value = {
      z: [a, "text", { inner: b }],
      a: [null, undefined, 5n],
      y: a,
    };
    const { tensors, rebuild } = flatten(value, "it");
    // Keys count in alphabetical order; a tensor that is there twice is there twice.
    assertEquals(tensors, [a, a, b]);
    assertEquals(rebuild([c, d, b]), {
      z: [d, "text", { inner: b }],
      a: [null, undefined, 5n],
      y: c,
    });
  });
});

Deno.test("flatten() signs shapes, types and nesting, not values of tensors or the order of keys", () => {
  tf.tidy(() => {
    const one = { a: tf.ones([2, 3]), b: 1 };
    assertEquals(signatureOf(one), signatureOf({ b: 1, a: tf.zeros([2, 3]) }));
    const others: unknown[] = [
      { a: tf.ones([3, 2]), b: 1 },
      { a: tf.ones([2, 3], "int32"), b: 1 },
      { a: tf.ones([2, 3]), b: 2 },
      { a: tf.ones([2, 3]), b: "1" },
      { a: [tf.ones([2, 3])], b: 1 },
      { a: tf.ones([2, 3]), c: 1 },
      { a: tf.ones([2, 3]), b: 1, c: undefined },
    ];
    const signatures = new Set([one, ...others].map(signatureOf));
    assertEquals(signatures.size, 1 + others.length);
  });
});

Deno.test("flatten() tells apart what looks alike in words", () => {
  const alike: unknown[] = [
    ...[0, -0, 0n, "0", false, null, undefined, "null", "undefined", NaN],
    ...["NaN", [], {}, [[]], "()", "{}", ["a,b"], ["a", "b"], [undefined]],
  ];
  assertEquals(new Set(alike.map(signatureOf)).size, alike.length);
});

Deno.test("flatten() takes a variable by value, or as itself", () => {
  const [a, b] = [tf.variable(tf.scalar(1)), tf.variable(tf.scalar(1))];
  assertEquals(signatureOf([a]), signatureOf([b]));
  assertEquals(flatten([a], "it").tensors, [a]);
  const byReference = [a, b].map((each) =>
    flatten([each], "it", "by reference")
  );
  assertNotEquals(byReference[0]!.signature, byReference[1]!.signature);
  assertEquals(byReference[0]!.tensors, []);
  assertEquals(byReference[0]!.rebuild([]), [a]);
  tf.dispose([a, b]);
});

Deno.test("flatten() and flattenResult() refuse what is no value", () => {
  const round: unknown[] = [1];
  round.push({ round });
  const cases: [unknown, string][] = [
    [round, "Cannot use it: it must not contain itself"],
    [
      new Float32Array(1),
      "Cannot use it: it must be made of tensors, numbers, strings, bools, arrays and plain objects: Float32Array",
    ],
    [
      { f: () => {} },
      "Cannot use it: it must be made of tensors, numbers, strings, bools, arrays and plain objects: function",
    ],
    [
      [new Map()],
      "Cannot use it: it must be made of tensors, numbers, strings, bools, arrays and plain objects: Map",
    ],
  ];
  for (const [value, message] of cases) {
    assertEquals(
      assertThrows(() => flatten(value, "it"), TypeError).message,
      message,
    );
  }
  assertThrows(
    () => flattenResult(Promise.reject(new Error("later")), "step"),
    TypeError,
    'Cannot compile "step": a compiled function must not be async: read values outside',
  );
  const twice = [1];
  assertEquals(flatten([twice, twice], "it").rebuild([]), [[1], [1]]); // not around itself
});
