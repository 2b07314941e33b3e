/**
 * The simplest model: a piece is a token, or unknown.
 *
 * @module
 */
import { brief } from "../brief.ts";
import type { JsonMembers } from "../json_members.ts";
import type { JsonObject } from "../tokenizer.ts";
import type { PieceTokens, TokenizerModel } from "./model.ts";
import { readVocab } from "./read_vocab.ts";

/** Whole pieces as tokens (`WordLevel` of Hugging Face tokenizers). */
export class WordLevelModel implements TokenizerModel {
  /** @inheritdoc */
  readonly type = "WordLevel";
  /** @inheritdoc */
  readonly vocab: ReadonlyMap<string, number>;
  /** @inheritdoc */
  readonly unknownId: number | undefined;
  readonly #unknownToken: string;

  /**
   * @param vocab Ids by token.
   * @param unknownToken Token for what the vocabulary lacks; if it is not in the vocabulary, that is left out.
   */
  constructor(vocab: ReadonlyMap<string, number>, unknownToken: string) {
    this.vocab = vocab;
    this.unknownId = vocab.get(unknownToken);
    this.#unknownToken = unknownToken;
  }

  /**
   * Reads the model of a tokenizer.json.
   *
   * @param json The member `model`.
   * @returns The model.
   * @throws {TypeError} If a member is missing or of the wrong type.
   */
  static fromJSON(json: JsonMembers): WordLevelModel {
    const vocab = readVocab(json);
    const unknownToken = json.string("unk_token", "<unk>");
    if (vocab.size > 0) return new WordLevelModel(vocab, unknownToken);
    throw new RangeError(
      `Cannot load tokenizer: ${json.at("vocab")} must have a token: ${
        brief(json.json["vocab"])
      }`,
    );
  }

  /** @inheritdoc */
  tokenize(piece: string): PieceTokens {
    const id = this.vocab.get(piece) ?? this.unknownId;
    return id === undefined
      ? { ids: [], starts: [], ends: [] }
      : { ids: [id], starts: [0], ends: [piece.length] };
  }

  /** @inheritdoc */
  toJSON(): JsonObject {
    return {
      type: this.type,
      vocab: Object.fromEntries(this.vocab),
      unk_token: this.#unknownToken,
    };
  }
}
