/**
 * One id for every character of the training text: the simplest tokenizer, over Unicode code points or over graphemes,
 * which are what a reader takes for one character (UAX #29).
 *
 * @module
 */
import { BaseTokenizer } from "./base_tokenizer.ts";
import { brief } from "./brief.ts";
import { IntList } from "./int_list.ts";
import { toCodePoints } from "./offsets.ts";
import {
  type DecodeOptions,
  type EncodeOptions,
  type Encoding,
  type TokenizerJSON,
  type TokenStream,
  UnknownCharacterError,
} from "./tokenizer.ts";
import {
  checkDecodeOptions,
  checkEncodeOptions,
  nearestKnown,
} from "./unknown.ts";
import {
  byCodePoint,
  checkUnit,
  checkVocabulary,
  isCodePoint,
} from "./_char_vocabulary.ts";
import { graphemeEnd } from "./_graphemes.ts";

/** What counts as a character. */
export type CharUnit = "codepoint" | "grapheme";

/** Options of {@linkcode CharTokenizer.train} and of the constructor. */
export interface CharTokenizerOptions {
  /**
   * `"codepoint"` takes an emoji or an accented letter apart where it is made of several code points, `"grapheme"` keeps
   * it whole, which makes the vocabulary larger.
   *
   * @default {"codepoint"}
   */
  unit?: CharUnit;
}

/** A {@linkcode CharTokenizer} as plain JSON. */
export interface CharTokenizerJSON extends TokenizerJSON {
  /** Says that this is a character tokenizer. */
  readonly kind: "char";
  /** The characters, each at the place of its id. */
  readonly vocabulary: readonly string[];
}

/** No character tokenizer has special tokens. */
const NO_TOKENS: ReadonlyMap<string, number> = new Map();

/**
 * Gives every character of the training text an id of its own, in the order of Unicode.
 *
 * An emoji made of several code points takes several ids, and so does a letter with a combining mark, unless the unit is
 * the grapheme. A lone surrogate counts as U+FFFD.
 *
 * @example Train, encode, decode
 * ```ts
 * import { CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("hello");
 * assertEquals(tokenizer.vocabulary, ["e", "h", "l", "o"]);
 * assertEquals(tokenizer.encode("hello"), Int32Array.of(1, 0, 2, 2, 3));
 * assertEquals(tokenizer.decode([1, 3, 2, 0]), "hole");
 * ```
 *
 * @example Keep what a reader takes for one character whole
 * ```ts
 * import { CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(CharTokenizer.train("👩🏽‍🚀!", { unit: "grapheme" }).vocabulary, ["!", "👩🏽‍🚀"]);
 * ```
 */
export class CharTokenizer extends BaseTokenizer {
  /** Name of this kind of tokenizer. */
  override readonly kind = "char";
  /** What counts as a character. */
  readonly unit: CharUnit;
  /** The characters, each at the place of its id. */
  override readonly vocabulary: readonly string[];
  /** There are none. */
  override readonly specialTokens: ReadonlyMap<string, number> = NO_TOKENS;
  readonly #idOf: Int32Array; // by code point, of characters that are one; -1 where there is none
  readonly #longer = new Map<string, number>(); // the other characters

  /**
   * Builds a tokenizer over a given vocabulary; {@linkcode CharTokenizer.train} collects one from a text.
   *
   * @param vocabulary The characters, each at the place of its id: strings of one character, all different.
   * @param options What counts as a character.
   * @throws {TypeError} If the vocabulary is not an array of strings.
   * @throws {RangeError} If it is empty, an entry is a duplicate or not one character, or the unit is unknown.
   */
  constructor(
    vocabulary: readonly string[],
    options: CharTokenizerOptions = {},
  ) {
    super();
    this.unit = checkUnit("build", options);
    checkVocabulary(vocabulary, this.unit);
    this.vocabulary = Object.freeze([...vocabulary]);
    let last = 0;
    for (const entry of this.vocabulary) {
      if (isCodePoint(entry)) last = Math.max(last, entry.codePointAt(0)!);
    }
    this.#idOf = new Int32Array(last + 1).fill(-1); // at most 4.5 MB
    for (const [id, entry] of this.vocabulary.entries()) {
      if (isCodePoint(entry)) this.#idOf[entry.codePointAt(0)!] = id;
      else this.#longer.set(entry, id);
    }
  }

  /**
   * Collects the characters of a text.
   *
   * @param text The training text.
   * @param options What counts as a character.
   * @returns A tokenizer that knows them.
   * @throws {TypeError} If the text is not a string.
   * @throws {RangeError} If the text is empty, or the unit is unknown.
   */
  static train(
    text: string,
    options: CharTokenizerOptions = {},
  ): CharTokenizer {
    if (typeof text !== "string") {
      throw new TypeError(
        `Cannot train CharTokenizer: text must be a string: ${typeof text}`,
      );
    }
    const unit = checkUnit("train", options);
    if (text === "") {
      throw new RangeError(
        "Cannot train CharTokenizer: the text must have a character: it is empty",
      );
    }
    const whole = text.toWellFormed();
    const characters = new Set<string>();
    if (unit === "codepoint") {
      for (const character of whole) characters.add(character);
    } else {
      for (let start = 0; start < whole.length;) {
        const end = graphemeEnd(whole, start);
        characters.add(whole.slice(start, end));
        start = end;
      }
    }
    return new CharTokenizer([...characters].sort(byCodePoint), { unit });
  }

  /**
   * Builds a tokenizer again from what {@linkcode CharTokenizer.toJSON} returned.
   *
   * @param json Plain JSON.
   * @returns The same tokenizer.
   * @throws {TypeError} If a member is missing or of the wrong type.
   * @throws {RangeError} If the kind is another, a member is unknown, or the vocabulary is not valid.
   */
  static fromJSON(json: unknown): CharTokenizer {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new TypeError(
        `Cannot build CharTokenizer: JSON must be an object: ${brief(json)}`,
      );
    }
    const { kind, vocabulary, unit = "codepoint", ...rest } = json as Record<
      string,
      unknown
    >;
    if (kind !== "char") {
      throw new RangeError(
        `Cannot build CharTokenizer: kind must be "char": ${brief(kind)}`,
      );
    }
    const unknown = Object.keys(rest);
    if (unknown.length > 0) {
      throw new RangeError(
        `Cannot build CharTokenizer: JSON has members that this version does not know: ${
          unknown.join(", ")
        }`,
      );
    }
    return new CharTokenizer(vocabulary as readonly string[], { // checked there
      unit: unit as CharUnit,
    });
  }

  /**
   * Turns a text into ids, one for each character.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options What becomes of unknown characters.
   * @returns The ids, in order.
   * @throws {UnknownCharacterError} If the text has characters that the vocabulary lacks.
   * @throws {RangeError} If `unknown` is not one of the policies, or is `"token"`.
   */
  override encode(text: string, options: EncodeOptions = {}): Int32Array {
    const { unknown } = checkEncodeOptions(text, options, false);
    const whole = text.toWellFormed();
    if (this.unit === "grapheme" || unknown === "nearest") {
      const ids = new IntList(whole.length);
      this.#forEachId(whole, unknown, (id) => ids.push(id));
      return ids.toArray();
    }
    const ids = new Int32Array(whole.length);
    let count = 0;
    for (let i = 0; i < whole.length; i++) {
      const code = whole.codePointAt(i)!;
      if (code > 0xFFFF) i++; // two UTF-16 units
      const id = this.#idOf[code] ?? -1;
      if (id >= 0) ids[count++] = id;
      else if (unknown === "error") throw this.#unknownIn(whole);
    }
    return count === ids.length ? ids : ids.slice(0, count);
  }

  /**
   * Turns a text into ids and says where each comes from.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options What becomes of unknown characters.
   * @returns The ids and their places.
   * @throws {UnknownCharacterError} If the text has characters that the vocabulary lacks.
   * @throws {RangeError} If `unknown` is not one of the policies, or is `"token"`.
   */
  override encodeWithOffsets(
    text: string,
    options: EncodeOptions = {},
  ): Encoding {
    const { unknown } = checkEncodeOptions(text, options, false);
    const whole = text.toWellFormed();
    const ids = new IntList(whole.length);
    const starts = new IntList(whole.length);
    const ends = new IntList(whole.length);
    this.#forEachId(whole, unknown, (id, start, end) => {
      ids.push(id);
      starts.push(start);
      ends.push(end);
    });
    const utf16 = { starts: starts.toArray(), ends: ends.toArray() };
    return {
      ids: ids.toArray(),
      utf16,
      codePoints: toCodePoints(whole, utf16),
    };
  }

  /**
   * Starts to decode ids that come one by one; every id gives its character at once.
   *
   * @param options Without effect, as there are no special tokens.
   * @returns The stream.
   */
  override decodeStream(options: DecodeOptions = {}): TokenStream {
    checkDecodeOptions(options);
    let position = 0;
    return {
      push: (id) => {
        const character = this.vocabulary[id];
        if (character === undefined) throw this.idError(id, position);
        position++;
        return character;
      },
      flush: () => {
        position = 0;
        return "";
      },
    };
  }

  /**
   * Describes the tokenizer, to be stored with a model.
   *
   * @returns Plain JSON.
   */
  override toJSON(): CharTokenizerJSON {
    const json = { kind: "char", vocabulary: [...this.vocabulary] } as const;
    return this.unit === "codepoint" ? json : { ...json, unit: this.unit };
  }

  /** Goes through the characters of a well-formed text. */
  #forEachId(
    whole: string,
    unknown: string,
    take: (id: number, start: number, end: number) => void,
  ): void {
    for (let start = 0; start < whole.length;) {
      const end = this.#endAt(whole, start);
      const found = this.#idAt(whole, start, end);
      if (found >= 0) take(found, start, end);
      else {
        for (const id of this.#idsForUnknown(whole, start, end, unknown)) {
          take(id, start, end);
        }
      }
      start = end;
    }
  }

  /** Where the character that starts at a place ends. */
  #endAt(text: string, start: number): number {
    if (this.unit === "grapheme") return graphemeEnd(text, start);
    return start + (text.codePointAt(start)! > 0xFFFF ? 2 : 1);
  }

  /** Id of a character, or -1. */
  #idAt(text: string, start: number, end: number): number {
    const code = text.codePointAt(start)!;
    return end - start === (code > 0xFFFF ? 2 : 1)
      ? this.#idOf[code] ?? -1
      : this.#longer.get(text.slice(start, end)) ?? -1;
  }

  /** Ids of characters, all of which are known; otherwise undefined. */
  #idsOf(text: string): number[] | undefined {
    const ids: number[] = [];
    for (let start = 0; start < text.length;) {
      const end = this.#endAt(text, start);
      const id = this.#idAt(text, start, end);
      if (id < 0) return undefined;
      ids.push(id);
      start = end;
    }
    return ids;
  }

  #idsForUnknown(
    whole: string,
    start: number,
    end: number,
    policy: string,
  ): readonly number[] {
    if (policy === "skip") return [];
    const near = policy === "nearest"
      ? nearestKnown(
        whole.slice(start, end),
        (text) => this.#idsOf(text) !== undefined,
      )
      : undefined;
    if (near === undefined) throw this.#unknownIn(whole);
    return this.#idsOf(near)!;
  }

  /** The error about a text that has unknown characters. */
  #unknownIn(text: string): UnknownCharacterError {
    const found = new Set<string>();
    let first = 0;
    for (let start = 0; start < text.length;) {
      const end = this.#endAt(text, start);
      if (this.#idAt(text, start, end) < 0) {
        if (found.size === 0) first = start;
        found.add(text.slice(start, end));
      }
      start = end;
    }
    const index = Array.from(text.slice(0, first)).length;
    return new UnknownCharacterError(text, [...found], index);
  }
}
