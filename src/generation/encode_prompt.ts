/**
 * A prompt as tokens to go on from.
 *
 * @module
 */
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";

/**
 * @param tokenizer Turns text into token ids.
 * @param prompt The text.
 * @param unknown What to do with what the tokenizer does not know.
 * @returns The prompt's ids, one at least: special tokens that begin a text are added, those that end it are not.
 * @throws {TypeError} If the prompt is not a string.
 * @throws {RangeError} If it cannot be encoded, or nothing is left to begin from.
 */
export function encodePrompt(
  tokenizer: Tokenizer,
  prompt: string,
  unknown?: UnknownPolicy,
): Int32Array {
  if (typeof prompt !== "string") {
    throw new TypeError(
      `Cannot generate: the prompt must be a string: ${typeof prompt}`,
    );
  }
  const options = unknown === undefined ? {} : { unknown };
  const bare = tokenizer.encode(prompt, {
    ...options,
    addSpecialTokens: false,
  });
  const ids = withBeginning(bare, tokenizer.encode(prompt, options));
  if (ids.length > 0) return ids;
  const lineBreak = tokenizer.encode("\n", { unknown: "skip" });
  if (lineBreak.length > 0) return lineBreak;
  throw new RangeError(
    "Cannot generate: a model needs a token to begin from, and the vocabulary has no line break to stand in: " +
      `the prompt is ${
        JSON.stringify(prompt)
      }; begin with a character of the training text`,
  );
}

/** The tokens of a prompt after the special tokens that begin a text, and without those that end it. */
function withBeginning(bare: Int32Array, whole: Int32Array): Int32Array {
  for (let first = 0; first + bare.length <= whole.length; first++) {
    if (bare.every((id, i) => whole[first + i] === id)) {
      return whole.subarray(0, first + bare.length);
    }
  }
  return whole;
}
