/**
 * Checks of lists of token ids that callers give.
 *
 * @module
 */

/**
 * @param action What cannot be done otherwise, such as `"Cannot search"`.
 * @param name What the ids are called.
 * @param ids What the caller gave.
 * @returns The ids.
 * @throws {TypeError} If it is no list.
 * @throws {RangeError} If it has something that is no token id.
 */
export function tokenIds(
  action: string,
  name: string,
  ids: ArrayLike<number>,
): Int32Array {
  const isList = typeof ids === "object" && ids !== null &&
    Number.isSafeInteger(ids.length);
  if (!isList) {
    throw new TypeError(
      `${action}: ${name} must be a list of token ids: ${
        ids === null ? null : typeof ids
      }`,
    );
  }
  for (const id of Array.from(ids)) {
    if (!Number.isInteger(id) || id < 0 || id >= 2 ** 31) {
      throw new RangeError(
        `${action}: ${name} must hold token ids, integers from 0: ${id}`,
      );
    }
  }
  return Int32Array.from(ids);
}
