/**
 * Whether an options object has only options that exist.
 *
 * @module
 */

/**
 * Refuses an option that does not exist, which a misspelt one is.
 *
 * @param action What cannot be done then, such as `"Cannot clean"`.
 * @param options The options of the caller.
 * @param known Names of the options there are.
 * @throws {TypeError} If another name is among them, or `options` is no object.
 */
export function checkOptionNames(
  action: string,
  options: object,
  known: readonly string[],
): void {
  const isList = Array.isArray(options);
  if (typeof options !== "object" || options === null || isList) {
    throw new TypeError(
      `${action}: options must be an object: ${
        options === null ? "null" : isList ? "an array" : typeof options
      }`,
    );
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new TypeError(
        `${action}: an option must be one of ${known.join(", ")}: ${
          JSON.stringify(name)
        }`,
      );
    }
  }
}
