/**
 * Where a tokenizer allows its texts to be cut, unless the caller knows better.
 *
 * @module
 */
import { UnknownCharacterError } from "../tokenizers/tokenizer.ts";
import type {
  EncodeOptions,
  Tokenizer,
  UnknownPolicy,
} from "../tokenizers/tokenizer.ts";
import { CharTokenizer } from "../tokenizers/char_tokenizer.ts";
import { type CutPlace, cutPlace } from "./cut_place.ts";

/** UTF-16 units on either side of a place that are encoded to try it. */
const CONTEXT = 64;
/** Places that are tried before a longer text is waited for. */
const TRIALS = 64;

/**
 * Chooses a rule.
 *
 * @param tokenizer The tokenizer.
 * @param unknown What becomes of characters that it does not know.
 * @returns Any place between two characters for a tokenizer over characters, after a line feed for one over words, which
 * knows nothing of the line before; else the places of {@linkcode cutPlace} at which its ids turn out the same.
 */
export function tokenizerCut(
  tokenizer: Tokenizer,
  unknown: UnknownPolicy | undefined,
): CutPlace {
  if (tokenizer.kind === "word") return (text) => text.lastIndexOf("\n") + 1;
  if (tokenizer.kind !== "char") {
    const options = unknown === undefined ? {} : { unknown };
    return (text) => lastSafePlace(text, tokenizer, options);
  }
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

/** The last place where a tokenizer gives the same ids whether the text is cut or not. */
function lastSafePlace(
  text: string,
  tokenizer: Tokenizer,
  options: EncodeOptions,
): number {
  let place = cutPlace(text);
  for (let trial = 0; place > 0 && trial < TRIALS; trial++) {
    if (isSafe(text, place, { tokenizer, options })) return place;
    place = cutPlace(text.slice(0, place));
  }
  return 0;
}

/** Some tokenizers mark the beginning of a text, and so the beginning of a piece too. */
function isSafe(
  text: string,
  place: number,
  { tokenizer, options }: { tokenizer: Tokenizer; options: EncodeOptions },
): boolean {
  const before = text.slice(Math.max(0, place - CONTEXT), place);
  const after = text.slice(place, place + CONTEXT);
  try {
    const whole = tokenizer.encode(before + after, options);
    const left = tokenizer.encode(before, options);
    const right = tokenizer.encode(after, options);
    return whole.length === left.length + right.length &&
      whole.every((id, i) => id === (left[i] ?? right[i - left.length]));
  } catch (error) {
    if (error instanceof UnknownCharacterError) return true; // which is said of the whole piece
    throw error;
  }
}

/** Where the last grapheme begins, which may go on in what follows. */
function lastGrapheme(text: string): number {
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  let last = 0;
  for (const { index } of segmenter.segment(text)) last = index;
  return last;
}
