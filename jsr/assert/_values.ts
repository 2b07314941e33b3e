/**
 * The assertions about one or two values.
 *
 * @module
 */
import { AssertionError } from "./_assertion_error.ts";
import { equal } from "./_equal.ts";
import { difference, format, suffix } from "./_message.ts";

/** Anything with a length and items, but not a string. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/**
 * Expects a truthy value.
 *
 * @param expr The value.
 * @param msg The message of a failure.
 */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/**
 * Fails.
 *
 * @param msg Added to the message.
 */
export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${suffix(msg)}`);
}

/**
 * Expects two values to be equal in depth.
 *
 * @param actual The value that came out.
 * @param expected The value that was wanted.
 * @param msg Added to the message of a failure.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}\n${difference(actual, expected)}`,
  );
}

/**
 * Expects two values to differ somewhere.
 *
 * @param actual The value that came out.
 * @param expected The value that it must not equal.
 * @param msg Added to the message of a failure.
 */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${
      suffix(msg)
    }`,
  );
}

/**
 * Expects two values to be the same by `Object.is`.
 *
 * @param actual The value that came out.
 * @param expected The value that was wanted.
 * @param msg Added to the message of a failure.
 */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  if (format(actual) === format(expected)) {
    throw new AssertionError(
      `Values have the same structure but are not reference-equal${
        suffix(msg)
      }\n\n${format(actual)}\n`,
    );
  }
  throw new AssertionError(
    `Values are not strictly equal${suffix(msg)}\n${
      difference(actual, expected)
    }`,
  );
}

/**
 * Expects two numbers to be close: |expected - actual| <= tolerance.
 *
 * @param actual The number that came out.
 * @param expected The number that was wanted.
 * @param tolerance Greatest distance; |expected| · 1e-7 unless given.
 * @param msg Added to the message of a failure.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  const limit = tolerance ??
    (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (delta <= limit) return;
  throw new AssertionError(
    `Expected actual: "${brief(actual)}" to be close to "${
      brief(expected)
    }": delta "${brief(delta)}" is greater than "${brief(limit)}"${
      suffix(msg)
    }`,
  );
}

function brief(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toExponential();
}

/**
 * Expects a value that is neither null nor undefined.
 *
 * @param actual The value.
 * @param msg Added to the message of a failure.
 */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to not be null or undefined${suffix(msg)}`,
  );
}

/**
 * Expects actual > expected.
 *
 * @param actual The value that came out.
 * @param expected The value that it must exceed.
 * @param msg The message of a failure.
 */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (actual > expected) return;
  throw new AssertionError(
    msg ?? `Expect ${format(actual)} > ${format(expected)}`,
  );
}

/**
 * Expects actual >= expected.
 *
 * @param actual The value that came out.
 * @param expected The least value.
 * @param msg The message of a failure.
 */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (actual >= expected) return;
  throw new AssertionError(
    msg ?? `Expect ${format(actual)} >= ${format(expected)}`,
  );
}

/**
 * Expects actual < expected.
 *
 * @param actual The value that came out.
 * @param expected The value that it must stay below.
 * @param msg The message of a failure.
 */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(
    msg ?? `Expect ${format(actual)} < ${format(expected)}`,
  );
}

/**
 * Expects actual <= expected.
 *
 * @param actual The value that came out.
 * @param expected The greatest value.
 * @param msg The message of a failure.
 */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (actual <= expected) return;
  throw new AssertionError(
    msg ?? `Expect ${format(actual)} <= ${format(expected)}`,
  );
}

/**
 * Expects an instance of a class.
 *
 * @param actual The value.
 * @param expectedType The class, or a parent of it.
 * @param msg Added to the message of a failure.
 */
export function assertInstanceOf<
  T extends abstract new (...args: never[]) => unknown,
>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const type = actual === null
    ? "null"
    : typeof actual === "object"
    ? actual.constructor?.name
    : typeof actual;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was "${
      type ?? "Object"
    }"${suffix(msg)}`,
  );
}

/**
 * Expects a text to match a pattern.
 *
 * @param actual The text.
 * @param expected The pattern.
 * @param msg Added to the message of a failure.
 */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${suffix(msg)}`,
  );
}

/**
 * Expects a text to contain another.
 *
 * @param actual The text.
 * @param expected The part.
 * @param msg Added to the message of a failure.
 */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${suffix(msg)}`,
  );
}

/**
 * Expects an array to contain every item of another, in any order.
 *
 * @param actual The array.
 * @param expected The items.
 * @param msg Added to the message of a failure.
 */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void {
  const items = Array.from(actual);
  const missing = Array.from(expected).filter((wanted) =>
    !items.some((item) => equal(item, wanted))
  );
  if (missing.length === 0) return;
  throw new AssertionError(
    `Expected actual: "${format(actual)}" to include: "${format(expected)}"${
      suffix(msg)
    }\nmissing: ${format(missing)}`,
  );
}
