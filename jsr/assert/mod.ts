/**
 * The exports of `@std/assert` that this project uses, for machines that cannot reach the registry.
 *
 * @example Compare in depth
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals({ a: [1, NaN] }, { a: [1, NaN] });
 * assertThrows(() => JSON.parse("{"), SyntaxError, "JSON");
 * ```
 *
 * @module
 */
export { AssertionError } from "./_assertion_error.ts";
export { assertObjectMatch } from "./_object_match.ts";
export {
  assertRejects,
  assertThrows,
  type ErrorConstructorLike,
} from "./_throws.ts";
export {
  type ArrayLikeArg,
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
  assertStringIncludes,
  fail,
} from "./_values.ts";
