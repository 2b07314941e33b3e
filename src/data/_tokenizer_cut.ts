/**
 * Where a tokenizer allows its texts to be cut, unless the caller knows better.
 *
 * @module
 */
import { CharTokenizer } from "../tokenizers/char_tokenizer.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { type CutPlace, cutPlace } from "./cut_place.ts";

/**
 * Chooses a rule.
 *
 * @param tokenizer The tokenizer.
 * @returns Any place between two characters for a tokenizer over characters, after a line feed for one over words, which
 * knows nothing of the line before; else the places of {@linkcode cutPlace}.
 */
export function tokenizerCut(tokenizer: Tokenizer): CutPlace {
  if (tokenizer.kind === "word") return (text) => text.lastIndexOf("\n") + 1;
  if (tokenizer.kind !== "char") return cutPlace;
  const isByGrapheme = tokenizer instanceof CharTokenizer &&
    tokenizer.unit === "grapheme";
  return (text) => {
    const place = cutPlace(text);
    if (place > 0) return place;
    return isByGrapheme
      ? lastGrapheme(text)
      : text.length - (text.endsWith("\r") ? 1 : 0); // it may be half of a line end
  };
}

/** Where the last grapheme begins, which may go on in what follows. */
function lastGrapheme(text: string): number {
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  let last = 0;
  for (const { index } of segmenter.segment(text)) last = index;
  return last;
}
