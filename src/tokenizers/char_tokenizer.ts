/**
 * One id for every character of the training text: the simplest tokenizer, over Unicode code points.
 *
 * @module
 */
import { brief } from "./brief.ts";
import {
  type EncodeOptions,
  type Tokenizer,
  type TokenizerJSON,
  type TokenStream,
  UnknownCharacterError,
} from "./tokenizer.ts";

/** A {@linkcode CharTokenizer} as plain JSON. */
export interface CharTokenizerJSON extends TokenizerJSON {
  /** Says that this is a character tokenizer. */
  readonly kind: "char";
  /** The characters, each at the place of its id. */
  readonly vocabulary: readonly string[];
}

/**
 * Gives every code point of the training text an id of its own, in the order of Unicode.
 *
 * An emoji made of several code points takes several ids, and so does a letter with a combining mark. A lone surrogate
 * counts as U+FFFD.
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
 */
export class CharTokenizer implements Tokenizer {
  /** Name of this kind of tokenizer. */
  readonly kind = "char";
  /** The characters, each at the place of its id. */
  readonly vocabulary: readonly string[];
  readonly #idOf: Int32Array; // by code point; -1 where there is none

  /**
   * Builds a tokenizer over a given vocabulary; {@linkcode CharTokenizer.train} collects one from a text.
   *
   * @param vocabulary The characters, each at the place of its id: strings of one code point, all different.
   * @throws {TypeError} If the vocabulary is not an array of strings.
   * @throws {RangeError} If it is empty, or an entry is a duplicate or not one code point.
   */
  constructor(vocabulary: readonly string[]) {
    checkVocabulary(vocabulary);
    this.vocabulary = Object.freeze([...vocabulary]);
    const codes = this.vocabulary.map((character) => character.codePointAt(0)!);
    const last = codes.reduce((a, b) => Math.max(a, b));
    this.#idOf = new Int32Array(last + 1).fill(-1); // at most 4.5 MB
    for (const [id, code] of codes.entries()) this.#idOf[code] = id;
  }

  /**
   * Collects the characters of a text.
   *
   * @param text The training text.
   * @returns A tokenizer that knows them.
   * @throws {TypeError} If the text is not a string.
   * @throws {RangeError} If the text is empty.
   */
  static train(text: string): CharTokenizer {
    if (typeof text !== "string") {
      throw new TypeError(
        `Cannot train CharTokenizer: text must be a string: ${typeof text}`,
      );
    }
    if (text === "") {
      throw new RangeError(
        "Cannot train CharTokenizer: the text must have a character: it is empty",
      );
    }
    const characters = [...new Set(text.toWellFormed())];
    return new CharTokenizer(
      characters.sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!),
    );
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
    const { kind, vocabulary, ...rest } = json as Record<string, unknown>;
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
    return new CharTokenizer(vocabulary as readonly string[]); // checked there
  }

  /** Number V of ids. */
  get vocabSize(): number {
    return this.vocabulary.length;
  }

  /**
   * Turns a text into ids, one for each code point.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options What becomes of unknown characters.
   * @returns The ids, in order.
   * @throws {UnknownCharacterError} If the text has characters that the vocabulary lacks.
   * @throws {RangeError} If `unknown` is neither `"error"` nor `"skip"`.
   */
  encode(text: string, options: EncodeOptions = {}): Int32Array {
    const { unknown = "error" } = options;
    if (typeof text !== "string") {
      throw new TypeError(
        `Cannot encode text: text must be a string: ${typeof text}`,
      );
    }
    if (unknown !== "error" && unknown !== "skip") {
      throw new RangeError(
        `Cannot encode text: unknown must be "error" or "skip": ${
          brief(unknown)
        }`,
      );
    }
    const whole = text.toWellFormed();
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
   * Turns ids into a text.
   *
   * @param ids The ids, in order.
   * @returns The text.
   * @throws {RangeError} If an id is not an integer from 0 to V - 1.
   */
  decode(ids: ArrayLike<number>): string {
    const characters = new Array<string>(ids.length);
    for (let i = 0; i < ids.length; i++) {
      characters[i] = this.#characterOf(ids[i]!, i);
    }
    return characters.join("");
  }

  /**
   * Starts to decode ids that come one by one; every id gives its character at once.
   *
   * @returns The stream.
   */
  decodeStream(): TokenStream {
    let position = 0;
    return {
      push: (id) => this.#characterOf(id, position++),
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
  toJSON(): CharTokenizerJSON {
    return { kind: this.kind, vocabulary: [...this.vocabulary] };
  }

  #characterOf(id: number, position: number): string {
    const character = this.vocabulary[id];
    if (character === undefined) {
      throw new RangeError(
        `Cannot decode ids: each must be an integer from 0 to ${
          this.vocabSize - 1
        }, ` +
          `as the vocabulary has ${this.vocabSize} characters: ${id} at position ${position}`,
      );
    }
    return character;
  }

  /** The error about a text that has unknown characters. */
  #unknownIn(text: string): UnknownCharacterError {
    const found = new Set<string>();
    let first = 0;
    let index = 0;
    for (const character of text) {
      if ((this.#idOf[character.codePointAt(0)!] ?? -1) < 0) {
        if (found.size === 0) first = index;
        found.add(character);
      }
      index++;
    }
    return new UnknownCharacterError(text, [...found], first);
  }
}

function checkVocabulary(vocabulary: unknown): asserts vocabulary is string[] {
  if (!Array.isArray(vocabulary)) {
    throw new TypeError(
      `Cannot build CharTokenizer: vocabulary must be an array of strings: ${
        brief(vocabulary)
      }`,
    );
  }
  if (vocabulary.length === 0) {
    throw new RangeError(
      "Cannot build CharTokenizer: the vocabulary must have a character: it is empty",
    );
  }
  const seen = new Map<string, number>();
  for (const [id, entry] of (vocabulary as unknown[]).entries()) {
    if (typeof entry !== "string") {
      throw new TypeError(
        `Cannot build CharTokenizer: vocabulary must hold strings: ${
          brief(entry)
        } at ${id}`,
      );
    }
    const code = entry.codePointAt(0);
    if (
      code === undefined || String.fromCodePoint(code) !== entry ||
      !entry.isWellFormed()
    ) {
      throw new RangeError(
        `Cannot build CharTokenizer: an entry must be one code point: ${
          brief(entry)
        } at ${id}`,
      );
    }
    const twin = seen.get(entry);
    if (twin !== undefined) {
      throw new RangeError(
        `Cannot build CharTokenizer: the vocabulary must have no duplicates: ${
          brief(entry)
        } at ${twin} and ${id}`,
      );
    }
    seen.set(entry, id);
  }
}
