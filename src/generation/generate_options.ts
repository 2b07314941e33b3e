/**
 * Options of `model.generate()` and `model.stream()`, and the rules that they keep.
 *
 * @module
 */
import { checkOptionNames } from "../text/options.ts";
import { brief } from "../tokenizers/brief.ts";
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";
import { checkSignal } from "./check_signal.ts";
import { endTokens } from "./_end_tokens.ts";
import type { Acceptor } from "./constraints/acceptor.ts";
import type { Constraint } from "./constraints/constraint.ts";
import {
  type ConstraintData,
  fromData,
} from "./constraints/constraint_data.ts";
import type { Predictor } from "./predictor.ts";
import { chainOptionNames } from "./chain/plan_stages.ts";
import type { TextChainOptions } from "./text_chain.ts";
import type { TextEnds } from "./text_row.ts";

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
   * How many tokens to write at least before a sentence or a token that ends texts may end it.
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

/** Options, checked, with their defaults. */
export interface GenerationSettings {
  /** What the caller gave. */
  given: Readonly<GenerateManyOptions>;
  maxTokens: number;
  maxSeconds: number;
  breakAfter: number | undefined;
  minTokens: number;
  stop: readonly string[];
  /** undefined for those of the tokenizer. */
  stopTokens: readonly number[] | undefined;
  stopAtSentence: boolean;
  row: number;
  unknown: UnknownPolicy | undefined;
  signal: AbortSignal | undefined;
  constraint: Acceptor | readonly Acceptor[] | undefined;
  stopWhenComplete: boolean;
  guidance: TextGuidance | undefined;
  mixture: readonly TextMixturePart[];
  seed: number | undefined;
  /** How tokens are chosen. */
  sampling: Omit<TextChainOptions, "minTokens" | "stopTokens">;
  samples: number | undefined;
  trimIncomplete: boolean;
  alternatives: number;
}

/**
 * Checks options and fills in the defaults.
 *
 * @param options What the caller gave.
 * @param kind Whether whole texts are wanted or a stream.
 * @returns What they mean.
 * @throws {TypeError} If an option is unknown, of another type, or has no effect.
 * @throws {RangeError} If an option is out of range.
 */
export function generationSettings(
  options: GenerateManyOptions,
  kind: "texts" | "stream" = "texts",
): GenerationSettings {
  if (kind === "stream" && typeof options === "object" && options !== null) {
    for (const name of WHOLE_OPTIONS) {
      if (name in options) {
        throw new TypeError(
          `Cannot generate: ${name} is about whole texts and has no effect on a stream: use generate()`,
        );
      }
    }
  }
  checkOptionNames("Cannot generate", options, [
    ...streamOptionNames(),
    ...(kind === "stream" ? [] : WHOLE_OPTIONS),
  ]);
  const {
    maxTokens = MAX_TOKENS,
    minTokens = 0,
    maxSeconds = Infinity,
    breakAfter,
    stop = [],
    stopTokens,
    stopAtSentence = false,
    defaults = true,
    lacking = [],
    constraint,
    stopWhenComplete = false,
    guidance,
    mixture = [],
    seed,
    row = 0,
    unknown,
    signal,
    samples,
    trimIncomplete = false,
    alternatives = 5,
    ...sampling
  } = options;
  count("maxTokens", maxTokens);
  count("minTokens", minTokens);
  count("row", row);
  count("alternatives", alternatives);
  if (samples !== undefined) count("samples", samples, 1);
  if (breakAfter !== undefined) count("breakAfter", breakAfter, 1);
  flag("defaults", defaults);
  checkLacking(lacking, options);
  flag("stopAtSentence", stopAtSentence);
  flag("trimIncomplete", trimIncomplete);
  flag("stopWhenComplete", stopWhenComplete);
  const stops = stopStrings(stop);
  checkSignal("Cannot generate", signal);
  checkMixture(mixture);
  if (constraint === undefined) {
    if (options.stopWhenComplete !== undefined) {
      throw new TypeError(
        "Cannot generate: stopWhenComplete has no effect without a constraint: leave it out",
      );
    }
  } else {
    for (
      const [name, given] of [
        ["stop", stops.length > 0],
        ["stopAtSentence", stopAtSentence],
        ["trimIncomplete", trimIncomplete],
      ] as const
    ) {
      if (!given) continue;
      throw new TypeError(
        `Cannot generate: ${name} would cut off a text that a constraint wants whole: leave one of them out`,
      );
    }
  }
  if (minTokens > maxTokens) {
    throw new RangeError(
      `Cannot generate: minTokens must be at most maxTokens, ${maxTokens}: ${minTokens}`,
    );
  }
  if (breakAfter !== undefined && breakAfter > maxTokens) {
    throw new RangeError(
      `Cannot generate: breakAfter must be at most maxTokens, ${maxTokens}: ${breakAfter}`,
    );
  }
  if (!(typeof maxSeconds === "number" && maxSeconds > 0)) {
    throw new RangeError(
      `Cannot generate: maxSeconds must be a number above 0: ${
        String(maxSeconds)
      }`,
    );
  }
  return {
    given: options,
    maxTokens,
    maxSeconds,
    breakAfter,
    minTokens,
    stop: stops,
    stopTokens: stopTokens === undefined ? undefined : stopIds(stopTokens),
    stopAtSentence,
    row,
    unknown,
    signal,
    constraint: constraint === undefined ? undefined : languagesOf(constraint),
    stopWhenComplete,
    guidance,
    mixture,
    seed,
    sampling,
    samples,
    trimIncomplete,
    alternatives,
  };
}

/**
 * What ends a text with a tokenizer.
 *
 * @param settings The options.
 * @param tokenizer The tokenizer.
 * @returns The ends.
 * @throws {RangeError} If a stop token is none of the vocabulary.
 * @throws {TypeError} If `minTokens` has no effect.
 */
export function textEnds(
  settings: GenerationSettings,
  tokenizer: Tokenizer,
): TextEnds {
  const { stop, stopAtSentence, minTokens } = settings;
  const { vocabSize } = tokenizer;
  for (const id of settings.stopTokens ?? []) {
    if (id >= vocabSize) {
      throw new RangeError(
        `Cannot generate: stopTokens must be ids of the vocabulary, below ${vocabSize}: ${id}`,
      );
    }
  }
  const stopTokens = settings.stopTokens ?? endTokens(tokenizer);
  if (minTokens > 0 && stopTokens.length === 0 && !stopAtSentence) {
    throw new TypeError(
      "Cannot generate: minTokens has no effect where neither a token nor a sentence ends the text: leave it out, or add " +
        "stopTokens or stopAtSentence",
    );
  }
  return { stop, stopTokens, stopAtSentence, minTokens };
}

function count(name: string, value: unknown, least = 0): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new RangeError(
      `Cannot generate: ${name} must be an integer from ${least}: ${
        String(value)
      }`,
    );
  }
}

function flag(name: string, value: unknown): void {
  if (typeof value !== "boolean") {
    throw new TypeError(
      `Cannot generate: ${name} must be true or false: ${
        typeof value === "string" ? JSON.stringify(value) : String(value)
      }`,
    );
  }
}

/** Refuses a record that JSON could not hold all of, unless what is lacking was given again. */
function checkLacking(lacking: unknown, options: object): void {
  if (
    !Array.isArray(lacking) || lacking.some((name) => typeof name !== "string")
  ) {
    throw new TypeError(
      `Cannot generate: lacking must be a list of names of options: ${
        brief(lacking)
      }`,
    );
  }
  const missing = lacking.filter((name) => !(name in options));
  if (missing.length === 0) return;
  throw new TypeError(
    `Cannot generate: options that a record lost in JSON must be given again, as in { ...record.options, ${
      missing[0]
    } }: ${missing.join(", ")}`,
  );
}

/** The languages of a constraint, of which some may be plain data. */
function languagesOf(constraint: Constraint): Acceptor | readonly Acceptor[] {
  return Array.isArray(constraint)
    ? (constraint as readonly (Acceptor | ConstraintData)[]).map(fromData)
    : fromData(constraint as Acceptor | ConstraintData);
}

function checkMixture(parts: unknown): void {
  if (!Array.isArray(parts)) {
    throw new TypeError(
      `Cannot generate: mixture must be a list of models with their weights: ${
        parts === null ? null : typeof parts
      }`,
    );
  }
  for (const part of parts) {
    checkOptionNames("Cannot generate: mixture", part, ["model", "weight"]);
    if (part.model?.tokenizer === undefined) {
      throw new TypeError(
        `Cannot generate: a model of a mixture must be a language model: ${
          part.model === null ? null : typeof part.model
        }`,
      );
    }
  }
}

function stopStrings(stop: string | readonly string[]): readonly string[] {
  const stops = typeof stop === "string" ? [stop] : stop;
  if (!Array.isArray(stops) || stops.some((each) => typeof each !== "string")) {
    throw new TypeError(
      `Cannot generate: stop must be a string or a list of strings: ${
        String(stop)
      }`,
    );
  }
  if (stops.includes("")) {
    throw new RangeError(
      'Cannot generate: a stop string must have a character: ""',
    );
  }
  return [...new Set(stops)];
}

function stopIds(ids: readonly number[]): readonly number[] {
  if (!Array.isArray(ids)) {
    throw new TypeError(
      `Cannot generate: stopTokens must be a list of ids: ${String(ids)}`,
    );
  }
  for (const id of ids) {
    if (!Number.isSafeInteger(id) || id < 0) {
      throw new RangeError(
        `Cannot generate: stopTokens must be ids, integers from 0: ${
          String(id)
        }`,
      );
    }
  }
  return [...new Set(ids)];
}
