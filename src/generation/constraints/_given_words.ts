/**
 * Words that a caller gives.
 *
 * @module
 */

/**
 * Checks a list of words.
 *
 * @param words The words.
 * @returns Each word once.
 * @throws {TypeError} If they are no list of texts, or one of them is half of a character.
 * @throws {RangeError} If there is none, or one is empty.
 */
export function givenWords(words: readonly string[]): string[] {
  if (!Array.isArray(words)) {
    throw new TypeError(
      `Cannot constrain: words must be an array of texts: ${
        words === null ? "null" : typeof words
      }`,
    );
  }
  if (words.length === 0) {
    throw new RangeError("Cannot constrain: words must have one text at least");
  }
  for (const [place, word] of words.entries()) {
    if (typeof word !== "string" || !word.isWellFormed()) {
      throw new TypeError(
        `Cannot constrain: words must be texts of whole characters: ${
          JSON.stringify(word)
        } at ${place}`,
      );
    }
    if (word === "") {
      throw new RangeError(
        `Cannot constrain: words must not be empty: "" at ${place}`,
      );
    }
  }
  return [...new Set(words)];
}
