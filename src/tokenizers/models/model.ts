/**
 * What a model of a tokenizer does: it cuts one piece of a text into tokens of its vocabulary.
 *
 * The members are those of `model` in a tokenizer.json of Hugging Face tokenizers.
 *
 * @module
 */
import type { JsonObject } from "../tokenizer.ts";

/** The kinds of models that a tokenizer.json can name. */
export type ModelType = "BPE" | "WordPiece" | "Unigram" | "WordLevel";

/** The tokens of one piece of a text. */
export interface PieceTokens {
  /** Ids of the tokens, in order. */
  readonly ids: readonly number[];
  /** Where each token starts in the piece, in UTF-16 units. */
  readonly starts: readonly number[];
  /**
   * Where each token ends in the piece, in UTF-16 units. Tokens never begin or end within a character: those that stand
   * for single bytes of one all cover the whole of it.
   */
  readonly ends: readonly number[];
}

/** Cuts one piece of a text, as a pre-tokenizer gave it, into tokens. */
export interface TokenizerModel {
  /** Name of the kind of model. */
  readonly type: ModelType;
  /** Ids by token. */
  readonly vocab: ReadonlyMap<string, number>;
  /** Id of the token for what the vocabulary lacks; undefined where there is none, and then what it lacks is left out. */
  readonly unknownId: number | undefined;

  /**
   * Cuts a piece.
   *
   * @param piece A well-formed string.
   * @returns Its tokens.
   */
  tokenize(piece: string): PieceTokens;

  /**
   * Describes the model.
   *
   * @returns The member `model` of a tokenizer.json.
   */
  toJSON(): JsonObject;
}
