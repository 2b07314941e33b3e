/**
 * How often every piece occurs in texts: what subword trainers learn from.
 *
 * @module
 */
import { encodeBytes } from "../byte_alphabet.ts";
import type { Normalizer } from "../normalizers/normalizer.ts";
import type { PreTokenizer } from "../pre_tokenizers/pre_tokenizer.ts";
import { onePiece } from "../pre_tokenizers/word_pre_tokenizers.ts";

/** What happens to a text before its pieces are counted. */
export interface CountingParts {
  /** Changes a text before it is cut. */
  normalizer?: Normalizer | undefined;
  /** Cuts a text into pieces. */
  preTokenizer: PreTokenizer;
}

/**
 * Counts the pieces of texts.
 *
 * @param texts The texts.
 * @param parts How to cut them.
 * @returns Counts by piece, as the model would be given it.
 */
export function countPieces(
  texts: readonly string[],
  { normalizer, preTokenizer }: CountingParts,
): Map<string, number> {
  const counts = new Map<string, number>();
  let isByteLevel = false;
  for (const given of texts) {
    const whole = given.toWellFormed();
    const { text, origins } = normalizer?.normalize(whole) ??
      { text: whole, origins: undefined };
    const pieces = preTokenizer.cut({
      text,
      origins,
      bounds: onePiece(text),
      atStart: true,
      byteLevel: false,
    });
    isByteLevel = pieces.byteLevel;
    const { data, length } = pieces.bounds;
    for (let i = 0; i < length; i += 2) {
      const piece = pieces.text.slice(data[i]!, data[i + 1]!);
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
    }
  }
  if (isByteLevel) {
    return new Map(
      Array.from(counts, ([piece, count]) => [encodeBytes(piece), count]),
    );
  }
  return counts;
}
