/**
 * What every tokenizer can do: strings to ids and back, at once or piece by piece.
 *
 * @module
 */

/** Any value that JSON can hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Any object that JSON can hold. */
export interface JsonObject {
  /** The members. */
  readonly [key: string]: JsonValue;
}

/** Places of tokens or characters in a text: number i covers `starts[i]` to `ends[i]` - 1. */
export interface Offsets {
  /** Where each starts. */
  readonly starts: Int32Array;
  /** Where each ends; the first place after it. */
  readonly ends: Int32Array;
}

/** A tokenizer as plain JSON: its kind, and whatever that kind needs to be built again. */
export interface TokenizerJSON {
  /** Name of the kind of tokenizer, such as `"char"`. */
  readonly kind: string;
  /** The members of that kind. */
  readonly [key: string]: JsonValue;
}

/** What becomes of characters that the tokenizer does not know: an error, or nothing. */
export type UnknownPolicy = "error" | "skip";

/** Options of {@linkcode Tokenizer.encode}. */
export interface EncodeOptions {
  /**
   * `"error"` throws an {@linkcode UnknownCharacterError}, `"skip"` leaves the characters out.
   *
   * @default {"error"}
   */
  unknown?: UnknownPolicy;
}

/**
 * Turns strings into ids and back.
 *
 * For every text that it knows, `decode(encode(text))` is `text.toWellFormed()`.
 */
export interface Tokenizer {
  /** Name of the kind of tokenizer, such as `"char"`. */
  readonly kind: string;
  /** Number V of ids; they run from 0 to V - 1. */
  readonly vocabSize: number;

  /**
   * Turns a text into ids.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options What becomes of unknown characters.
   * @returns The ids, in order.
   * @throws {UnknownCharacterError} If the text has characters that the tokenizer does not know.
   */
  encode(text: string, options?: EncodeOptions): Int32Array;

  /**
   * Turns ids into a text.
   *
   * @param ids The ids, in order.
   * @returns The text.
   * @throws {RangeError} If an id is not an integer from 0 to V - 1.
   */
  decode(ids: ArrayLike<number>): string;

  /**
   * Starts to decode ids that come one by one.
   *
   * @returns A stream whose pieces make up what {@linkcode Tokenizer.decode} returns.
   */
  decodeStream(): TokenStream;

  /**
   * Describes the tokenizer, to be stored with a model.
   *
   * @returns Plain JSON, from which `tokenizerFromJSON()` builds it again.
   */
  toJSON(): TokenizerJSON;
}

/** Decodes ids one by one. */
export interface TokenStream {
  /**
   * Takes the next id.
   *
   * @param id The id.
   * @returns The text that is certain now; may be empty where a character needs more ids.
   * @throws {RangeError} If the id is not an integer from 0 to V - 1.
   */
  push(id: number): string;

  /**
   * Ends the text; the stream can then start another.
   *
   * @returns The text that was held back.
   */
  flush(): string;
}

/** Most unknown characters that a message lists. */
const MAX_LISTED = 10;

/**
 * A text has characters that the tokenizer does not know.
 *
 * @example Find out which
 * ```ts
 * import { CharTokenizer, UnknownCharacterError } from "@textloom/textloom";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const tokenizer = CharTokenizer.train("whale");
 * const error = assertThrows(() => tokenizer.encode("a white whale"), UnknownCharacterError);
 * assertEquals(error.characters, [" ", "i", "t"]);
 * assertEquals(error.index, 1);
 * ```
 */
export class UnknownCharacterError extends RangeError {
  /** The unknown characters, each once, in order of their first appearance. */
  readonly characters: readonly string[];
  /** Where the first one stands, in code points from 0. */
  readonly index: number;

  /**
   * Builds the message from the characters and the place of the first one.
   *
   * @param text The text, whose first `index` code points are known.
   * @param characters The unknown characters, each once.
   * @param index Where the first one stands, in code points from 0.
   */
  constructor(text: string, characters: readonly string[], index: number) {
    const listed = characters.slice(0, MAX_LISTED).map(nameCharacter).join(
      ", ",
    );
    const more = characters.length > MAX_LISTED
      ? ` and ${characters.length - MAX_LISTED} more`
      : "";
    const before = Array.from(text).slice(0, index).join("");
    const line = before.split(/\r\n?|\n/).length;
    super(
      `Cannot encode text: the tokenizer does not know these characters: ${listed}${more}; ` +
        `the first is at code point ${index} (line ${line}); leave them out with unknown: "skip"`,
    );
    this.name = "UnknownCharacterError";
    this.characters = characters;
    this.index = index;
  }
}

/** A character for the reader: itself where it can be seen, and its code point. */
function nameCharacter(character: string): string {
  const code = `U+${
    character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")
  }`;
  return /^[\p{C}\p{M}\p{Z}]/u.test(character)
    ? code
    : `"${character}" ${code}`;
}
