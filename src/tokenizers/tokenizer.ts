/**
 * What every tokenizer can do: strings to ids and back, at once or piece by piece.
 *
 * @module
 */
import type { Explanation } from "./explanation.ts";

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

/**
 * What becomes of what the vocabulary lacks: an error that names it, nothing, what is nearest to it (without accents, in
 * another case, in plain punctuation), or the token that the tokenizer has for it.
 */
export type UnknownPolicy = "error" | "skip" | "nearest" | "token";

/** Options of {@linkcode Tokenizer.encode}. */
export interface EncodeOptions {
  /**
   * Whether the special tokens that belong before and after a text are added.
   *
   * @default {true}
   */
  addSpecialTokens?: boolean;

  /**
   * `"error"` throws an {@linkcode UnknownCharacterError}, `"skip"` leaves the characters out, `"nearest"` takes the
   * nearest that the tokenizer knows and throws where there is none, `"token"` takes the token for the unknown. Tokenizers
   * over bytes know every character.
   *
   * @default {"token" if the tokenizer has one, else "error"}
   */
  unknown?: UnknownPolicy;
}

/** Options of {@linkcode Tokenizer.decode}. */
export interface DecodeOptions {
  /**
   * Whether special tokens are left out of the text.
   *
   * @default {true}
   */
  skipSpecialTokens?: boolean;
}

/** The tokens of a text, and where each comes from. */
export interface Encoding {
  /** The ids, shape (T). */
  readonly ids: Int32Array;
  /** What each token covers, in UTF-16 units as `text.slice()` counts; special tokens that were added cover 0 to 0. */
  readonly utf16: Offsets;
  /** The same in code points, as Python counts. */
  readonly codePoints: Offsets;
}

/**
 * Turns strings into ids and back.
 *
 * For every text that it knows, `decode(encode(text))` is `text.toWellFormed()`, unless the tokenizer normalizes.
 */
export interface Tokenizer {
  /** Name of the kind of tokenizer, such as `"char"`. */
  readonly kind: string;
  /** Number V of ids; they run from 0 to V - 1. */
  readonly vocabSize: number;
  /** The tokens, each at the place of its id; empty where an id has none. */
  readonly vocabulary: readonly string[];
  /** Ids of the special tokens, which mean something and are no text. */
  readonly specialTokens: ReadonlyMap<string, number>;

  /**
   * Turns a text into ids.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns The ids, in order.
   * @throws {UnknownCharacterError} If the text has characters that the tokenizer does not know.
   */
  encode(text: string, options?: EncodeOptions): Int32Array;

  /**
   * Turns a text into ids and says where each comes from.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns The ids and their places.
   * @throws {UnknownCharacterError} If the text has characters that the tokenizer does not know.
   */
  encodeWithOffsets(text: string, options?: EncodeOptions): Encoding;

  /**
   * Turns several texts into ids.
   *
   * @param texts The texts.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns The ids of each text.
   * @throws {UnknownCharacterError} If a text has characters that the tokenizer does not know.
   */
  encodeBatch(texts: readonly string[], options?: EncodeOptions): Int32Array[];

  /**
   * Turns ids into a text.
   *
   * @param ids The ids, in order.
   * @param options What becomes of special tokens.
   * @returns The text.
   * @throws {RangeError} If an id is not an integer from 0 to V - 1.
   */
  decode(ids: ArrayLike<number>, options?: DecodeOptions): string;

  /**
   * Starts to decode ids that come one by one.
   *
   * @param options What becomes of special tokens.
   * @returns A stream whose pieces make up what {@linkcode Tokenizer.decode} returns.
   */
  decodeStream(options?: DecodeOptions): TokenStream;

  /**
   * Shows how a text is cut into tokens.
   *
   * @param text Any string.
   * @param options Special tokens, and what becomes of unknown characters.
   * @returns What a notebook draws in colours, and `toString()` prints.
   */
  explain(text: string, options?: EncodeOptions): Explanation;

  /**
   * Writes the tokenizer to a file, a tokenizer.json of Hugging Face tokenizers where the kind has one; `loadTokenizer()`
   * reads it.
   *
   * @param path Path of the file.
   */
  save(path: string | URL): Promise<void>;

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
  /** The unknown characters, or words of a tokenizer over words, each once, in order of their first appearance. */
  readonly characters: readonly string[];
  /** Where the first one stands, in code points from 0. */
  readonly index: number;

  /**
   * Builds the message from the characters and the place of the first one.
   *
   * @param text The text, whose first `index` code points are known.
   * @param characters The unknown characters, each once.
   * @param index Where the first one stands, in code points from 0.
   * @param noun What they are: characters or words.
   */
  constructor(
    text: string,
    characters: readonly string[],
    index: number,
    noun: "characters" | "words" = "characters",
  ) {
    const listed = characters.slice(0, MAX_LISTED).map(nameCharacter).join(
      ", ",
    );
    const more = characters.length > MAX_LISTED
      ? ` and ${characters.length - MAX_LISTED} more`
      : "";
    const before = Array.from(text).slice(0, index).join("");
    const line = before.split(/\r\n?|\n/).length;
    super(
      `Cannot encode text: the tokenizer does not know these ${noun}: ${listed}${more}; ` +
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
  if (/^[\p{C}\p{M}\p{Z}]/u.test(character)) return code;
  const isOne = character.length === String.fromCodePoint(
    character.codePointAt(0)!,
  ).length;
  return isOne ? `"${character}" ${code}` : JSON.stringify(character);
}
