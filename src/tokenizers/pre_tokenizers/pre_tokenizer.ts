/**
 * What a pre-tokenizer does: it cuts a text into pieces that the model then cuts into tokens.
 *
 * @module
 */
import type { IntList } from "../int_list.ts";
import type { JsonObject, Offsets } from "../tokenizer.ts";

/** A text and the pieces it is cut into so far. */
export interface Pieces {
  /** The text. */
  readonly text: string;
  /** Where its units came from; undefined where each came from its own place. */
  readonly origins: Offsets | undefined;
  /** Where each piece starts and ends in the text, by turns. */
  readonly bounds: IntList;
  /** Whether the text stands at the beginning of what is encoded. */
  readonly atStart: boolean;
  /** Whether the model is given the bytes of a piece, written in the byte alphabet. */
  readonly byteLevel: boolean;
}

/** Cuts pieces further, and may change them. */
export interface PreTokenizer {
  /**
   * Cuts every piece.
   *
   * @param pieces The pieces so far.
   * @returns The smaller pieces.
   */
  cut(pieces: Pieces): Pieces;

  /**
   * Describes the pre-tokenizer.
   *
   * @returns The member `pre_tokenizer` of a tokenizer.json.
   */
  toJSON(): JsonObject;
}
