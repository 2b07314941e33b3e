/**
 * Writes whole texts: prompts in, results out.
 *
 * @module
 */
import { engineInfo } from "../engine/engine.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { GenerationSettings } from "./generate_options.ts";
import {
  type GeneratedToken,
  Generation,
  type GenerationRecord,
  type GenerationTimings,
} from "./generation.ts";
import { trimIncomplete } from "./text_filters.ts";
import type { TextRow } from "./text_row.ts";
import { type TextPredictor, TextWriting } from "./text_writing.ts";

/** What a record says of the model. */
export type ModelIdentity = Pick<
  GenerationRecord,
  "model" | "weights" | "weightsChanged" | "libraryVersion"
>;

/**
 * Goes on from prompts, all of them side by side.
 *
 * @param model A tokenizer and a network.
 * @param prompts The texts to go on from.
 * @param settings The options; as many texts as `samples` are written for each prompt.
 * @param identify Says which model it is.
 * @returns The results, those of the first prompt first.
 * @throws {TypeError} If a prompt is not a string.
 * @throws {RangeError} If a prompt cannot be encoded, or the model's logits are not numbers.
 * @throws The signal's reason, once it is aborted.
 */
export async function generateTexts(
  model: TextPredictor,
  prompts: readonly string[],
  settings: GenerationSettings,
  identify: () => Promise<ModelIdentity>,
): Promise<Generation[]> {
  const { samples = 1 } = settings;
  const all = prompts.flatMap((prompt) => Array<string>(samples).fill(prompt));
  const writing = new TextWriting(model, all, settings);
  const { rows, chain } = writing;
  if (rows.length === 0) return [];
  const begun = performance.now();
  let first: number | undefined;
  const { alternatives } = settings;
  for await (const _ of writing.write({ alternatives })) {
    first ??= performance.now();
  }
  const ended = performance.now();
  const written = rows.reduce((sum, { pieces }) => sum + pieces.length, 0);
  const timings: GenerationTimings = {
    firstTokenSeconds: ((first ?? ended) - begun) / 1000,
    seconds: (ended - begun) / 1000,
    tokensPerSecond: written === 0 ? 0 : 1000 * written / (ended - begun),
  };
  const identity = await identify();
  return rows.map((row, i) => {
    const text = settings.trimIncomplete ? trimIncomplete(row.text) : row.text;
    return new Generation({
      text,
      tokens: tokensOf(row, text, model.tokenizer),
      stopReason: row.reason!,
      stop: row.stop,
      timings,
      record: {
        prompt: all[i]!,
        options: optionsOf(settings, writing.seed, i),
        chain: chain.explain(),
        engine: engineInfo().name,
        ...identity,
      },
    });
  });
}

/** The tokens of a text, each with what it adds to it. */
function tokensOf(
  row: TextRow,
  text: string,
  { vocabulary }: Tokenizer,
): GeneratedToken[] {
  const shown = row.shownPieces(text);
  return shown.map((piece, i) => {
    const id = row.tokens[row.promptLength + i]!;
    const { logProbabilities, alternatives, alternativeLogProbabilities } = row
      .details[i]!;
    return {
      id,
      token: vocabulary[id]!,
      text: piece,
      logProbability: logProbabilities[0]!,
      alternatives: Array.from(alternatives, (other, place) => ({
        id: other,
        token: vocabulary[other]!,
        logProbability: alternativeLogProbabilities[place]!,
      })),
    };
  });
}

/** The options that write a row again by itself. */
function optionsOf(
  { given, row: first }: GenerationSettings,
  seed: number | undefined,
  row: number,
): GenerationRecord["options"] {
  const { signal: _, samples: __, row: ___, ...options } = given;
  if (seed === undefined) return options;
  const own = first + row;
  return { ...options, seed, ...(own > 0 && { row: own }) };
}
