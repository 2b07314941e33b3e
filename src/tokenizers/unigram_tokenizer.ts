/**
 * The unigram language model over words that keep the space before them, as SentencePiece and T5 have it.
 *
 * @module
 */
import { specialToken } from "./added_tokens.ts";
import { brief } from "./brief.ts";
import { createDecoder } from "./decoders/create_decoder.ts";
import { JsonMembers } from "./json_members.ts";
import { UnigramModel } from "./models/unigram.ts";
import {
  PipelineTokenizer,
  type TokenizerParts,
} from "./pipeline_tokenizer.ts";
import { createPreTokenizer } from "./pre_tokenizers/create_pre_tokenizer.ts";
import { checkTrainingOptions } from "./training/check_options.ts";
import { countPieces } from "./training/count_pieces.ts";
import { trainUnigram } from "./training/train_unigram.ts";

/** Options of {@linkcode UnigramTokenizer.train}. */
export interface UnigramTrainingOptions {
  /**
   * How many tokens to have, special tokens and all characters included; a small text may give fewer.
   *
   * @default {8000}
   */
  vocabSize?: number;
  /**
   * Tokens that are no text; they take the first ids after `<unk>`, or instead of it where they have it.
   *
   * @default {[]}
   */
  specialTokens?: readonly string[];
}

/** Token for characters that the vocabulary lacks. */
const UNKNOWN = "<unk>";

/** Spaces as ▁, and a cut before each; line ends are pieces of their own, so that no token has one among letters. */
const PRE_TOKENIZER = {
  type: "Sequence",
  pretokenizers: [
    {
      type: "Split",
      pattern: { Regex: "[\\r\\n]" },
      behavior: "Isolated",
      invert: false,
    },
    {
      type: "Metaspace",
      replacement: "▁",
      prepend_scheme: "never",
      split: true,
    },
  ],
};

const DECODER = {
  type: "Metaspace",
  replacement: "▁",
  prepend_scheme: "never",
  split: true,
};

/**
 * A tokenizer that cuts words where the product of the probabilities of their tokens is largest.
 *
 * One that was trained here writes a space as ▁, so that a ▁ in a text comes back as a space; every other text whose
 * characters are known comes back as it was.
 *
 * @example Train, encode, decode
 * ```ts
 * import { UnigramTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = UnigramTokenizer.train("the whale and the sea and the whale", { vocabSize: 20 });
 * assertEquals(tokenizer.decode(tokenizer.encode("the sea, the whale", { unknown: "skip" })), "the sea the whale");
 * ```
 */
export class UnigramTokenizer extends PipelineTokenizer {
  /** The tokens with their scores (natural logarithms of probabilities), each at the place of its id. */
  readonly pieces: readonly (readonly [string, number])[];

  /**
   * Puts a tokenizer together; {@linkcode UnigramTokenizer.train} and `loadTokenizer()` do.
   *
   * @param parts The parts, of which the model must be Unigram.
   * @throws {TypeError} If it is another.
   */
  constructor(parts: TokenizerParts) {
    super(parts);
    if (!(parts.model instanceof UnigramModel)) {
      throw new TypeError(
        `Cannot build UnigramTokenizer: the model must be Unigram: ${
          brief(parts.model.type)
        }`,
      );
    }
    this.pieces = parts.model.pieces;
  }

  /**
   * Learns the tokens.
   *
   * @param texts One text or several.
   * @param options How many tokens, and which are special.
   * @returns A tokenizer over characters.
   * @throws {TypeError} If the texts are not strings, or an option is of the wrong type or unknown.
   * @throws {RangeError} If an option is out of range, or the characters alone are more than `vocabSize`.
   */
  static train(
    texts: string | readonly string[],
    options: UnigramTrainingOptions = {},
  ): UnigramTokenizer {
    const { vocabSize, specialTokens, list } = checkTrainingOptions(
      "UnigramTokenizer",
      texts,
      options,
    );
    const preTokenizer = createPreTokenizer(
      new JsonMembers(PRE_TOKENIZER, "pre_tokenizer"),
    );
    const model = trainUnigram(countPieces(list, { preTokenizer }), {
      vocabSize,
      specialTokens,
      unknownToken: UNKNOWN,
    });
    const special = new Set([UNKNOWN, ...specialTokens]);
    return new UnigramTokenizer({
      addedTokens: [...special].map((token) =>
        specialToken(token, model.vocab.get(token)!)
      ),
      normalizer: undefined,
      preTokenizer,
      model,
      postProcessor: undefined,
      decoder: createDecoder(new JsonMembers(DECODER, "decoder")),
    });
  }
}
