/**
 * Normalizers that add, take away or replace parts of a text.
 *
 * @module
 */
import { encodeBytes } from "../byte_alphabet.ts";
import type { JsonObject } from "../tokenizer.ts";
import { AlignedText } from "./aligned_text.ts";
import { mapCharacters } from "./character_normalizers.ts";
import type { NormalizedText, Normalizer } from "./normalizer.ts";

/** Puts a string before the text, unless the text is empty; it counts as the first character. */
export class PrependNormalizer implements Normalizer {
  readonly #prefix: string;

  /** @param prefix What to put before it. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    return text === ""
      ? { text, origins: undefined }
      : prepend(this.#prefix, text);
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: "Prepend", prepend: this.#prefix };
  }
}

/** Takes white space from the ends. */
export class StripNormalizer implements Normalizer {
  readonly #left: boolean;
  readonly #right: boolean;

  /** @param sides Which ends. */
  constructor({ left, right }: { left: boolean; right: boolean }) {
    this.#left = left;
    this.#right = right;
  }

  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    const start = this.#left
      ? text.match(/^\p{White_Space}+/u)?.[0].length ?? 0
      : 0;
    const trailing = this.#right
      ? text.slice(start).match(/\p{White_Space}+$/u)?.[0].length ?? 0
      : 0;
    if (start + trailing === 0) return { text, origins: undefined };
    const result = new AlignedText(text.length);
    result.keep(text, start, text.length - trailing);
    return result.finish();
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: "Strip", strip_left: this.#left, strip_right: this.#right };
  }
}

/** Replaces what a pattern finds; the replacement counts as the last character that it takes the place of. */
export class ReplaceNormalizer implements Normalizer {
  readonly #pattern: RegExp;
  readonly #content: string;
  readonly #json: JsonObject;

  /**
   * @param pattern A global expression.
   * @param content What takes the place of its matches.
   * @param json The normalizer as JSON.
   */
  constructor(pattern: RegExp, content: string, json: JsonObject) {
    this.#pattern = pattern;
    this.#content = content;
    this.#json = json;
  }

  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    const replaced = text.replace(this.#pattern, () => this.#content);
    if (replaced === text) return { text, origins: undefined };
    if (this.#keepsPlaces()) return { text: replaced, origins: undefined };
    const result = new AlignedText(replaced.length);
    let last = 0;
    for (const match of text.matchAll(this.#pattern)) {
      const end = match.index + match[0].length;
      result.keep(text, last, match.index);
      const begin = lastCharacter(text, end);
      result.push(this.#content, begin, end);
      last = end;
    }
    result.keep(text, last, text.length);
    return result.finish();
  }

  /** Whether one unit always takes the place of one: a literal space by ▁, for example. */
  #keepsPlaces(): boolean {
    return this.#content.length === 1 && this.#pattern.source.length === 1 &&
      this.#pattern.source !== ".";
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return this.#json;
  }
}

/** Writes the bytes of the text as characters of the byte alphabet. */
export class ByteLevelNormalizer implements Normalizer {
  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    return mapCharacters(text, encodeBytes);
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return { type: "ByteLevel" };
  }
}

/**
 * Puts a string before a text; it counts as the first character.
 *
 * @param prefix The string.
 * @param text The text, one character long at least.
 * @returns The longer text.
 */
export function prepend(prefix: string, text: string): NormalizedText {
  const result = new AlignedText(prefix.length + text.length);
  result.push(prefix, 0, text.codePointAt(0)! > 0xFFFF ? 2 : 1);
  result.keep(text, 0, text.length);
  return result.finish();
}

/** Where the character before a place begins. */
function lastCharacter(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return end <= 0 ? 0 : end - (code >= 0xDC00 && code < 0xE000 ? 2 : 1);
}
