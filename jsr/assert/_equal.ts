/**
 * Deep equality with the rules of `@std/assert`: NaN equals NaN, 0 equals -0, a
 * missing key differs from an undefined one, and prototypes must agree.
 *
 * @module
 */

type Keyed = Record<PropertyKey, unknown>;

/** Classes whose text says all there is to say of a value. */
const TEXT_CLASSES: readonly unknown[] = [
  RegExp,
  URL,
  URLSearchParams,
  Intl.Locale,
].map((c) => c.prototype);

/**
 * Compares two values in depth.
 *
 * @param a One value.
 * @param b The other value.
 * @returns Whether the two are equal.
 */
export function equal(a: unknown, b: unknown): boolean {
  return equalWithin(a, b, new Map());
}

/** `pairs` holds the objects under comparison, so that a cycle ends. */
function equalWithin(
  a: unknown,
  b: unknown,
  pairs: Map<unknown, unknown>,
): boolean {
  if (same(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (a instanceof Date && b instanceof Date) {
    return Object.is(a.getTime(), b.getTime());
  }
  if (!samePrototype(a, b)) return false;
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) {
    return equalItems(a, b);
  }
  if (isBuffer(a) && isBuffer(b)) {
    return equalItems(new Uint8Array(a), new Uint8Array(b));
  }
  if (a instanceof WeakMap || a instanceof WeakSet) {
    throw new TypeError(
      `Cannot compare ${
        a instanceof WeakMap ? "WeakMap" : "WeakSet"
      } instances`,
    );
  }
  if (a instanceof WeakRef) {
    return equalWithin(a.deref(), (b as WeakRef<WeakKey>).deref(), pairs);
  }
  if (pairs.get(a) === b) return true;
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  pairs.set(a, b);
  if (a instanceof Map && b instanceof Map) return equalEntries(a, b, pairs);
  if (a instanceof Set && b instanceof Set) return equalEntries(a, b, pairs);
  if (TEXT_CLASSES.includes(Object.getPrototypeOf(a))) {
    return String(a) === String(b);
  }
  for (const key of keysOf(a).union(keysOf(b))) {
    if (
      key in a !== key in b ||
      !equalWithin((a as Keyed)[key], (b as Keyed)[key], pairs)
    ) return false;
  }
  return true;
}

/** Equal in value, where 0 is -0 and NaN is NaN. */
function same(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isBuffer(value: unknown): value is ArrayBuffer | SharedArrayBuffer {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

/** A null prototype counts as the plain one. */
function samePrototype(a: object, b: object): boolean {
  const one: unknown = Object.getPrototypeOf(a) ?? Object.prototype;
  const other: unknown = Object.getPrototypeOf(b) ?? Object.prototype;
  return one === other;
}

/** Compares two typed arrays of one class, item by item. */
function equalItems(a: unknown, b: unknown): boolean {
  const one = a as ArrayLike<number | bigint>;
  const other = b as ArrayLike<number | bigint>;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    if (!same(one[i], other[i])) return false;
  }
  return true;
}

/** Every entry of `a` must have an equal one in `b`, in any order; keys are compared in depth too. */
function equalEntries(
  a: Map<unknown, unknown> | Set<unknown>,
  b: Map<unknown, unknown> | Set<unknown>,
  pairs: Map<unknown, unknown>,
): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a.entries()) {
    if (!isObject(key) && typeof key !== "function") {
      if (!b.has(key)) return false;
      if (b instanceof Map && !equalWithin(value, b.get(key), pairs)) {
        return false;
      }
      continue;
    }
    let found = false;
    for (const [otherKey, otherValue] of b.entries()) {
      found = equalWithin(key, otherKey, pairs) &&
        equalWithin(value, otherValue, pairs);
      if (found) break;
    }
    if (!found) return false;
  }
  return true;
}

/** Own enumerable keys of plain objects and arrays; all keys, inherited and hidden ones too, of anything else. */
function keysOf(value: object): Set<PropertyKey> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (
    prototype === null || prototype === Object.prototype ||
    prototype === Array.prototype
  ) {
    return new Set(
      Reflect.ownKeys(value).filter((key) =>
        Object.prototype.propertyIsEnumerable.call(value, key)
      ),
    );
  }
  const keys = new Set<PropertyKey>();
  for (
    let at: object | null = value;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    if (at === Array.prototype) break;
    for (const key of Reflect.ownKeys(at)) keys.add(key);
  }
  return keys;
}
