/**
 * Learns a vocabulary for WordPiece: joins the most frequent pair of neighbours again and again, as for byte pairs, where
 * all but the first token of a word begin with a prefix.
 *
 * So does the `WordPieceTrainer` of Hugging Face tokenizers; the training of Schuster and Nakajima (2012), which chooses
 * by likelihood, was never published as a program. The vocabulary is the same but for pairs that are equally frequent,
 * which the peer takes in the order of a hash table that changes from run to run.
 *
 * @module
 */
import { brief } from "../brief.ts";
import { WordPieceModel } from "../models/word_piece.ts";
import {
  checkCharacters,
  checkNames,
  checkTokens,
  checkWhole,
  isToken,
} from "./check_options.ts";
import { makeCorpus } from "./_corpus.ts";
import { trainBPE } from "./train_bpe.ts";

/** Options of {@linkcode trainWordPiece}. */
export interface TrainWordPieceOptions {
  /**
   * How many tokens to have, special ones included.
   *
   * @default {8000}
   */
  vocabSize?: number;
  /**
   * How often a pair must occur to be joined.
   *
   * @default {2}
   */
  minFrequency?: number;
  /**
   * Tokens that take the first ids.
   *
   * @default {[]}
   */
  specialTokens?: readonly string[];
  /**
   * Token for words that cannot be cut; it comes first, unless it is one of the special tokens.
   *
   * @default {"[UNK]"}
   */
  unknownToken?: string;
  /**
   * Characters that are tokens even if no word has them.
   *
   * @default {[]}
   */
  initialAlphabet?: readonly string[];
  /**
   * Most characters that are tokens, the most frequent ones; words are learnt from as if they had no others.
   *
   * @default {Infinity}
   */
  limitAlphabet?: number;
  /**
   * What begins the tokens within a word.
   *
   * @default {"##"}
   */
  prefix?: string;
}

/**
 * Learns a vocabulary for WordPiece.
 *
 * @param words How often each word occurs, as the pre-tokenizer cuts a text.
 * @param options How many tokens to have, and how to choose them.
 * @returns The model.
 * @throws {TypeError} If an option is unknown or of the wrong type, or a count is not a positive whole number.
 * @throws {RangeError} If an option is out of range, there is no word, or the characters alone are more than `vocabSize`.
 */
export function trainWordPiece(
  words: ReadonlyMap<string, number>,
  options: TrainWordPieceOptions = {},
): WordPieceModel {
  const settings = checkOptions(options);
  const { unknownToken, specialTokens, prefix, vocabSize } = settings;
  makeCorpus(NAME, words); // which checks them
  const { vocab, merges } = trainBPE(words, {
    ...settings,
    alphabet: settings.initialAlphabet,
    specialTokens: specialTokens.includes(unknownToken)
      ? specialTokens
      : [unknownToken, ...specialTokens],
  });
  if (vocab.size > vocabSize && merges.length === 0) {
    throw new RangeError(
      `Cannot train ${NAME}: vocabSize must have room for ${vocab.size} characters and special tokens: ${vocabSize}; ` +
        "limitAlphabet makes the characters fewer",
    );
  }
  return new WordPieceModel({ vocab, unknownToken, prefix });
}

const NAME = "WordPiece";

/** Options, complete. */
type Settings = Required<TrainWordPieceOptions>;

/** Default values of the options. */
const DEFAULTS: Settings = {
  vocabSize: 8000,
  minFrequency: 2,
  specialTokens: [],
  unknownToken: "[UNK]",
  initialAlphabet: [],
  limitAlphabet: Infinity,
  prefix: "##",
};

function checkOptions(options: TrainWordPieceOptions): Settings {
  checkNames(NAME, options, Object.keys(DEFAULTS));
  const given = Object.entries(options).filter(([, value]) =>
    value !== undefined
  );
  const settings: Settings = { ...DEFAULTS, ...Object.fromEntries(given) };
  checkWhole(NAME, "vocabSize", settings.vocabSize, 1);
  checkWhole(NAME, "minFrequency", settings.minFrequency, 0);
  if (settings.limitAlphabet !== Infinity) {
    checkWhole(NAME, "limitAlphabet", settings.limitAlphabet, 1);
  }
  checkTokens(NAME, "specialTokens", settings.specialTokens);
  checkCharacters(NAME, "initialAlphabet", settings.initialAlphabet);
  for (const name of ["unknownToken", "prefix"] as const) {
    if (!isToken(settings[name])) {
      throw new TypeError(
        `Cannot train ${NAME}: ${name} must be a string that is not empty: ${
          brief(settings[name])
        }`,
      );
    }
  }
  return settings;
}
