/**
 * Text in, text out: a prompt becomes tokens, the model goes on, and the new tokens come out as readable pieces.
 *
 * @module
 */
import type { Tokenizer, UnknownPolicy } from "../tokenizers/tokenizer.ts";
import type { BlockSource } from "./generate_rows.ts";
import { generateTokens } from "./generate_tokens.ts";
import type { Predictor } from "./predictor.ts";
import { Sampler, type SamplerOptions } from "./sampler.ts";

/** Options of `model.generate()` and `model.stream()`. */
export interface GenerateOptions extends SamplerOptions {
  /**
   * How many tokens to write.
   *
   * @default {200}
   */
  maxTokens?: number;

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

const OPTIONS: readonly string[] = [
  "maxTokens",
  "temperature",
  "topK",
  "seed",
  "unknown",
  "signal",
] satisfies (keyof GenerateOptions)[];

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
  options: GenerateOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { maxTokens, unknown, signal, sampler } = checkGenerateOptions(options);
  const ids = encodePrompt(model.tokenizer, prompt, unknown);
  return pieces();

  async function* pieces(): AsyncGenerator<string, void, undefined> {
    const decoder = model.tokenizer.decodeStream();
    for await (
      const id of generateTokens(model.network, {
        prompt: ids,
        maxTokens,
        sampler,
        signal,
        blocks: model.blocksFor?.(maxTokens),
      })
    ) {
      const piece = decoder.push(id);
      if (piece !== "") yield piece;
    }
    const rest = decoder.flush();
    if (rest !== "") yield rest;
  }
}

/** Options of a call, checked. */
interface CheckedOptions {
  maxTokens: number;
  unknown: UnknownPolicy | undefined;
  signal: AbortSignal | undefined;
  sampler: Sampler;
}

/**
 * Checks options and fills in the defaults.
 *
 * @param options What the caller gave.
 * @returns What they mean.
 * @throws {TypeError} If an option is unknown or has no effect.
 * @throws {RangeError} If an option is out of range.
 */
export function checkGenerateOptions(options: GenerateOptions): CheckedOptions {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) {
      throw new TypeError(
        `Cannot generate: an option must be one of ${
          OPTIONS.join(", ")
        }: "${name}"`,
      );
    }
  }
  const { maxTokens = 200, unknown, signal, ...sampling } = options;
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 0) {
    throw new RangeError(
      `Cannot generate: maxTokens must be an integer from 0: ${maxTokens}`,
    );
  }
  const sampler = new Sampler(sampling);
  return { maxTokens, unknown, signal, sampler };
}

/**
 * @param tokenizer Turns text into token ids.
 * @param prompt The text.
 * @param unknown What to do with what the tokenizer does not know.
 * @returns The prompt's ids, one at least: special tokens that begin a text are added, those that end it are not.
 * @throws {TypeError} If the prompt is not a string.
 * @throws {RangeError} If it cannot be encoded, or nothing is left to begin from.
 */
export function encodePrompt(
  tokenizer: Tokenizer,
  prompt: string,
  unknown?: UnknownPolicy,
): Int32Array {
  if (typeof prompt !== "string") {
    throw new TypeError(
      `Cannot generate: the prompt must be a string: ${typeof prompt}`,
    );
  }
  const options = unknown === undefined ? {} : { unknown };
  const bare = tokenizer.encode(prompt, {
    ...options,
    addSpecialTokens: false,
  });
  const ids = withBeginning(bare, tokenizer.encode(prompt, options));
  if (ids.length > 0) return ids;
  const lineBreak = tokenizer.encode("\n", { unknown: "skip" });
  if (lineBreak.length > 0) return lineBreak;
  throw new RangeError(
    "Cannot generate: a model needs a token to begin from, and the vocabulary has no line break to stand in: " +
      `the prompt is ${
        JSON.stringify(prompt)
      }; begin with a character of the training text`,
  );
}

/** The tokens of a prompt after the special tokens that begin a text, and without those that end it. */
function withBeginning(bare: Int32Array, whole: Int32Array): Int32Array {
  for (let first = 0; first + bare.length <= whole.length; first++) {
    if (bare.every((id, i) => whole[first + i] === id)) {
      return whole.subarray(0, first + bare.length);
    }
  }
  return whole;
}
