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
