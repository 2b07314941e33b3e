/**
 * A prompt as tokens to go on from.
 *
 * @module
 */
import { endTokens } from "./_end_tokens.ts";
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";
import { shown } from "../text/refusal.ts";

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
      `Cannot generate: the prompt must be a string: ${shown(prompt)}`,
    );
  }
  const options = unknown === undefined ? {} : { unknown };
  const bare = tokenizer.encode(prompt, {
    ...options,
    addSpecialTokens: false,
  });
  const ids = withBeginning(bare, tokenizer.encode(prompt, options));
  if (ids.length > 0) return ids;
  const skip = { unknown: "skip" } as const;
  const lineBreak = tokenizer.encode("\n", {
    ...skip,
    addSpecialTokens: false,
  });
  const whole = tokenizer.encode("\n", skip);
  if (lineBreak.length > 0) return withBeginning(lineBreak, whole);
  // No line break, but special tokens: those that begin a text, where there are any.
  const ends = endTokens(tokenizer);
  const beginning = whole.filter((id) => !ends.includes(id));
  if (beginning.length > 0) return beginning;
  if (whole.length > 0) return whole;
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
