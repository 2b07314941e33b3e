/**
 * How many characters and bytes the predicted tokens of a text stand for.
 *
 * @module
 */
import type { TokenSource } from "../data/token_source.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** Tokens that are read from a source at a time. */
const READ_AT_ONCE = 2 ** 16;

/**
 * Decodes a text token by token. A character counts for the token that completes it; special tokens, and what a
 * normalizing tokenizer dropped, count for nothing.
 *
 * @param tokenizer The tokenizer.
 * @param source The text's ids; the first is never predicted and not counted.
 * @param count Told for every target from 0 on: code points and UTF-8 bytes.
 */
export function countTargetText(
  tokenizer: Tokenizer,
  source: TokenSource,
  count: (target: number, characters: number, bytes: number) => void,
): void {
  const decoder = tokenizer.decodeStream();
  for (let at = 0; at < source.length; at += READ_AT_ONCE) {
    const end = Math.min(source.length, at + READ_AT_ONCE);
    for (const [i, id] of source.read(at, end).entries()) {
      const piece = decoder.push(id);
      const target = at + i - 1;
      if (target >= 0 && piece !== "") {
        count(target, countCharacters(piece), countBytes(piece));
      }
    }
  }
  const rest = decoder.flush();
  if (rest !== "") {
    count(source.length - 2, countCharacters(rest), countBytes(rest));
  }
}

/**
 * @param text Any text.
 * @returns Its code points.
 */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/**
 * @param text Any text.
 * @returns Its bytes in UTF-8.
 */
export function countBytes(text: string): number {
  let count = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return count;
}
