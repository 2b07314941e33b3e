/**
 * Normalizers that look at one character at a time: lower case, accents, what NMT throws away.
 *
 * @module
 */
import { MARKS } from "../older_unicode.ts";
import type { JsonObject } from "../tokenizer.ts";
import { AlignedText } from "./aligned_text.ts";
import type { NormalizedText, Normalizer } from "./normalizer.ts";

/**
 * Changes a text character by character.
 *
 * @param text The text.
 * @param change What takes the place of a character; may be empty or longer.
 * @returns The changed text.
 */
export function mapCharacters(
  text: string,
  change: (character: string) => string,
): NormalizedText {
  const result = new AlignedText(text.length);
  let start = 0;
  for (const character of text) {
    const end = start + character.length;
    const changed = change(character);
    if (changed !== "") result.push(changed, start, end);
    start = end;
  }
  return result.finish();
}

/** Lower case, one character at a time: a capital sigma is σ wherever it stands. */
export class LowercaseNormalizer implements Normalizer {
  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    const lower = text.replaceAll("Σ", "σ").toLowerCase();
    if (lower.length === text.length) {
      return { text: lower, origins: undefined };
    }
    return mapCharacters(text, (character) => character.toLowerCase());
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: "Lowercase" };
  }
}

/** Leaves out combining marks (general category M). */
export class StripAccentsNormalizer implements Normalizer {
  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    if (!MARKS.test(text)) return { text, origins: undefined };
    return mapCharacters(
      text,
      (character) => MARKS.test(character) ? "" : character,
    );
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: "StripAccents" };
  }
}

/** Control characters that the normalization of NMT leaves out. */
const NMT_REMOVED =
  // deno-lint-ignore no-control-regex
  /[\u0001-\u0008\u000B\u000E-\u001F\u007F\u008F\u009F]/;

/** White space and invisible characters that it turns into spaces. */
const NMT_SPACES =
  /[\t\n\f\r\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]/;

/** The cleaning that neural machine translation began with (SentencePiece's `nmt` rules). */
export class NmtNormalizer implements Normalizer {
  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    if (!NMT_REMOVED.test(text) && !NMT_SPACES.test(text)) {
      return { text, origins: undefined };
    }
    return mapCharacters(text, (character) => {
      if (NMT_REMOVED.test(character)) return "";
      return NMT_SPACES.test(character) ? " " : character;
    });
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: "Nmt" };
  }
}
