/**
 * Text in, text out: a prompt becomes tokens, the model goes on, and the new tokens come out as readable pieces.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { encodePrompt } from "./encode_prompt.ts";
import {
  type GenerationSettings,
  generationSettings,
  type StreamOptions,
  textEnds,
} from "./generate_options.ts";
import type { BlockSource, CompiledBlocks } from "./generate_rows.ts";
import type { Predictor } from "./predictor.ts";
import { TextRow } from "./text_row.ts";
import { type TokenChooser, writeTexts } from "./write_texts.ts";

/** What is needed to turn text into text. */
export interface TextPredictor {
  /** Turns text into token ids and back. */
  tokenizer: Tokenizer;
  /** Predicts the next token. */
  network: Predictor;
  /**
   * Writes blocks of tokens with the network.
   *
   * @param tokens How many tokens are wanted.
   * @returns undefined where token by token is quicker.
   */
  blocksFor?(tokens: number): BlockSource | undefined;
}

/**
 * Goes on from a prompt. The options and the prompt are checked at once, the work begins with the first piece asked
 * for, and ends when the loop over the pieces does.
 *
 * @param model A tokenizer and a network.
 * @param prompt The text to go on from; an empty one begins after a line break.
 * @param options How much to write and how freely.
 * @returns The new text alone, in pieces that never cut a character.
 * @throws {TypeError} If the prompt is not a string, or if an option is unknown or has no effect.
 * @throws {RangeError} If an option is out of range, if the prompt has characters that the tokenizer does not know, or
 * if nothing of it is left to begin from.
 */
export function streamText(
  model: TextPredictor,
  prompt: string,
  options: StreamOptions = {},
): AsyncGenerator<string, void, undefined> {
  const settings = generationSettings(options, "stream");
  const rows = beginRows(model.tokenizer, [prompt], settings);
  return pieces();

  async function* pieces(): AsyncGenerator<string, void, undefined> {
    for await (const [piece] of writeRows(model, rows, settings)) {
      if (piece !== "") yield piece!;
    }
  }
}

/**
 * Begins a text for every prompt.
 *
 * @param tokenizer Makes tokens of the prompts.
 * @param prompts The texts to go on from.
 * @param settings The options.
 * @returns The texts, nothing of which is written yet.
 * @throws As {@linkcode streamText}.
 */
export function beginRows(
  tokenizer: Tokenizer,
  prompts: readonly string[],
  settings: GenerationSettings,
): TextRow[] {
  const ends = textEnds(settings, tokenizer);
  return prompts.map((prompt) =>
    new TextRow(
      encodePrompt(tokenizer, prompt, settings.unknown),
      tokenizer.decodeStream(),
      ends,
    )
  );
}

/**
 * Writes texts that were begun.
 *
 * @param model A tokenizer and a network.
 * @param rows The texts.
 * @param settings The options.
 * @param alternatives How many likely tokens to name beside each.
 * @returns Token after token, what is certain of each text now.
 */
export function writeRows(
  model: TextPredictor,
  rows: readonly TextRow[],
  settings: GenerationSettings,
  alternatives?: number,
): AsyncGenerator<string[], void, undefined> {
  const { maxTokens, maxSeconds, signal, sampler, row: first } = settings;
  const choosers = rows.map((_, row): TokenChooser => ({
    pick: (logits, text) =>
      sampler.pick(logits, text.tokens.length - text.promptLength, first + row),
  }));
  const source = alternatives === undefined
    ? model.blocksFor?.(maxTokens * rows.length)
    : undefined;
  const blocks: CompiledBlocks | undefined = source && {
    source,
    sampling: {
      temperature: sampler.temperature,
      topK: sampler.topK,
      uniformAt: (row, position) => sampler.uniformAt(first + row, position),
    },
  };
  return writeTexts(model.network, rows, {
    choosers,
    maxTokens,
    maxSeconds,
    signal,
    blocks,
    alternatives,
  });
}
