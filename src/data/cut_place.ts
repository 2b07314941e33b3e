/**
 * Where a long text may be cut so that its pieces, encoded one by one, give the ids of the whole.
 *
 * @module
 */

/**
 * Finds the last place of a text where it may be cut.
 *
 * @param text The text so far; more may follow it.
 * @returns How many UTF-16 units come before the cut; 0 where there is no such place.
 */
export type CutPlace = (text: string) => number;

const LETTER = /^\p{L}$/u;
const LETTER_OR_DIGIT = /^[\p{L}\p{N}]$/u;
const SPACE = /^\s$/;

/**
 * Cuts before a space that stands between two letters, and after a line feed that stands between something else than
 * white space and a letter or digit.
 *
 * This gives the ids of the whole for every tokenizer over characters, and for those that cut a text into words by the
 * regular expressions of BERT, GPT-2, GPT-4 or Llama 3 first: at these places, all of them begin a new word, and what
 * they find before it does not depend on what follows. It is not so after several line feeds: GPT-2 takes `"\n\n"` at
 * the end of a text for one word, but for two before a letter. A tokenizer that does not cut at words, or that marks
 * the beginning of a text, such as those of SentencePiece, needs a rule of its own.
 *
 * @param text The text so far.
 * @returns How many UTF-16 units come before the last such place; 0 where there is none.
 *
 * @example Before the last word but its own space
 * ```ts
 * import { cutPlace } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "Call me Ishm";
 * assertEquals(text.slice(0, cutPlace(text)), "Call me");
 * ```
 */
export function cutPlace(text: string): number {
  for (let i = text.length - 2; i > 0; i--) {
    const here = text[i]!;
    if (
      here === " " && LETTER.test(text[i - 1]!) && LETTER.test(text[i + 1]!)
    ) {
      return i;
    }
    if (
      here === "\n" && !SPACE.test(text[i - 1]!) &&
      LETTER_OR_DIGIT.test(text[i + 1]!)
    ) return i + 1;
  }
  return 0;
}
