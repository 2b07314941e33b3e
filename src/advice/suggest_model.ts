/**
 * `suggestModel()`: which kinds and sizes of models fit a text and a budget, from speeds measured here.
 *
 * About 20 tokens to train on for each parameter: Hoffmann et al., "Training Compute-Optimal Large Language Models", 2022;
 * little is gained from more than 16 passes over the same text: Muennighoff et al., "Scaling Data-Constrained Language
 * Models", 2023.
 *
 * @module
 */
import { buildNGram } from "../models/build_ngram.ts";
import type { LanguageModel } from "../models/language_model.ts";
import { Corpus } from "../text/corpus.ts";
import { checkOptionNames } from "../text/options.ts";
import { shown, wrongNumber } from "../text/refusal.ts";
import { CharTokenizer } from "../tokenizers/char_tokenizer.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { BATCH_SIZE, timedPart, timeTraining } from "./_time_training.ts";
import { type LadderName, LADDERS, type ModelLadder } from "./model_ladders.ts";
import { type ModelSuggestion, ModelSuggestions } from "./model_suggestions.ts";

/** Options of {@linkcode suggestModel}: one limit at least. */
export interface SuggestModelOptions {
  /** Seconds that training may take on this machine. */
  seconds?: number;

  /** Bytes that training may take. */
  memory?: number;

  /** Parameters that the model may have. */
  parameters?: number;

  /**
   * Turns text into tokens.
   *
   * @default {CharTokenizer.train(data)}
   */
  tokenizer?: Tokenizer;

  /**
   * Seconds that each kind of model is timed.
   *
   * @default {2}
   */
  measure?: number;
}

const ACTION = "Cannot suggest a model";
const TOKENS_PER_PARAMETER = 20;
const MOST_EPOCHS = 16;
const SEQUENCE_LENGTH = 64;
/** Which size of a kind is timed. */
const TIMED_SIZE = 1;

/**
 * Suggests models for a text and a budget. Each kind is trained for a moment to see how fast it is here; its other sizes
 * are judged by their operations. Of each kind the largest size is taken that stays within the budget and can be fed: 20
 * tokens for each parameter, or 16 passes over the text. The kind that can feed the most parameters comes first, a model
 * of n-grams, which needs no budget, last, as the floor to beat.
 *
 * @param data A text, documents, or a corpus.
 * @param options The budget.
 * @returns The suggestions; a notebook shows them as a table.
 * @throws {RangeError} If there is no budget, or an option is out of range.
 * @throws {TypeError} If the data is of another kind, or an option is unknown.
 *
 * @example Ten minutes for a book
 * ```ts
 * import { suggestModel } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const book = "the whale, the whale, the white whale, ".repeat(2_000);
 * const { models: [first] } = await suggestModel(book, { seconds: 600, parameters: 1e6, measure: 0.2 });
 * assert(first!.parameters! <= 1e6);
 * const model = first!.build(); // and then: await model.fit(book, { epochs: first.epochs })
 * model.dispose();
 * ```
 */
export async function suggestModel(
  data: string | readonly string[] | Corpus,
  options: SuggestModelOptions,
): Promise<ModelSuggestions> {
  checkOptions(options);
  const text = textOf(data);
  const tokenizer = options.tokenizer ?? CharTokenizer.train(text);
  const tokens = tokenizer.encode(text).length;
  const found: (ModelSuggestion & { fed: number })[] = [];
  for (const [builder, ladder] of Object.entries(LADDERS)) {
    const speed = await speedOf(ladder, tokenizer, text, options.measure ?? 2);
    const suggestion = choose(builder as LadderName, ladder, {
      tokenizer,
      tokens,
      speed,
      budget: options,
    });
    if (suggestion !== undefined) found.push(suggestion);
  }
  found.sort((a, b) => b.fed - a.fed);
  const models = [
    ...found.map(({ fed: _, ...suggestion }) => suggestion),
    floor(tokenizer),
  ];
  const kind =
    `${tokenizer.constructor.name}, ${tokenizer.vocabSize} in the vocabulary, ${
      tokens.toLocaleString("en-US")
    } in the text`;
  return new ModelSuggestions(models, kind);
}

/** What a size is judged by. */
interface Judgement {
  tokenizer: Tokenizer;
  /** Tokens of the text. */
  tokens: number;
  /** Operations a second. */
  speed: number;
  budget: SuggestModelOptions;
}

/**
 * The largest size that stays within the budget and can be fed; undefined where the smallest does not.
 *
 * @param builder Name of the builder.
 * @param ladder Its sizes.
 * @param judgement The text, the speed, the budget.
 * @returns The suggestion, and how many parameters can be fed.
 */
export function choose(
  builder: LadderName,
  ladder: ModelLadder,
  { tokenizer, tokens, speed, budget }: Judgement,
): (ModelSuggestion & { fed: number }) | undefined {
  const { seconds = Infinity, memory = Infinity, parameters = Infinity } =
    budget;
  let best: (ModelSuggestion & { fed: number }) | undefined;
  for (const { options, build } of ladder.sizes) {
    const model = build(tokenizer);
    const summary = model.summary({
      batchSize: BATCH_SIZE,
      sequenceLength: model.network.context ?? SEQUENCE_LENGTH,
    });
    const tokensPerSecond = speed / summary.flopsPerToken;
    const affordable = Math.floor(seconds * tokensPerSecond / tokens);
    const wanted = Math.max(
      1,
      Math.round(TOKENS_PER_PARAMETER * summary.parameters / tokens),
    );
    const epochs = Math.min(wanted, MOST_EPOCHS);
    const fits = summary.parameters <= parameters &&
      summary.training.total <= memory && affordable >= epochs;
    if (!fits) continue;
    const fed = Math.min(
      summary.parameters,
      epochs * tokens / TOKENS_PER_PARAMETER,
    );
    if (best !== undefined && fed <= best.fed) continue; // larger, but no better fed
    best = {
      builder,
      options,
      parameters: summary.parameters,
      memory: summary.training.total,
      tokensPerSecond,
      epochs,
      seconds: epochs * tokens / tokensPerSecond,
      fed,
      reasons: [
        ladder.reason,
        fed < summary.parameters
          ? `little is gained after ${MOST_EPOCHS} passes, which give each parameter fewer than ${TOKENS_PER_PARAMETER} tokens: more text would do more than a larger model`
          : `the largest that the budget allows with ${TOKENS_PER_PARAMETER} tokens for each parameter`,
      ],
      build: () => build(tokenizer),
    };
  }
  return best;
}

/** The model of n-grams. */
function floor(tokenizer: Tokenizer): ModelSuggestion {
  const options = { order: 6 };
  return {
    builder: "buildNGram",
    options,
    epochs: 1,
    reasons: [
      "counts the text in seconds: the floor that a larger model has to beat",
    ],
    build: (): LanguageModel => buildNGram({ tokenizer, ...options }),
  };
}

/** Operations of the forward pass that training does in a second, by training one size for a moment. */
async function speedOf(
  ladder: ModelLadder,
  tokenizer: Tokenizer,
  text: string,
  seconds: number,
): Promise<number> {
  const model = ladder.sizes[TIMED_SIZE]!.build(tokenizer);
  try {
    const { flopsPerToken } = model.summary();
    const sequenceLength = model.network.context ?? SEQUENCE_LENGTH;
    const tokensPerSecond = await timeTraining(model, timedPart(text), {
      sequenceLength,
      seconds,
      leastSteps: 1,
    });
    return tokensPerSecond * flopsPerToken;
  } finally {
    model.dispose();
  }
}

function textOf(data: string | readonly string[] | Corpus): string {
  if (Array.isArray(data)) {
    const place = data.findIndex((each) => typeof each !== "string");
    if (place >= 0) {
      throw new TypeError(
        `${ACTION}: a list must hold texts: ${
          shown(data[place])
        } at place ${place}`,
      );
    }
  }
  const text = data instanceof Corpus
    ? data.text
    : Array.isArray(data)
    ? data.join("\n")
    : data;
  if (typeof text !== "string") {
    throw new TypeError(
      `${ACTION}: the data must be a text, a list of texts, or a corpus: ${
        data === null ? "null" : typeof data
      }`,
    );
  }
  if (text.length < 2) {
    throw new RangeError(
      `${ACTION}: the text must have two characters at least: ${text.length}`,
    );
  }
  return text;
}

function checkOptions(options: SuggestModelOptions): void {
  checkOptionNames(ACTION, options, [
    "seconds",
    "memory",
    "parameters",
    "tokenizer",
    "measure",
  ]);
  const { seconds, memory, parameters, measure } = options;
  if (
    seconds === undefined && memory === undefined && parameters === undefined
  ) {
    throw new RangeError(
      `${ACTION}: there must be a budget of seconds, memory or parameters: there is none`,
    );
  }
  for (
    const [name, value] of Object.entries({
      seconds,
      memory,
      parameters,
      measure,
    })
  ) {
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value > 0 && value < Infinity)) {
      throw wrongNumber(`${ACTION}: ${name} must be a positive number`, value);
    }
  }
  const { tokenizer } = options;
  if (tokenizer !== undefined && typeof tokenizer?.encode !== "function") {
    throw new TypeError(
      `${ACTION}: tokenizer must be a tokenizer, such as CharTokenizer.train(text): ${
        shown(tokenizer)
      }`,
    );
  }
}
