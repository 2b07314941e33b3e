/**
 * One id for every word and every punctuation mark; spaces are not written down where a reader would expect them.
 *
 * @module
 */
import { unknownOption } from "../text/options.ts";
import { BaseTokenizer } from "./base_tokenizer.ts";
import { brief } from "./brief.ts";
import { IntList } from "./int_list.ts";
import { toCodePoints } from "./offsets.ts";
import { isWhiteSpace, Spacing } from "./_spacing.ts";
import { checkVocabulary, forEachToken, JOIN, UNKNOWN } from "./_words.ts";
import {
  type DecodeOptions,
  type EncodeOptions,
  type Encoding,
  type TokenizerJSON,
  type TokenStream,
  UnknownCharacterError,
  type UnknownPolicy,
} from "./tokenizer.ts";
import { checkTexts, checkWhole } from "./training/check_options.ts";
import {
  checkDecodeOptions,
  checkEncodeOptions,
  nearestKnown,
} from "./unknown.ts";

/** Options of {@linkcode WordTokenizer.train}. */
export interface WordTrainingOptions {
  /**
   * How many tokens to have at most, the most frequent; `<unk>` and `<join>` count.
   *
   * @default {Infinity}
   */
  vocabSize?: number;
  /**
   * How often a word must occur to have a token.
   *
   * @default {1}
   */
  minFrequency?: number;
}

/** A {@linkcode WordTokenizer} as plain JSON. */
export interface WordTokenizerJSON extends TokenizerJSON {
  /** Says that this is a word tokenizer. */
  readonly kind: "word";
  /** The tokens, each at the place of its id. */
  readonly vocabulary: readonly string[];
}

/**
 * Gives every word of the training text an id, the most frequent first.
 *
 * Punctuation marks, other signs and the characters of scripts without spaces are words too. A space between two words, after
 * a comma, before an opening bracket and so on has no token: decoding puts it there by rule. All other white space has
 * one, character by character, and where the rule is wrong about a space the token `<join>` says so. So every text whose
 * words are known comes back as it was. The special token `<unk>` stands for other words where the policy is `"token"`.
 *
 * @example Train, encode, decode
 * ```ts
 * import { WordTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = WordTokenizer.train("Call me Ishmael. Call me, then!");
 * const ids = tokenizer.encode("Call me, Ishmael!");
 * assertEquals([...ids].map((id) => tokenizer.vocabulary[id]), ["Call", "me", ",", "Ishmael", "!"]);
 * assertEquals(tokenizer.decode(ids), "Call me, Ishmael!");
 * ```
 */
export class WordTokenizer extends BaseTokenizer {
  /** Name of this kind of tokenizer. */
  override readonly kind = "word";
  /** The tokens, each at the place of its id. */
  override readonly vocabulary: readonly string[];
  /** The token for unknown words. */
  override readonly specialTokens: ReadonlyMap<string, number>;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #unknownId: number;
  readonly #joinId: number;

  /**
   * Builds a tokenizer over a given vocabulary; {@linkcode WordTokenizer.train} collects one from texts.
   *
   * @param vocabulary The tokens, each at the place of its id, with `<unk>` and `<join>` among them.
   * @throws {TypeError} If the vocabulary is not an array of strings.
   * @throws {RangeError} If an entry is empty or a duplicate, or one of the two is missing.
   */
  constructor(vocabulary: readonly string[]) {
    super();
    this.#ids = checkVocabulary(vocabulary);
    this.vocabulary = Object.freeze([...vocabulary]);
    this.#unknownId = this.#ids.get(UNKNOWN)!;
    this.#joinId = this.#ids.get(JOIN)!;
    this.specialTokens = new Map([[UNKNOWN, this.#unknownId]]);
  }

  /**
   * Collects the words of texts.
   *
   * @param texts One text or several.
   * @param options Which words get a token.
   * @returns A tokenizer that knows them.
   * @throws {TypeError} If the texts are not strings, or an option is unknown.
   * @throws {RangeError} If there is no text, or an option is out of range.
   */
  static train(
    texts: string | readonly string[],
    options: WordTrainingOptions = {},
  ): WordTokenizer {
    const { vocabSize = Infinity, minFrequency = 1, ...rest } = options;
    const stranger = Object.keys(rest)[0];
    if (stranger !== undefined) {
      throw unknownOption("Cannot train WordTokenizer", stranger, [
        "vocabSize",
        "minFrequency",
      ]);
    }
    if (vocabSize !== Infinity) {
      checkWhole("WordTokenizer", "vocabSize", vocabSize, 2);
    }
    checkWhole("WordTokenizer", "minFrequency", minFrequency, 0);
    const counts = new Map<string, number>();
    for (const text of checkTexts("WordTokenizer", texts)) {
      forEachToken(text.toWellFormed(), (token) => {
        if (token !== JOIN) counts.set(token, (counts.get(token) ?? 0) + 1);
      });
    }
    const words = [...counts].filter(([, count]) => count >= minFrequency)
      .sort((a, b) => b[1] - a[1]).slice(0, vocabSize - 2)
      .map(([word]) => word);
    return new WordTokenizer([UNKNOWN, JOIN, ...words]);
  }

  /**
   * Builds a tokenizer again from what {@linkcode WordTokenizer.toJSON} returned.
   *
   * @param json Plain JSON.
   * @returns The same tokenizer.
   * @throws {TypeError} If it is not an object, or the vocabulary is not an array of strings.
   * @throws {RangeError} If the kind is another, a member is unknown, or the vocabulary is not valid.
   */
  static fromJSON(json: unknown): WordTokenizer {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new TypeError(
        `Cannot build WordTokenizer: JSON must be an object: ${brief(json)}`,
      );
    }
    const { kind, vocabulary, ...rest } = json as Record<string, unknown>;
    const stranger = Object.keys(rest)[0];
    if (kind !== "word" || stranger !== undefined) {
      throw new RangeError(
        `Cannot build WordTokenizer: JSON must have the members kind: "word" and vocabulary: ${
          brief(json)
        }`,
      );
    }
    return new WordTokenizer(vocabulary as readonly string[]); // checked there
  }

  /**
   * Turns a text into ids.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options What becomes of unknown words.
   * @returns The ids, in order.
   * @throws {UnknownCharacterError} If the text has unknown words and the policy is an error.
   */
  override encode(text: string, options: EncodeOptions = {}): Int32Array {
    return this.#encode(text, options).ids.toArray();
  }

  /**
   * Turns a text into ids and says where each comes from; the token `<join>` covers nothing.
   *
   * @param text Any string; a lone surrogate counts as U+FFFD.
   * @param options What becomes of unknown words.
   * @returns The ids and their places.
   * @throws {UnknownCharacterError} If the text has unknown words and the policy is an error.
   */
  override encodeWithOffsets(
    text: string,
    options: EncodeOptions = {},
  ): Encoding {
    const { ids, starts, ends } = this.#encode(text, options);
    const utf16 = { starts: starts.toArray(), ends: ends.toArray() };
    const codePoints = toCodePoints(text.toWellFormed(), utf16);
    return { ids: ids.toArray(), utf16, codePoints };
  }

  /**
   * Starts to decode ids that come one by one.
   *
   * @param options What becomes of `<unk>`.
   * @returns A stream that gives every word at once, with the space before it.
   */
  override decodeStream(options: DecodeOptions = {}): TokenStream {
    const { skipSpecialTokens } = checkDecodeOptions(options);
    let spacing = new Spacing();
    let isJoined = false;
    let position = 0;
    return {
      push: (id) => {
        const token = this.vocabulary[id];
        if (token === undefined) throw this.idError(id, position);
        position++;
        if (id === this.#unknownId && skipSpecialTokens) return "";
        if (id === this.#joinId) {
          isJoined = true;
          return "";
        }
        const space = isJoined || isWhiteSpace(token)
          ? ""
          : spacing.before(token);
        isJoined = false;
        spacing.accept(token);
        return space + token;
      },
      flush: () => {
        spacing = new Spacing();
        isJoined = false;
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
  override toJSON(): WordTokenizerJSON {
    return { kind: this.kind, vocabulary: [...this.vocabulary] };
  }

  #encode(
    text: string,
    options: EncodeOptions,
  ): { ids: IntList; starts: IntList; ends: IntList } {
    const { unknown } = checkEncodeOptions(text, options, true);
    const whole = text.toWellFormed();
    const ids = new IntList(whole.length >> 2);
    const starts = new IntList(whole.length >> 2);
    const ends = new IntList(whole.length >> 2);
    const missing = new Map<string, number>();
    forEachToken(whole, (token, start, end) => {
      const id = this.#idOf(token, unknown);
      if (id !== undefined) {
        ids.push(id);
        starts.push(start);
        ends.push(end);
      } else if (unknown !== "skip" && !missing.has(token)) {
        missing.set(token, start);
      }
    });
    if (missing.size > 0) {
      const first = missing.values().next().value!;
      throw new UnknownCharacterError(
        whole,
        [...missing.keys()],
        Array.from(whole.slice(0, first)).length,
        "words",
      );
    }
    return { ids, starts, ends };
  }

  /** Id of a word under a policy; undefined where there is none. */
  #idOf(token: string, policy: UnknownPolicy): number | undefined {
    const id = this.#ids.get(token);
    if (id !== undefined) return id;
    if (policy === "token") return this.#unknownId;
    if (policy !== "nearest") return undefined;
    const near = nearestKnown(token, (word) => this.#ids.has(word));
    return near === undefined ? undefined : this.#ids.get(near);
  }
}
