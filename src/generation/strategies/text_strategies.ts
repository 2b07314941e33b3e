/**
 * Beam search, contrastive search and best of n with a text in and texts out.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import type { UnknownPolicy } from "../../tokenizers/tokenizer.ts";
import { encodePrompt } from "../encode_prompt.ts";
import { TextAfter } from "../text_after.ts";
import type { TextPredictor } from "../text_writing.ts";
import { BEAM_SEARCH_OPTIONS } from "./_beam_search_settings.ts";
import {
  type Beam,
  beamSearch,
  type BeamSearchOptions,
} from "./beam_search.ts";
import {
  BEST_OF_OPTIONS,
  bestOf,
  type BestOfOptions,
  type SampledText,
  type ScoredSample,
} from "./best_of.ts";
import {
  CONTRASTIVE_SEARCH_OPTIONS,
  contrastiveSearch,
  type ContrastiveSearchOptions,
  type ContrastiveText,
} from "./contrastive_search.ts";

/** What texts need beside the options over tokens. */
export interface TextStrategyOptions {
  /**
   * What to do with a part of the prompt that the tokenizer does not know.
   *
   * @default {"token" if the tokenizer has one, else "error"}
   */
  unknown?: UnknownPolicy;
}

/** Options of `model.beamSearch()`: those of {@linkcode beamSearch} without the prompt. */
export interface TextBeamSearchOptions
  extends Omit<BeamSearchOptions, "prompt">, TextStrategyOptions {}

/** Options of `model.contrastiveSearch()`: those of {@linkcode contrastiveSearch} without the prompt. */
export interface TextContrastiveSearchOptions
  extends Omit<ContrastiveSearchOptions, "prompt">, TextStrategyOptions {}

/** Options of `model.bestOf()`: those of {@linkcode bestOf} without the prompt, with a scorer of texts. */
export interface TextBestOfOptions
  extends Omit<BestOfOptions, "prompt" | "scorer">, TextStrategyOptions {
  /**
   * Scores a text; the highest score is the best.
   *
   * @param text The new text, without the prompt; the blank between them is its own.
   * @param sample Its tokens and their log-probability.
   * @returns A number, or a promise of one.
   * @default {undefined} which is the log-probability over the length to the power of `lengthPenalty`
   */
  scorer?: (text: string, sample: SampledText) => number | Promise<number>;
}

/**
 * Something that a strategy found, with its text, which stands for it in a string and where `console.log()` prints it; its
 * scores and tokens are fields beside the text.
 */
export type WithText<Found> = Found & {
  /** The new text, without the prompt and without special tokens: `prompt + text` reads as one text. */
  text: string;

  /** Gives the text. */
  toString(): string;
};

/**
 * @param model A tokenizer and a network.
 * @param prompt The text to go on from; an empty one begins after a line break.
 * @param options How to search.
 * @returns The best texts, the best first.
 * @throws As {@linkcode beamSearch}, and if the prompt cannot be encoded.
 */
export async function beamSearchText(
  model: TextPredictor,
  prompt: string,
  options: TextBeamSearchOptions = {},
): Promise<WithText<Beam>[]> {
  const { ids, after, others } = prepare(
    model,
    prompt,
    options,
    "Cannot search",
    BEAM_SEARCH_OPTIONS,
  );
  const beams = await beamSearch(model.network, { ...others, prompt: ids });
  return beams.map((beam) => withText(after, beam));
}

/**
 * @param model A tokenizer and a network that tells its hidden vectors.
 * @param prompt The text to go on from; an empty one begins after a line break.
 * @param options How to search.
 * @returns The text.
 * @throws As {@linkcode contrastiveSearch}, and if the prompt cannot be encoded.
 */
export async function contrastiveSearchText(
  model: TextPredictor,
  prompt: string,
  options: TextContrastiveSearchOptions = {},
): Promise<WithText<ContrastiveText>> {
  const { ids, after, others } = prepare(
    model,
    prompt,
    options,
    "Cannot search",
    CONTRASTIVE_SEARCH_OPTIONS,
  );
  return withText(
    after,
    await contrastiveSearch(model.network, { ...others, prompt: ids }),
  );
}

/**
 * @param model A tokenizer and a network.
 * @param prompt The text to go on from; an empty one begins after a line break.
 * @param options How many texts, how they are sampled and scored.
 * @returns All texts, the best first.
 * @throws As {@linkcode bestOf}, and if the prompt cannot be encoded.
 */
export async function bestOfTexts(
  model: TextPredictor,
  prompt: string,
  options: TextBestOfOptions = {},
): Promise<WithText<ScoredSample>[]> {
  const { ids, after, others } = prepare(
    model,
    prompt,
    options,
    "Cannot find the best text",
    BEST_OF_OPTIONS,
  );
  const { scorer, ...rest } = others;
  const samples = await bestOf(model.network, {
    ...rest,
    prompt: ids,
    ...(typeof scorer === "function" && {
      scorer: (sample) => scorer(after.decode(sample.tokens), sample),
    }),
    ...(scorer !== undefined && typeof scorer !== "function" && { scorer }),
  });
  return samples.map((sample) => withText(after, sample));
}

/** Checks the options' names, and reads the prompt. */
function prepare<Options extends TextStrategyOptions>(
  { tokenizer }: TextPredictor,
  prompt: string,
  options: Options,
  action: string,
  known: readonly string[],
): { ids: Int32Array; after: TextAfter; others: Omit<Options, "unknown"> } {
  checkOptionNames(action, options, [
    ...known.filter((name) => name !== "prompt"),
    "unknown",
  ]);
  const { unknown, ...others } = options;
  return {
    ids: encodePrompt(tokenizer, prompt, unknown),
    after: new TextAfter(tokenizer, prompt, unknown),
    others,
  };
}

/** Shows what was found as its text, as a `Generation` does; what does it is no field that a copy would have. */
function withText<Found extends { tokens: Int32Array }>(
  after: TextAfter,
  found: Found,
): WithText<Found> {
  const text = after.decode(found.tokens);
  const asText = { value: () => text, enumerable: false };
  return Object.defineProperties({ text, ...found }, {
    toString: asText,
    [Symbol.for("Deno.customInspect")]: asText,
  });
}
