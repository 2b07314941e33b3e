/**
 * The cleaning of BERT (Devlin et al. 2018): control characters, white space, Chinese characters, accents, lower case.
 *
 * The members, their meaning, their order and their sets of characters are those of `BertNormalizer` of Hugging Face
 * tokenizers.
 *
 * @module
 */
import type { JsonMembers } from "../json_members.ts";
import { CONTROLS, NONSPACING_MARKS } from "../older_unicode.ts";
import type { JsonObject, Offsets } from "../tokenizer.ts";
import { composeOrigins } from "./aligned_text.ts";
import { LowercaseNormalizer, mapCharacters } from "./character_normalizers.ts";
import type { NormalizedText, Normalizer } from "./normalizer.ts";
import { UnicodeNormalizer } from "./unicode_normalizer.ts";

/** Characters that become a space; those that are controls as well are gone by then. */
const SPACES = /[\t\n\r\p{White_Space}]/u;

/** Blocks of Chinese characters; the last extensions are not among them. */
const CHINESE =
  /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/u;

/** What none of the steps changes. */
const PLAIN = /^[ -~]*$/;

/** Which steps a {@linkcode BertNormalizer} takes. */
export interface BertNormalizerOptions {
  /**
   * Leaves out control characters, and makes white space plain spaces.
   *
   * @default {true}
   */
  cleanText?: boolean;
  /**
   * Puts spaces around Chinese characters.
   *
   * @default {true}
   */
  handleChineseCharacters?: boolean;
  /**
   * Leaves out accents.
   *
   * @default {the value of lowercase}
   */
  stripAccents?: boolean | undefined;
  /**
   * Makes all letters small.
   *
   * @default {true}
   */
  lowercase?: boolean;
}

/** Cleans a text as BERT does. */
export class BertNormalizer implements Normalizer {
  readonly #options: BertNormalizerOptions;
  readonly #steps: readonly ((text: string) => NormalizedText)[];

  /** @param options Which steps are taken. */
  constructor(options: BertNormalizerOptions = {}) {
    const {
      cleanText = true,
      handleChineseCharacters = true,
      lowercase = true,
      stripAccents = lowercase,
    } = options;
    this.#options = {
      cleanText,
      handleChineseCharacters,
      stripAccents: options.stripAccents,
      lowercase,
    };
    const decomposer = new UnicodeNormalizer("NFD");
    const lowercaser = new LowercaseNormalizer();
    this.#steps = [
      ...(cleanText ? [clean] : []),
      ...(handleChineseCharacters ? [surroundChinese] : []),
      ...(stripAccents
        ? [(text: string) => decomposer.normalize(text), removeMarks]
        : []),
      ...(lowercase ? [(text: string) => lowercaser.normalize(text)] : []),
    ];
  }

  /**
   * Reads the normalizer of a tokenizer.json.
   *
   * @param json The member `normalizer`.
   * @returns The normalizer.
   * @throws {TypeError} If a member is of the wrong type.
   */
  static fromJSON(json: JsonMembers): BertNormalizer {
    return new BertNormalizer({
      cleanText: json.boolean("clean_text", true),
      handleChineseCharacters: json.boolean("handle_chinese_chars", true),
      stripAccents: json.has("strip_accents")
        ? json.boolean("strip_accents")
        : undefined,
      lowercase: json.boolean("lowercase", true),
    });
  }

  /** @inheritdoc */
  normalize(text: string): NormalizedText {
    if (PLAIN.test(text)) {
      return {
        text: this.#options.lowercase ? text.toLowerCase() : text,
        origins: undefined,
      };
    }
    let origins: Offsets | undefined;
    for (const step of this.#steps) {
      const result = step(text);
      origins = composeOrigins(origins, result.origins);
      text = result.text;
    }
    return { text, origins };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return {
      type: "BertNormalizer",
      clean_text: this.#options.cleanText!,
      handle_chinese_chars: this.#options.handleChineseCharacters!,
      strip_accents: this.#options.stripAccents ?? null,
      lowercase: this.#options.lowercase!,
    };
  }
}

function clean(text: string): NormalizedText {
  if (!CONTROLS.test(text)) { // every space has one unit
    return {
      text: text.replace(/[\t\n\r\p{White_Space}]/gu, " "),
      origins: undefined,
    };
  }
  return mapCharacters(text, (character) => {
    if (CONTROLS.test(character)) return "";
    return SPACES.test(character) ? " " : character;
  });
}

function surroundChinese(text: string): NormalizedText {
  if (!CHINESE.test(text)) return { text, origins: undefined };
  return mapCharacters(
    text,
    (character) => CHINESE.test(character) ? ` ${character} ` : character,
  );
}

function removeMarks(text: string): NormalizedText {
  if (!NONSPACING_MARKS.test(text)) return { text, origins: undefined };
  return mapCharacters(
    text,
    (character) => NONSPACING_MARKS.test(character) ? "" : character,
  );
}
