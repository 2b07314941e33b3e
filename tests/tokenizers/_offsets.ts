/**
 * Where the characters of a normalized text came from, as Hugging Face tokenizers tells it.
 *
 * @module
 */
import type { NormalizedText } from "../../src/tokenizers/normalizers/normalizer.ts";

/**
 * Counts places in code points.
 *
 * @param original The text before.
 * @param result The text after, with its origins.
 * @returns Start and end of every character in turn.
 */
export function offsetsOf(
  original: string,
  { text, origins }: NormalizedText,
): number[] {
  const count = (unit: number) => Array.from(original.slice(0, unit)).length;
  const offsets: number[] = [];
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    offsets.push(
      count(origins === undefined ? at : origins.starts[at]!),
      count(origins === undefined ? end : origins.ends[end - 1]!),
    );
    at = end;
  }
  return offsets;
}
