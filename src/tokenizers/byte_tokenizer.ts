/**
 * One id for every byte of UTF-8: the smallest vocabulary that knows every text.
 *
 * @module
 */
import { BaseTokenizer } from "./base_tokenizer.ts";
import { brief } from "./brief.ts";
import { byteToken } from "./models/bpe.ts";
import { toCodePoints } from "./offsets.ts";
import type {
  DecodeOptions,
  EncodeOptions,
  Encoding,
  TokenizerJSON,
  TokenStream,
} from "./tokenizer.ts";
import { checkDecodeOptions, checkEncodeOptions } from "./unknown.ts";

/** A {@linkcode ByteTokenizer} as plain JSON. */
export interface ByteTokenizerJSON extends TokenizerJSON {
  /** Says that this is a byte tokenizer. */
  readonly kind: "byte";
}

const VOCABULARY: readonly string[] = Object.freeze(
  Array.from({ length: 256 }, (_, byte) => byteToken(byte)),
);
const NO_TOKENS: ReadonlyMap<string, number> = new Map();

/**
 * Gives every byte of a text in UTF-8 its own value as an id, so that nothing must be trained and nothing is unknown.
 *
 * Ids that are no UTF-8 decode to U+FFFD.
 *
 * @example Encode and decode
 * ```ts
 * import { ByteTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = new ByteTokenizer();
 * assertEquals(tokenizer.encode("aé"), Int32Array.of(0x61, 0xC3, 0xA9));
 * assertEquals(tokenizer.decode([0x61, 0xC3, 0xA9]), "aé");
 * ```
 */
export class ByteTokenizer extends BaseTokenizer {
  /** Name of this kind of tokenizer. */
  override readonly kind = "byte";
  /** Names of the bytes, from `<0x00>` to `<0xFF>`. */
  override readonly vocabulary: readonly string[] = VOCABULARY;
  /** There are none. */
  override readonly specialTokens: ReadonlyMap<string, number> = NO_TOKENS;

  /**
   * Builds a tokenizer again from what {@linkcode ByteTokenizer.toJSON} returned.
   *
   * @param json Plain JSON.
   * @returns A byte tokenizer.
   * @throws {RangeError} If the JSON has another kind, or more members than that.
   */
  static fromJSON(json: unknown): ByteTokenizer {
    if (JSON.stringify(json) !== '{"kind":"byte"}') {
      throw new RangeError(
        `Cannot build ByteTokenizer: JSON must be {"kind":"byte"}: ${
          brief(json)
        }`,
      );
    }
    return new ByteTokenizer();
  }

  /**
   * Turns a text into ids, one for each byte.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options Without effect, as every text is known.
   * @returns The ids, in order.
   */
  override encode(text: string, options: EncodeOptions = {}): Int32Array {
    checkEncodeOptions(text, options, false);
    return Int32Array.from(new TextEncoder().encode(text));
  }

  /**
   * Turns a text into ids and says which character each is a byte of.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options Without effect, as every text is known.
   * @returns The ids and their places.
   */
  override encodeWithOffsets(
    text: string,
    options: EncodeOptions = {},
  ): Encoding {
    const ids = this.encode(text, options);
    const starts = new Int32Array(ids.length);
    const ends = new Int32Array(ids.length);
    let start = 0;
    let end = 0;
    for (let i = 0; i < ids.length; i++) {
      const byte = ids[i]!;
      if ((byte & 0xC0) !== 0x80) { // the first byte of a character
        start = end;
        end += byte >= 0xF0 ? 2 : 1;
      }
      starts[i] = start;
      ends[i] = end;
    }
    const utf16 = { starts, ends };
    const codePoints = toCodePoints(text.toWellFormed(), utf16);
    return { ids, utf16, codePoints };
  }

  /**
   * Turns ids into a text.
   *
   * @param ids The ids, in order.
   * @param options Without effect, as there are no special tokens.
   * @returns The text.
   * @throws {RangeError} If an id is not an integer from 0 to 255.
   */
  override decode(
    ids: ArrayLike<number>,
    options: DecodeOptions = {},
  ): string {
    checkDecodeOptions(options);
    const bytes = new Uint8Array(ids.length);
    for (let i = 0; i < ids.length; i++) {
      this.#check(ids[i]!, i);
      bytes[i] = ids[i]!;
    }
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  /**
   * Starts to decode ids that come one by one.
   *
   * @param options Without effect, as there are no special tokens.
   * @returns A stream that holds back the bytes of a character until it has all of them.
   */
  override decodeStream(options: DecodeOptions = {}): TokenStream {
    checkDecodeOptions(options);
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    let position = 0;
    return {
      push: (id) => {
        this.#check(id, position);
        position++;
        return decoder.decode(Uint8Array.of(id), { stream: true });
      },
      flush: () => {
        position = 0;
        return decoder.decode();
      },
    };
  }

  /**
   * Describes the tokenizer, to be stored with a model.
   *
   * @returns Plain JSON.
   */
  override toJSON(): ByteTokenizerJSON {
    return { kind: this.kind };
  }

  #check(id: number, position: number): void {
    if (VOCABULARY[id] === undefined) throw this.idError(id, position);
  }
}
