/**
 * Learns a unigram language model (Kudo 2018): begins with many pieces, and drops those that are missed least until as
 * many are left as wanted.
 *
 * Rounds of expectation maximization give the pieces their scores, with the digamma function as a prior for few pieces
 * (Liang and Klein 2007). What a round drops and what the vocabulary has in the end is decided as in the `UnigramTrainer`
 * of Hugging Face tokenizers, which follows SentencePiece.
 *
 * @module
 */
import { brief } from "../brief.ts";
import { UnigramModel } from "../models/unigram.ts";
import {
  checkCharacters,
  checkNames,
  checkTokens,
  checkWhole,
  isToken,
} from "./check_options.ts";
import { makeCorpus } from "./_corpus.ts";
import { prunePieces } from "./_prune_pieces.ts";
import { findSeedPieces } from "./_seed_pieces.ts";
import { UnigramLattices } from "./_unigram_lattices.ts";

/** Pieces that are expected less often are dropped after every round. */
const LEAST_EXPECTED = 0.5;

/** How much the scores of characters differ that are no pieces any more. */
const PENALTY_STEP = 0.0001;

/** Options of {@linkcode trainUnigram}. */
export interface TrainUnigramOptions {
  /**
   * How many tokens to have, special ones included.
   *
   * @default {8000}
   */
  vocabSize?: number;
  /**
   * Tokens that take the first ids.
   *
   * @default {[]}
   */
  specialTokens?: readonly string[];
  /**
   * Token for characters that the vocabulary lacks; it comes first, unless it is one of the special tokens.
   *
   * @default {"<unk>"}
   */
  unknownToken?: string;
  /**
   * Characters that are tokens even if no word has them.
   *
   * @default {[]}
   */
  initialAlphabet?: readonly string[];
  /**
   * Share of the pieces that a round keeps.
   *
   * @default {0.75}
   */
  shrinkingFactor?: number;
  /**
   * Longest piece, in code points.
   *
   * @default {16}
   */
  maxPieceLength?: number;
  /**
   * Most pieces to begin with.
   *
   * @default {1_000_000}
   */
  seedSize?: number;
  /**
   * Steps of expectation maximization in a round.
   *
   * @default {2}
   */
  subIterations?: number;
}

/**
 * Learns a unigram language model.
 *
 * @param words How often each word occurs, as the pre-tokenizer cuts a text.
 * @param options How many tokens to have, and how to choose them.
 * @returns The model; its tokens stand in order of their scores.
 * @throws {TypeError} If an option is unknown or of the wrong type, or a count is not a positive whole number.
 * @throws {RangeError} If an option is out of range, there is no word, or the characters alone are more than `vocabSize`.
 */
export function trainUnigram(
  words: ReadonlyMap<string, number>,
  options: TrainUnigramOptions = {},
): UnigramModel {
  const settings = checkOptions(options);
  const characters = findCharacters(words, settings);
  const corpus = makeCorpus(NAME, words);
  const seeds = findSeedPieces(
    corpus,
    settings.maxPieceLength,
    settings.seedSize,
  );
  const lattices = new UnigramLattices(corpus, seeds.pieces);
  const total = corpus.counts.reduce((sum, count) => sum + count, 0);
  let scores = seeds.scores;
  let alive: readonly number[] = Array.from(seeds.pieces, (_, i) => i);
  lattices.setScores(scores);
  const wanted = Math.floor(settings.vocabSize * 11 / 10); // the rest is dropped at once in the end
  for (;;) {
    for (let step = 0; step < settings.subIterations; step++) {
      const expected = lattices.expect();
      alive = alive.filter((piece) => expected[piece]! >= LEAST_EXPECTED);
      scores = maximize(alive, expected);
      lattices.setScores(scores);
    }
    if (alive.length + 1 <= wanted) break;
    const left = Math.max(
      wanted,
      Math.floor((alive.length + 1) * settings.shrinkingFactor),
    );
    const kept = prunePieces(lattices, { alive, left: left - 1, total });
    if (kept.length === alive.length) break; // nothing can be missed
    alive = kept;
    const pruned = new Float64Array(scores.length).fill(-Infinity);
    for (const piece of alive) pruned[piece] = scores[piece]!;
    scores = pruned;
    lattices.setScores(scores);
    lattices.shrink();
  }
  const learnt = alive.map((i) => [seeds.pieces[i]!, scores[i]!] as const);
  return finish(learnt, characters, settings);
}

/** The M step: scores from expected counts. */
function maximize(
  alive: readonly number[],
  expected: Float64Array,
): Float64Array {
  const scores = new Float64Array(expected.length - 1).fill(-Infinity);
  const sum = alive.reduce((sum, piece) => sum + expected[piece]!, 0);
  const logSum = digamma(sum);
  for (const piece of alive) {
    scores[piece] = digamma(expected[piece]!) - logSum;
  }
  return scores;
}

/** The slope of the logarithm of the gamma function, by its recurrence and its asymptotic series around x - 1/2. */
function digamma(x: number): number {
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  const inverse = 1 / (x - 0.5);
  const square = inverse * inverse;
  return result + Math.log(x - 0.5) +
    square *
      (1 / 24 + square *
          (-7 / 960 + square * (31 / 8064 - square * 127 / 30720)));
}

/** Options, complete. */
type Settings = Required<TrainUnigramOptions>;

/** The vocabulary: special tokens, then characters and the first pieces in order of their scores. */
function finish(
  learnt: readonly (readonly [string, number])[],
  characters: readonly string[],
  { vocabSize, specialTokens, unknownToken }: Settings,
): UnigramModel {
  const special = specialTokens.includes(unknownToken)
    ? specialTokens
    : [unknownToken, ...specialTokens];
  const known = new Map(learnt);
  const least = learnt.reduce(
    (least, [, score]) => Math.min(least, score),
    learnt.length > 0 ? Infinity : -Math.log(characters.length),
  );
  let missing = 0;
  const pieces = new Map(characters.map((character) => {
    const score = known.get(character) ?? least + PENALTY_STEP * missing++;
    return [character, score] as const;
  }));
  for (const [piece, score] of learnt) {
    if (pieces.size + special.length >= vocabSize) break;
    if (!special.includes(piece)) pieces.set(piece, score);
  }
  const sorted = [...pieces].sort((a, b) => b[1] - a[1]);
  return new UnigramModel({
    pieces: [...special.map((token) => [token, 0] as const), ...sorted],
    unknownId: special.indexOf(unknownToken),
  });
}

const NAME = "unigram model";

/** Default values of the options. */
const DEFAULTS: Settings = {
  vocabSize: 8000,
  specialTokens: [],
  unknownToken: "<unk>",
  initialAlphabet: [],
  shrinkingFactor: 0.75,
  maxPieceLength: 16,
  seedSize: 1_000_000,
  subIterations: 2,
};

function checkOptions(options: TrainUnigramOptions): Settings {
  checkNames(NAME, options, Object.keys(DEFAULTS));
  const given = Object.entries(options).filter(([, value]) =>
    value !== undefined
  );
  const settings: Settings = { ...DEFAULTS, ...Object.fromEntries(given) };
  for (
    const name of [
      "vocabSize",
      "maxPieceLength",
      "seedSize",
      "subIterations",
    ] as const
  ) {
    checkWhole(NAME, name, settings[name], 1);
  }
  checkTokens(NAME, "specialTokens", settings.specialTokens);
  checkCharacters(NAME, "initialAlphabet", settings.initialAlphabet);
  const { unknownToken, shrinkingFactor } = settings;
  if (!isToken(unknownToken)) {
    throw new TypeError(
      `Cannot train ${NAME}: unknownToken must be a string that is not empty: ${
        brief(unknownToken)
      }`,
    );
  }
  if (!(shrinkingFactor > 0 && shrinkingFactor < 1)) {
    throw new RangeError(
      `Cannot train ${NAME}: shrinkingFactor must be between 0 and 1: ${
        brief(shrinkingFactor)
      }`,
    );
  }
  return settings;
}

/** All characters of the words and of the alphabet, in the order of Unicode. */
function findCharacters(
  words: ReadonlyMap<string, number>,
  { initialAlphabet, vocabSize, specialTokens, unknownToken }: Settings,
): string[] {
  const characters = new Set(initialAlphabet);
  for (const word of words.keys()) {
    for (const character of word.toWellFormed()) characters.add(character);
  }
  for (const token of [...specialTokens, unknownToken]) {
    characters.delete(token);
  }
  const room = vocabSize - new Set([...specialTokens, unknownToken]).size;
  if (characters.size > room) {
    throw new RangeError(
      `Cannot train ${NAME}: vocabSize must have room for ${characters.size} characters and ${
        vocabSize - room
      } special tokens: ${vocabSize}`,
    );
  }
  return [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
}
