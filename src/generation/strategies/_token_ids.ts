/**
 * Checks of what strategies are given.
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

/**
 * @param action What cannot be done otherwise.
 * @param prompt Its ids.
 * @throws {RangeError} If there are none.
 */
export function checkPrompt(action: string, prompt: Int32Array): void {
  if (prompt.length > 0) return;
  throw new RangeError(
    `${action}: the prompt must have a token to go on from: it has none`,
  );
}

/**
 * @param action What cannot be done otherwise.
 * @param given What should be a network.
 * @param isFunctionAllowed Whether a function from rows of tokens to logits will do.
 * @throws {TypeError} If it is something else.
 */
export function checkPredictor(
  action: string,
  given: unknown,
  isFunctionAllowed = true,
): void {
  if (isFunctionAllowed && typeof given === "function") return;
  const isPredictor = typeof given === "object" && given !== null &&
    "step" in given && "forward" in given && "zeroState" in given;
  if (isPredictor && !("network" in given)) return;
  throw new TypeError(
    `${action}: the model must be a network, such as model.network${
      isFunctionAllowed ? ", or a function from rows of tokens to logits" : ""
    }: ${
      isPredictor ? "a LanguageModel" : given === null ? null : typeof given
    }`,
  );
}
