/**
 * Values that JSON brings back as they are.
 *
 * @module
 */

/**
 * @param value Any value.
 * @returns Whether it is plain: numbers that are finite, strings, booleans, null, and lists and objects of these.
 */
export function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) {
    return ["string", "boolean"].includes(typeof value) || value === null;
  }
  const prototype = Object.getPrototypeOf(value);
  return (Array.isArray(value) || prototype === Object.prototype) &&
    Object.values(value).every(isPlain);
}

/**
 * @param value Any value.
 * @returns It as a value that JSON brings back: typed arrays and maps become lists; undefined where it is none.
 */
export function plainForm(value: unknown): unknown {
  const list = value instanceof Map ||
      (ArrayBuffer.isView(value) && !(value instanceof DataView))
    ? Array.from(value as Iterable<unknown>)
    : value;
  if (Array.isArray(list)) {
    const items = list.map(plainForm);
    return items.includes(undefined) ? undefined : items;
  }
  return isPlain(list) ? list : undefined;
}
