/**
 * A first plan for a text: tokenizer, size of the model, context and passes, by rules of thumb that say their reasons.
 *
 * Parameters as many as characters: README of char-rnn (Karpathy, 2015), "Approximate number of parameters". About 20
 * tokens to train on for each parameter: Hoffmann et al., "Training Compute-Optimal Large Language Models", 2022. Passes
 * over the same text: up to 4 are nearly as good as new text, and little is gained after 16: Muennighoff et al., "Scaling
 * Data-Constrained Language Models", 2023. Vocabulary that grows with the square root of the text: Heaps, "Information
 * Retrieval", 1978.
 *
 * @module
 */

/** What the rules go by. */
export interface CorpusSize {
  /** Characters of the text. */
  readonly characters: number;
  /** Different characters. */
  readonly distinctCharacters: number;
  /** Length that nine of ten lines do not exceed, in characters. */
  readonly lineLength: number;
}

/** A first plan, with reasons. */
export interface CorpusAdvice {
  /** Kind of tokenizer. */
  readonly tokenizer: "characters" | "bpe";
  /** Entries of its vocabulary. */
  readonly vocabSize: number;
  /** Tokens of the text, about. */
  readonly tokens: number;
  /** Width of the token vectors of an LSTM. */
  readonly embedding: number;
  /** Units of an LSTM of one layer. */
  readonly units: number;
  /** Numbers that training changes in it. */
  readonly parameters: number;
  /** Tokens that a gradient reaches back, `sequenceLength` of `fit()`. */
  readonly sequenceLength: number;
  /** Passes over the text. */
  readonly epochs: number;
  /** Why: a sentence for each choice. */
  readonly reasons: {
    /** Of the tokenizer. */
    readonly tokenizer: string;
    /** Of the model's size. */
    readonly model: string;
    /** Of the context. */
    readonly context: string;
    /** Of the passes. */
    readonly epochs: string;
  };
}

/** Texts from here on have enough of every piece of a word. */
const BPE_FROM = 5_000_000;
/** Alphabets from here on leave too few examples of each character. */
const LARGE_ALPHABET = 512;
/** Characters of a token of byte-pair encoding, about. */
const CHARACTERS_PER_TOKEN = 3.5;
const UNITS: readonly number[] = [
  32,
  64,
  96,
  128,
  192,
  256,
  384,
  512,
  768,
  1024,
  1536,
  2048,
];
const LEAST_CONTEXT = 32;
const MOST_CONTEXT = 256;
const TOKENS_PER_PARAMETER = 20;
const MOST_EPOCHS = 16;

/**
 * Plans a first model for a text.
 *
 * @example A novel
 * ```ts
 * import { adviseCorpus } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const advice = adviseCorpus({ characters: 1_200_000, distinctCharacters: 90, lineLength: 72 });
 * assertEquals([advice.tokenizer, advice.units, advice.epochs], ["characters", 512, 16]);
 * ```
 *
 * @param size What is known about the text.
 * @returns The plan.
 * @throws {RangeError} If a number is negative or not finite.
 */
export function adviseCorpus(size: CorpusSize): CorpusAdvice {
  const { characters, distinctCharacters, lineLength } = size;
  for (
    const [name, value] of Object.entries({
      characters,
      distinctCharacters,
      lineLength,
    })
  ) {
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(
        `Cannot advise: ${name} must be a number from 0: ${value}`,
      );
    }
  }
  const isLarge = characters >= BPE_FROM;
  const isWide = distinctCharacters > LARGE_ALPHABET;
  const tokenizer = isLarge || isWide ? "bpe" : "characters";
  const vocabSize = tokenizer === "bpe"
    ? Math.min(32_768, Math.max(512, powerOfTwo(Math.sqrt(characters))))
    : distinctCharacters;
  const perToken = tokenizer === "bpe" ? CHARACTERS_PER_TOKEN : 1;
  const tokens = Math.round(characters / perToken);
  const { units, embedding, parameters } = chooseUnits(characters, vocabSize);
  const line = Math.max(1, lineLength / perToken);
  const sequenceLength = Math.min(
    MOST_CONTEXT,
    Math.max(LEAST_CONTEXT, 2 ** Math.ceil(Math.log2(line))),
  );
  const wanted = tokens === 0 ? 1 : TOKENS_PER_PARAMETER * parameters / tokens;
  const epochs = Math.min(MOST_EPOCHS, Math.max(1, Math.round(wanted)));
  return {
    tokenizer,
    vocabSize,
    tokens,
    embedding,
    units,
    parameters,
    sequenceLength,
    epochs,
    reasons: {
      tokenizer: isLarge
        ? "from 5 million characters on, pieces of words come often enough to be learned; their number grows with the square root of the text"
        : isWide
        ? "so many different characters leave too few examples of each; pieces of bytes cover them all"
        : "in less than 5 million characters, few pieces of words come often enough to be learned",
      model: parameters > 2 * characters
        ? "no smaller model learns to write; it will know this text by heart, so find more of its kind"
        : 2 * parameters < characters
        ? "no larger layer pays; the text could feed more parameters, in more layers"
        : "about as many parameters as the text has characters",
      context: line > MOST_CONTEXT
        ? "lines are longer, but longer windows mean fewer steps a pass; the state carries what came before"
        : "nine of ten lines fit into it; the state carries what came before",
      epochs: wanted > MOST_EPOCHS
        ? "20 tokens for each parameter would take more passes, but little is gained after 16; stop when the validation loss rises"
        : "20 tokens for each parameter; stop when the validation loss rises",
    },
  };
}

/** The units whose model comes closest to one parameter a character. */
function chooseUnits(
  characters: number,
  vocabSize: number,
): { units: number; embedding: number; parameters: number } {
  const choices = UNITS.map((units) => {
    const embedding = Math.min(128, units, Math.max(16, vocabSize));
    // Embedding; input, recurrent weights and bias of four gates; output and its bias.
    const parameters = vocabSize * embedding +
      4 * units * (embedding + units + 1) + vocabSize * (units + 1);
    return { units, embedding, parameters };
  });
  const distance = ({ parameters }: { parameters: number }) =>
    Math.abs(Math.log(parameters / Math.max(1, characters)));
  return choices.reduce((best, choice) =>
    distance(choice) < distance(best) ? choice : best
  );
}

/** The power of two that is nearest by ratio. */
function powerOfTwo(value: number): number {
  return 2 ** Math.round(Math.log2(Math.max(1, value)));
}
