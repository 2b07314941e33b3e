/**
 * Byte-level byte pair encoding, as GPT-2 has it: trained here, or read from `vocab.json` and `merges.txt`.
 *
 * @module
 */
import { specialToken } from "./added_tokens.ts";
import { brief } from "./brief.ts";
import { BYTE_CHARACTERS } from "./byte_alphabet.ts";
import { ByteLevelDecoder } from "./decoders/byte_decoders.ts";
import { JsonMembers } from "./json_members.ts";
import { BPEModel } from "./models/bpe.ts";
import { readVocab } from "./models/read_vocab.ts";
import {
  PipelineTokenizer,
  type TokenizerParts,
} from "./pipeline_tokenizer.ts";
import { createPostProcessor } from "./post_processors/post_processor.ts";
import { ByteLevelPreTokenizer } from "./pre_tokenizers/byte_level.ts";
import { checkTrainingOptions } from "./training/check_options.ts";
import { countPieces } from "./training/count_pieces.ts";
import { trainBPE } from "./training/train_bpe.ts";

/** Options of {@linkcode BPETokenizer.train}. */
export interface BPETrainingOptions {
  /**
   * How many tokens to have, special tokens and the 256 bytes included, which are the least; a small text may give fewer.
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
   * Tokens that are no text; they take the first ids.
   *
   * @default {[]}
   */
  specialTokens?: readonly string[];
}

/**
 * A tokenizer whose tokens grew from bytes, or from characters, by joining the most frequent pairs.
 *
 * One that was trained here knows every text, because every byte is a token.
 *
 * @example Train, encode, decode
 * ```ts
 * import { BPETokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const tokenizer = BPETokenizer.train("the whale and the sea and the whale", { vocabSize: 258 });
 * assertEquals(tokenizer.merges.map((merge) => merge.join(" + ")), ["h + e", "t + he"]);
 * assertEquals(tokenizer.decode(tokenizer.encode("the 🐋")), "the 🐋");
 * ```
 */
export class BPETokenizer extends PipelineTokenizer {
  /** The pairs that are joined, the most important first; bytes are written in GPT-2's alphabet, a space as Ġ. */
  readonly merges: readonly (readonly [string, string])[];

  /**
   * Puts a tokenizer together; {@linkcode BPETokenizer.train} and `loadTokenizer()` do.
   *
   * @param parts The parts, of which the model must be BPE.
   * @throws {TypeError} If it is another.
   */
  constructor(parts: TokenizerParts) {
    super(parts);
    if (!(parts.model instanceof BPEModel)) {
      throw new TypeError(
        `Cannot build BPETokenizer: the model must be BPE: ${
          brief(parts.model.type)
        }`,
      );
    }
    this.merges = parts.model.merges;
  }

  /**
   * Learns which pairs to join.
   *
   * The merges are those of Hugging Face tokenizers with the same settings: of pairs that are equally frequent the one
   * with the lower ids comes first.
   *
   * @param texts One text or several; pairs do not reach from one to the next.
   * @param options How many tokens, and which are special.
   * @returns A tokenizer over bytes.
   * @throws {TypeError} If the texts are not strings, or an option is of the wrong type or unknown.
   * @throws {RangeError} If an option is out of range.
   */
  static train(
    texts: string | readonly string[],
    options: BPETrainingOptions = {},
  ): BPETokenizer {
    const { vocabSize, minFrequency, specialTokens, list } =
      checkTrainingOptions("BPETokenizer", texts, options);
    const least = new Set([...BYTE_CHARACTERS, ...specialTokens]).size;
    if (vocabSize < least) {
      throw new RangeError(
        `Cannot train BPETokenizer: vocabSize must be an integer from ${least}, for 256 bytes and ${specialTokens.length} special tokens: ${vocabSize}`,
      );
    }
    const preTokenizer = new ByteLevelPreTokenizer();
    const { vocab, merges } = trainBPE(countPieces(list, { preTokenizer }), {
      vocabSize,
      minFrequency,
      specialTokens,
      alphabet: BYTE_CHARACTERS,
    });
    return new BPETokenizer(
      byteLevelParts(new BPEModel({ vocab, merges }), specialTokens),
    );
  }

  /**
   * Builds a tokenizer from the two files that GPT-2 came with.
   *
   * @param vocab The content of `vocab.json`: ids by token.
   * @param merges The content of `merges.txt`: two tokens a line.
   * @param options Which tokens of the vocabulary are special.
   * @returns A tokenizer over bytes.
   * @throws {TypeError} If the vocabulary is not an object of ids.
   * @throws {RangeError} If a merge is of tokens that the vocabulary lacks.
   * @throws {SyntaxError} If a line of the merges is not two tokens.
   */
  static fromVocabAndMerges(
    vocab: unknown,
    merges: string,
    options: { specialTokens?: readonly string[] } = {},
  ): BPETokenizer {
    const ids = readVocab(new JsonMembers({ vocab } as never, ""));
    const { specialTokens = ["<|endoftext|>"].filter((t) => ids.has(t)) } =
      options;
    const unknown = specialTokens.find((token) => !ids.has(token));
    if (unknown !== undefined) {
      throw new RangeError(
        `Cannot load tokenizer: a special token must be in the vocabulary: ${
          brief(unknown)
        }`,
      );
    }
    const model = new BPEModel({ vocab: ids, merges: parseMerges(merges) });
    return new BPETokenizer(byteLevelParts(model, specialTokens));
  }
}

/** What is around the model of GPT-2. */
function byteLevelParts(
  model: BPEModel,
  specialTokens: readonly string[],
): TokenizerParts {
  const json = { type: "ByteLevel", add_prefix_space: false };
  return {
    addedTokens: specialTokens.map((token) =>
      specialToken(token, model.vocab.get(token)!)
    ),
    normalizer: undefined,
    preTokenizer: new ByteLevelPreTokenizer(),
    model,
    postProcessor: createPostProcessor(
      new JsonMembers({ ...json, trim_offsets: false, use_regex: true }, ""),
    ),
    decoder: new ByteLevelDecoder({
      ...json,
      trim_offsets: true,
      use_regex: true,
    }),
  };
}

/** Lines of two tokens; the first may be a comment that names the version. */
function parseMerges(text: string): [string, string][] {
  const merges: [string, string][] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || (i === 0 && line.startsWith("#version"))) continue;
    const pair = line.split(" ");
    if (pair.length !== 2) {
      throw new SyntaxError(
        `Cannot load tokenizer: a line of merges.txt must be two tokens with a space between: ${
          brief(line)
        } in line ${i + 1}`,
      );
    }
    merges.push([pair[0]!, pair[1]!]);
  }
  return merges;
}
