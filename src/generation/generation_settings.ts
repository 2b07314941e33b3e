/**
 * What options of a generation mean: the rules that they keep, and what counts where nothing is said.
 *
 * @module
 */
import { checkOptionNames } from "../text/options.ts";
import { shown } from "../text/refusal.ts";
import { brief } from "../tokenizers/brief.ts";
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";
import { checkSignal } from "./check_signal.ts";
import type { Acceptor } from "./constraints/acceptor.ts";
import type { Constraint } from "./constraints/constraint.ts";
import {
  type ConstraintData,
  fromData,
} from "./constraints/constraint_data.ts";
import { endTokens } from "./_end_tokens.ts";
import {
  type GenerateManyOptions,
  MAX_TOKENS,
  streamOptionNames,
  type TextGuidance,
  type TextMixturePart,
  WHOLE_OPTIONS,
} from "./generate_options.ts";
import type { TextChainOptions } from "./text_chain.ts";
import type { TextEnds } from "./text_row.ts";

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
        shown(maxSeconds)
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
  const hasEnd = stopTokens.length > 0 || stop.length > 0 || stopAtSentence;
  if (minTokens > 0 && !hasEnd) {
    throw new TypeError(
      "Cannot generate: minTokens has no effect where no token, stop string or sentence ends the text: leave it out, or add " +
        "stopTokens, stop or stopAtSentence",
    );
  }
  return { stop, stopTokens, stopAtSentence, minTokens };
}

function count(name: string, value: unknown, least = 0): void {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new RangeError(
      `Cannot generate: ${name} must be an integer from ${least}: ${
        shown(value)
      }`,
    );
  }
}

function flag(name: string, value: unknown): void {
  if (typeof value !== "boolean") {
    throw new TypeError(
      `Cannot generate: ${name} must be true or false: ${shown(value)}`,
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
        brief(stop)
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
      `Cannot generate: stopTokens must be a list of ids: ${shown(ids)}`,
    );
  }
  for (const id of ids) {
    if (!Number.isSafeInteger(id) || id < 0) {
      throw new RangeError(
        `Cannot generate: stopTokens must be ids, integers from 0: ${
          shown(id)
        }`,
      );
    }
  }
  return [...new Set(ids)];
}
