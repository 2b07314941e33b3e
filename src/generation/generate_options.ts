/**
 * Options of `model.generate()` and `model.stream()`. `generation_settings.ts` has the rules that they keep.
 *
 * @module
 */
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";
import { chainOptionNames } from "./chain/plan_stages.ts";
import type { Constraint } from "./constraints/constraint.ts";
import type { Predictor } from "./predictor.ts";
import type { TextChainOptions } from "./text_chain.ts";

/** Guidance by texts. */
export interface TextGuidance {
  /** How far to go: 1 is the model as it is, above 1 the prompt counts more. */
  scale: number;

  /**
   * A text from which the writing is to lead away.
   *
   * @default {undefined} which leads away from no prompt
   */
  negativePrompt?: string;
}

/** A model that writes together with another. */
export interface TextMixturePart {
  /** A language model with the same vocabulary. */
  model: { readonly tokenizer: Tokenizer; readonly network: Predictor };
  /** How much it counts; a finite number other than 0. */
  weight: number;
}

/**
 * Options of `model.stream()`: how long, how the tokens are chosen, what ends the text. The stages that choose tokens are those
 * of `createChain()`; where none is named, a token is drawn by the model's own probabilities.
 */
export interface StreamOptions
  extends Omit<TextChainOptions, "minTokens" | "stopTokens"> {
  /**
   * How many tokens to write at most.
   *
   * @default {200}
   */
  maxTokens?: number;

  /**
   * How many tokens to write at least before a token, a stop string or a sentence may end it; a stop string that is complete
   * earlier is a part of the text.
   *
   * @default {0}
   */
  minTokens?: number;

  /**
   * How many seconds to write at most; the text then ends where it is.
   *
   * @default {Infinity}
   */
  maxSeconds?: number;

  /**
   * After how many tokens to break the text off where it is, whatever `minTokens` or a constraint would want; `maxTokens` at
   * most. A record has it of a text that `maxSeconds` broke off, and the stop reason is that.
   *
   * @default {undefined} for no such break
   */
  breakAfter?: number;

  /**
   * Ends the text before this string, or before the first of several; they may begin and end within tokens.
   *
   * @default {[]}
   */
  stop?: string | readonly string[];

  /**
   * Ids that end the text; they add nothing to it.
   *
   * @default {the tokens that the tokenizer puts after a text, and special tokens such as `</s>` and `<|endoftext|>`}
   */
  stopTokens?: readonly number[];

  /**
   * Ends the text with the first sentence, or with the first that is complete after `minTokens`.
   *
   * @default {false}
   */
  stopAtSentence?: boolean;

  /**
   * Whether the model's generation defaults count where the call gives nothing. A record has `false` here: it names all that
   * counts.
   *
   * @default {true}
   */
  defaults?: boolean;

  /**
   * Names of options that the record of a text lost when it became JSON, such as functions: each must be given again.
   *
   * @default {[]}
   */
  lacking?: readonly string[];

  /** Any safe integer. A fresh one is drawn when left out; at temperature 0 there is nothing to seed. */
  seed?: number;

  /**
   * A language that the new text must be of, or several at once, such as `matching(/[0-9]+/)` or `jsonSchema(...)`: whatever
   * the model prefers, the text is a whole one of them when it ends, within `maxTokens`. Only `maxSeconds` breaks it off.
   * It is a text by itself: no blank comes before it that is not of the language.
   *
   * @default {undefined} for any text
   */
  constraint?: Constraint;

  /**
   * Ends the text as soon as it satisfies the constraint. Otherwise it ends where nothing can follow, where the model ends
   * it, or with `maxTokens`.
   *
   * @default {false}
   */
  stopWhenComplete?: boolean;

  /**
   * Makes what the prompt makes likely likelier still; see `guided()`.
   *
   * @default {undefined} for none
   */
  guidance?: TextGuidance;

  /**
   * Models with the same tokenizer that write together with this one; see `mixture()`. Each has a weight, and this model has
   * what is left to 1: a negative weight leads away from a model.
   *
   * @default {[]}
   */
  mixture?: readonly TextMixturePart[];

  /**
   * Number of the text, for those who write the texts of a batch one by one: with a seed, each number has its own text.
   *
   * @default {0}
   */
  row?: number;

  /**
   * What to do with a part of the prompt that the tokenizer does not know: refuse it, leave it out, take what is nearest
   * to it, or the token for the unknown.
   *
   * @default {"token" if the tokenizer has one, else "error"}
   */
  unknown?: UnknownPolicy;

  /** Stops the work between two tokens; the call then fails with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of `model.generate()`. */
export interface GenerateOptions extends StreamOptions {
  /**
   * Takes an incomplete sentence off the end of a text that has a complete one.
   *
   * @default {false}
   */
  trimIncomplete?: boolean;

  /**
   * How many of the likeliest tokens to keep beside each that is written.
   *
   * @default {5}
   */
  alternatives?: number;
}

/** Options of `model.generate()` for several texts. */
export interface GenerateManyOptions extends GenerateOptions {
  /**
   * How many texts to write for each prompt; the result is a list then.
   *
   * @default {1}
   */
  samples?: number;
}

/** How many texts one call writes at most: each takes memory before the first token, and no signal is heard until then. */
export const MOST_TEXTS = 100_000;

/** How many tokens are written at most where nothing is said. */
export const MAX_TOKENS = 200;

/** Names of the options of a stream. */
const STREAM_OPTIONS: readonly string[] = [
  "maxTokens",
  "minTokens",
  "maxSeconds",
  "breakAfter",
  "preset",
  "defaults",
  "lacking",
  "constraint",
  "stopWhenComplete",
  "guidance",
  "mixture",
  "seed",
  "row",
  "stop",
  "stopTokens",
  "stopAtSentence",
  "unknown",
  "signal",
] satisfies (keyof StreamOptions)[];

/** Names of the options of a stream, those of the chain among them. */
export function streamOptionNames(): string[] {
  return [
    ...STREAM_OPTIONS,
    ...chainOptionNames().filter((name) => !STREAM_OPTIONS.includes(name)),
  ];
}

/** What only whole texts have. */
export const WHOLE_OPTIONS: readonly string[] = [
  "samples",
  "trimIncomplete",
  "alternatives",
] satisfies (keyof GenerateManyOptions)[];
