/**
 * assertObjectMatch(): an object that has at least the given members.
 *
 * @module
 */
import { assertEquals } from "./_values.ts";

type Keyed = Record<PropertyKey, unknown>;

/**
 * Expects `actual` to have every member of `expected`, in depth; what it has besides is ignored,
 * and so are the classes of the objects on the way.
 *
 * @param actual The object that came out.
 * @param expected The members that it must have.
 * @param msg Added to the message of a failure.
 */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- as in @std/assert: `unknown` would refuse values of interface types
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(
    pickMembers(actual, expected, new Map()),
    pickMembers(expected, expected, new Map()),
    msg,
  );
}

/** What `value` has in common with the shape of `like`; `made` ends cycles. */
function pick(
  value: unknown,
  like: unknown,
  made: Map<unknown, unknown>,
): unknown {
  if (
    typeof value !== "object" || typeof like !== "object" || value === null ||
    like === null
  ) return value;
  if (value instanceof RegExp || value instanceof Date) return value;
  if (made.has(value)) return made.get(value);
  if (Array.isArray(value) && Array.isArray(like)) {
    const picked: unknown[] = [];
    made.set(value, picked);
    for (const [i, item] of value.slice(0, like.length).entries()) {
      picked.push(pick(item, like[i], made));
    }
    return picked;
  }
  if (value instanceof Map && like instanceof Map) {
    const picked = new Map<unknown, unknown>();
    made.set(value, picked);
    for (const [key, item] of value) {
      if (like.has(key)) picked.set(key, pick(item, like.get(key), made));
    }
    return picked;
  }
  if (value instanceof Set && like instanceof Set) {
    return value.intersection(like);
  }
  return pickMembers(value, like, made);
}

/** The members of `value` that `like` has too. */
function pickMembers(
  value: object,
  like: object,
  made: Map<unknown, unknown>,
): Keyed {
  const picked: Keyed = {};
  made.set(value, picked);
  for (const key of Reflect.ownKeys(like)) {
    if (!Object.hasOwn(value, key)) continue;
    const item = pick((value as Keyed)[key], (like as Keyed)[key], made);
    Object.defineProperty(picked, key, {
      value: item,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return picked;
}
