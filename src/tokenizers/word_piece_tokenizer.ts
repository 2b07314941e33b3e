/**
 * WordPiece, as BERT has it: words without their spaces, in the longest tokens that fit.
 *
 * @module
 */
import { specialToken } from "./added_tokens.ts";
import { brief } from "./brief.ts";
import { createDecoder } from "./decoders/create_decoder.ts";
import { JsonMembers } from "./json_members.ts";
import { WordPieceModel } from "./models/word_piece.ts";
import { BertNormalizer } from "./normalizers/bert_normalizer.ts";
import {
  PipelineTokenizer,
  type TokenizerParts,
} from "./pipeline_tokenizer.ts";
import { createPreTokenizer } from "./pre_tokenizers/create_pre_tokenizer.ts";
import { checkTrainingOptions } from "./training/check_options.ts";
import { countPieces } from "./training/count_pieces.ts";
import { trainWordPiece } from "./training/train_word_piece.ts";

/** Options of {@linkcode WordPieceTokenizer.train}. */
export interface WordPieceTrainingOptions {
  /**
   * How many tokens to have, special tokens and all characters included; a small text may give fewer.
   *
   * @default {8000}
   */
  vocabSize?: number;
  /**
   * How often a pair must occur to become a token.
   *
   * @default {2}
   */
  minFrequency?: number;
  /**
   * Tokens that are no text; they take the first ids after `[UNK]`, or instead of it where they have it.
   *
   * @default {[]}
   */
  specialTokens?: readonly string[];
  /**
   * Whether texts lose their capitals and accents, as for BERT uncased.
   *
   * @default {false}
   */
  lowercase?: boolean;
}

/** Token for words that cannot be cut. */
const UNKNOWN = "[UNK]";

/**
 * A tokenizer that cuts every word from the left, always as far as a token reaches.
 *
 * White space is not kept: decoding puts one space between words and none before a full stop or comma, so that texts come
 * back only nearly as they were. Choose byte pairs or unigram where that matters.
 *
 * @example Train, encode, decode
 * ```ts
 * import { WordPieceTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = WordPieceTokenizer.train("the whale, the whales, the sea");
 * const ids = tokenizer.encode("the  whales, the seas");
 * assertEquals(tokenizer.decode(ids), "the whales, the seas");
 * ```
 */
export class WordPieceTokenizer extends PipelineTokenizer {
  /**
   * Puts a tokenizer together; {@linkcode WordPieceTokenizer.train} and `loadTokenizer()` do.
   *
   * @param parts The parts, of which the model must be WordPiece.
   * @throws {TypeError} If it is another.
   */
  constructor(parts: TokenizerParts) {
    super(parts);
    if (!(parts.model instanceof WordPieceModel)) {
      throw new TypeError(
        `Cannot build WordPieceTokenizer: the model must be WordPiece: ${
          brief(parts.model.type)
        }`,
      );
    }
  }

  /**
   * Learns the tokens.
   *
   * @param texts One text or several.
   * @param options How many tokens, and which are special.
   * @returns A tokenizer over words.
   * @throws {TypeError} If the texts are not strings, or an option is of the wrong type or unknown.
   * @throws {RangeError} If an option is out of range, or the characters alone are more than `vocabSize`.
   */
  static train(
    texts: string | readonly string[],
    options: WordPieceTrainingOptions = {},
  ): WordPieceTokenizer {
    const { vocabSize, minFrequency, specialTokens, list } =
      checkTrainingOptions("WordPieceTokenizer", texts, options, ["lowercase"]);
    const { lowercase = false } = options;
    if (typeof lowercase !== "boolean") {
      throw new TypeError(
        `Cannot train WordPieceTokenizer: lowercase must be true or false: ${
          brief(lowercase)
        }`,
      );
    }
    const normalizer = new BertNormalizer({ lowercase });
    const preTokenizer = createPreTokenizer(
      new JsonMembers({ type: "BertPreTokenizer" }, "pre_tokenizer"),
    );
    const counts = countPieces(list, { normalizer, preTokenizer });
    const model = trainWordPiece(counts, {
      vocabSize,
      minFrequency,
      specialTokens,
      unknownToken: UNKNOWN,
    });
    const decoder = { type: "WordPiece", prefix: "##", cleanup: true };
    return new WordPieceTokenizer({
      addedTokens: [...new Set([UNKNOWN, ...specialTokens])].map((token) =>
        specialToken(token, model.vocab.get(token)!)
      ),
      normalizer,
      preTokenizer,
      model,
      postProcessor: undefined,
      decoder: createDecoder(new JsonMembers(decoder, "decoder")),
    });
  }
}
