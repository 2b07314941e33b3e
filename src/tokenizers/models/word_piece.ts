/**
 * WordPiece (Schuster and Nakajima 2012): the longest token that a piece begins with, again and again.
 *
 * The members and their meaning are those of the model `WordPiece` of Hugging Face tokenizers.
 *
 * @module
 */
import { brief } from "../brief.ts";
import type { JsonMembers } from "../json_members.ts";
import type { JsonObject } from "../tokenizer.ts";
import { UnitTrie } from "../unit_trie.ts";
import type { PieceTokens, TokenizerModel } from "./model.ts";
import { readVocab } from "./read_vocab.ts";

/** What a {@linkcode WordPieceModel} is made of. */
export interface WordPieceModelOptions {
  /** Ids by token. */
  vocab: ReadonlyMap<string, number>;
  /**
   * Token for pieces that cannot be cut; if it is not in the vocabulary, they are left out.
   *
   * @default {"[UNK]"}
   */
  unknownToken?: string;
  /**
   * What begins the tokens within a word.
   *
   * @default {"##"}
   */
  prefix?: string;
  /**
   * Longer pieces, in code points, are unknown as a whole.
   *
   * @default {100}
   */
  maxCharacters?: number;
}

/** The model of BERT. */
export class WordPieceModel implements TokenizerModel {
  /** @inheritdoc */
  readonly type = "WordPiece";
  /** @inheritdoc */
  readonly vocab: ReadonlyMap<string, number>;
  /** @inheritdoc */
  readonly unknownId: number | undefined;
  /** What begins the tokens within a word. */
  readonly prefix: string;

  readonly #unknownToken: string;
  readonly #maxCharacters: number;
  /** Tokens at the beginning of a piece. */
  readonly #beginnings: UnitTrie;
  /** Tokens within it, without their prefix. */
  readonly #continuations: UnitTrie;

  /**
   * @param options The vocabulary, and what becomes of unknown pieces.
   * @throws {RangeError} If the vocabulary is empty.
   */
  constructor(options: WordPieceModelOptions) {
    const {
      vocab,
      unknownToken = "[UNK]",
      prefix = "##",
      maxCharacters = 100,
    } = options;
    if (vocab.size === 0) {
      throw new RangeError(
        `Cannot build WordPieceModel: the vocabulary must have a token: ${
          brief({})
        }`,
      );
    }
    this.vocab = vocab;
    this.unknownId = vocab.get(unknownToken);
    this.prefix = prefix;
    this.#unknownToken = unknownToken;
    this.#maxCharacters = maxCharacters;
    this.#beginnings = new UnitTrie(vocab);
    this.#continuations = new UnitTrie(continuationsOf(vocab, prefix));
  }

  /**
   * Reads the model of a tokenizer.json.
   *
   * @param json The member `model`.
   * @returns The model.
   * @throws {TypeError} If a member is missing or of the wrong type.
   * @throws {RangeError} If the vocabulary is empty, or two tokens have one id.
   */
  static fromJSON(json: JsonMembers): WordPieceModel {
    const vocab = readVocab(json);
    if (vocab.size === 0) {
      throw new RangeError(
        `Cannot load tokenizer: ${json.at("vocab")} must have a token: {}`,
      );
    }
    return new WordPieceModel({
      vocab,
      unknownToken: json.string("unk_token", "[UNK]"),
      prefix: json.string("continuing_subword_prefix", "##"),
      maxCharacters: json.count("max_input_chars_per_word", 100),
    });
  }

  /** @inheritdoc */
  tokenize(piece: string): PieceTokens {
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    if (this.#isTooLong(piece)) return this.#unknown(piece);
    let trie = this.#beginnings;
    for (let start = 0; start < piece.length;) {
      let id = -1;
      let end = start;
      let node = 0;
      for (let at = start; at < piece.length; at++) {
        node = trie.step(node, piece.charCodeAt(at));
        if (node === 0) break;
        const value = trie.valueAt(node);
        if (value < 0) continue;
        id = value;
        end = at + 1;
      }
      if (id < 0) return this.#unknown(piece);
      ids.push(id);
      starts.push(start);
      ends.push(end);
      start = end;
      trie = this.#continuations;
    }
    return { ids, starts, ends };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return {
      type: this.type,
      unk_token: this.#unknownToken,
      continuing_subword_prefix: this.prefix,
      max_input_chars_per_word: this.#maxCharacters,
      vocab: Object.fromEntries(this.vocab),
    };
  }

  #isTooLong(piece: string): boolean {
    if (piece.length <= this.#maxCharacters) return false;
    if (piece.length > 2 * this.#maxCharacters) return true;
    return Array.from(piece).length > this.#maxCharacters;
  }

  /** The whole piece as one unknown token. */
  #unknown(piece: string): PieceTokens {
    return this.unknownId === undefined
      ? { ids: [], starts: [], ends: [] }
      : { ids: [this.unknownId], starts: [0], ends: [piece.length] };
  }
}

/** The tokens that stand within a word, without their prefix. */
function* continuationsOf(
  vocab: ReadonlyMap<string, number>,
  prefix: string,
): Generator<readonly [string, number]> {
  for (const [token, id] of vocab) {
    if (token.startsWith(prefix)) yield [token.slice(prefix.length), id];
  }
}
