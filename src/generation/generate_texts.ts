/**
 * Writes whole texts: prompts in, results out.
 *
 * @module
 */
import { engineInfo } from "../engine/engine.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { MOST_TEXTS } from "./generate_options.ts";
import type { GenerationSettings } from "./generation_settings.ts";
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
 * @throws {RangeError} If there are more than 100,000 texts, a prompt cannot be encoded, or the model's logits are not
 * numbers.
 * @throws The signal's reason, once it is aborted.
 */
export async function generateTexts(
  model: TextPredictor,
  prompts: readonly string[],
  settings: GenerationSettings,
  identify: () => Promise<ModelIdentity>,
): Promise<Generation[]> {
  const { samples = 1, signal } = settings;
  signal?.throwIfAborted(); // before a constraint is made ready, which may take its time
  const count = prompts.length * samples;
  if (count > MOST_TEXTS) {
    throw new RangeError(
      `Cannot generate: the texts of one call must be at most ${MOST_TEXTS}, prompts times samples: ${count}; write them in ` +
        "several calls, each with the number of its first text as row",
    );
  }
  const all = Array.from(prompts) // with the gaps of a list, which are no strings
    .flatMap((prompt) => Array<string>(samples).fill(prompt));
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
  const { tokenizer } = model;
  return rows.map((row, i) => {
    const text = settings.trimIncomplete ? trimIncomplete(row.text) : row.text;
    return new Generation({
      text,
      tokens: () => tokensOf(row, text, tokenizer),
      stopReason: row.reason!,
      stop: row.stop,
      timings,
      record: {
        prompt: all[i]!,
        options: optionsOf(settings, writing.seed, row, i),
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
    const [details, place] = row.details[i]!;
    const { logProbabilities, alternatives, alternativeLogProbabilities } =
      details;
    const each = alternatives.length / logProbabilities.length;
    return {
      id,
      token: vocabulary[id]!,
      text: piece,
      logProbability: logProbabilities[place]!,
      alternatives: Array.from({ length: each }, (_, nth) => {
        const at = place * each + nth;
        const other = alternatives[at]!;
        return {
          id: other,
          token: vocabulary[other]!,
          logProbability: alternativeLogProbabilities[at]!,
        };
      }),
    };
  });
}

/** What the record of a text does without: it is one text, of as many tokens as it has, and lacks nothing yet. */
const NOT_RECORDED = [
  "signal",
  "samples",
  "row",
  "maxSeconds",
  "lacking",
] as const;

/** The options that write a row again by itself, whatever the model's defaults are then. */
function optionsOf(
  { given, row: first }: GenerationSettings,
  seed: number | undefined,
  { reason, pieces }: TextRow,
  place: number,
): GenerationRecord["options"] {
  const options = { ...given };
  for (const name of NOT_RECORDED) delete options[name];
  const own = first + place;
  return {
    ...options,
    ...(reason === "maxSeconds" && { breakAfter: pieces.length }),
    defaults: false,
    ...(seed !== undefined && { seed, ...(own > 0 && { row: own }) }),
  };
}
