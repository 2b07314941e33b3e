/**
 * How well a model predicts a text: loss, perplexity, bits, and the scores of its most likely tokens.
 *
 * Perplexity is e to the mean loss (Jelinek et al., "Perplexity — a measure of the difficulty of speech recognition
 * tasks", 1977); bits per character and per byte divide the text's whole loss by its length, so that models with
 * different tokenizers compare.
 *
 * @module
 */
import type { Network } from "../networks/network.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { FitData, FitTokens } from "../training/fit_data.ts";
import { evaluatedTokens } from "./_evaluated_data.ts";
import { predictableTexts, readTargets } from "./_read_targets.ts";
import { countTargetText } from "./_target_text.ts";
import { checkModel } from "./_checks.ts";
import { bootstrap } from "./bootstrap.ts";
import {
  type Confusion,
  Evaluation,
  type EvaluationMetric,
  type EvaluationValues,
} from "./evaluation.ts";
import {
  type EvaluateOptions,
  evaluateSettings,
  OF_PREDICTIONS,
  PER_LABEL,
} from "./evaluate_options.ts";
import { type LabelCounts, scoresOfCounts } from "./precision_recall_f1.ts";

/** What is needed to measure: a `LanguageModel` has it. */
export interface EvaluatedModel {
  /** Turns text into token ids and back. */
  readonly tokenizer: Tokenizer;
  /** Predicts the next token. */
  readonly network: Network;
}

const BITS = Math.log2(Math.E);
/** Tokens of a block of the bootstrap, at least, and blocks at most. */
const BLOCK = 64;
const MOST_BLOCKS = 4096;
/** Different mistakes that are counted, at most. */
const MOST_MISTAKES = 1_000_000;

/**
 * Measures how well a model predicts a text or documents.
 *
 * A text is read as up to 64 contiguous streams of 256 tokens at least, with the model's state carried on; documents each
 * by itself. The first token of a stream or document is only read. The way the text is cut depends on its length alone. Of
 * two tokens with the same score, that of the smaller id counts as the more likely one. Intervals come from a bootstrap
 * over blocks of 64 contiguous tokens (longer ones where there would be more than 4,096 blocks), or over documents;
 * nothing is drawn for precision, recall and F1.
 *
 * @param model A model, or a tokenizer and a network.
 * @param data A text, documents, ids, arrays, sources or a token cache, as `fit()` takes them.
 * @param options What to measure.
 * @returns The values.
 * @throws {TypeError} If the data is of another kind, or if an option is unknown or has no effect.
 * @throws {RangeError} If an option is out of range, if there is too little text, or if it has characters or ids that the
 * tokenizer does not know.
 * @throws The signal's reason, once it is aborted.
 *
 * @example Measure a model that was not trained: it guesses one of three characters
 * ```ts
 * import { buildLSTM, CharTokenizer, evaluate } from "@textloom/textloom";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const model = buildLSTM({ tokenizer: CharTokenizer.train("abc"), units: 4, embedding: 4 });
 * const { perplexity, accuracy } = await evaluate(model, "abcabcabc");
 * assertAlmostEquals(perplexity!, 3, 0.3);
 * accuracy; // the share of characters that were the most likely ones
 * model.dispose();
 * ```
 */
export async function evaluate(
  model: EvaluatedModel,
  data: FitData,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  checkModel("Cannot evaluate", model);
  const settings = evaluateSettings(options);
  const { metrics, signal, topK, zeroDivision } = settings;
  const { tokenizer, network } = model;
  const tokens = evaluatedTokens(data, tokenizer, options.unknown);
  const wants = (...names: EvaluationMetric[]): boolean =>
    names.some((name) => metrics.has(name));
  const blockOf = blocksOf(tokens);
  const column = (): Float64Array => new Float64Array(blockOf.blocks);
  const sums: Record<string, Float64Array> = {
    tokens: column(),
    loss: column(),
    characters: column(),
    bytes: column(),
    right: column(),
    ...Object.fromEntries(topK.map((k) => [`top${k}`, column()])),
  };
  const labels = new Map<number, LabelCounts>();
  const countsOf = (label: number): LabelCounts => {
    let counts = labels.get(label);
    if (counts === undefined) {
      counts = { label, right: 0, predicted: 0, support: 0 };
      labels.set(label, counts);
    }
    return counts;
  };
  const mistakes = new Map<number, number>();
  const { vocabulary } = tokenizer;

  const ranks = wants(...OF_PREDICTIONS);
  for await (const reading of readTargets(network, tokens, { ranks, signal })) {
    const { targets, counted, losses, predicted, width, placeOf } = reading;
    for (let at = 0; at < targets.length; at++) {
      if (counted[at] === 0) continue;
      const { text, target } = placeOf(Math.floor(at / width));
      const block = blockOf(text, target + at % width);
      sums["tokens"]![block]!++;
      sums["loss"]![block]! += losses[at]!;
      if (predicted === undefined) continue;
      const [came, said] = [targets[at]!, predicted[at]!];
      if (came === said) sums["right"]![block]!++;
      for (const k of topK) {
        if (reading.ranks![at]! < k) sums[`top${k}`]![block]!++;
      }
      if (wants(...PER_LABEL)) {
        countsOf(came).support++;
        countsOf(said).predicted++;
        if (came === said) countsOf(came).right++;
      }
      if (came !== said && settings.confusions > 0) {
        const mistake = came * vocabulary.length + said;
        const times = mistakes.get(mistake) ?? 0;
        if (times > 0 || mistakes.size < MOST_MISTAKES) {
          mistakes.set(mistake, times + 1);
        }
      }
    }
  }
  if (wants("bitsPerCharacter", "bitsPerByte")) {
    for (const [text, source] of predictableTexts(tokens).entries()) {
      countTargetText(tokenizer, source, (target, characters, bytes) => {
        const block = blockOf(text, target);
        sums["characters"]![block]! += characters;
        sums["bytes"]![block]! += bytes;
      });
    }
  }

  type Total = Readonly<Record<string, number>>;
  const ratios: Record<string, (total: Total) => number> = {
    loss: (of) => of["loss"]! / of["tokens"]!,
    perplexity: (of) => Math.exp(of["loss"]! / of["tokens"]!),
    bitsPerToken: (of) => BITS * of["loss"]! / of["tokens"]!,
    bitsPerCharacter: (of) => BITS * of["loss"]! / of["characters"]!,
    bitsPerByte: (of) => BITS * of["loss"]! / of["bytes"]!,
    accuracy: (of) => of["right"]! / of["tokens"]!,
    ...Object.fromEntries(
      topK.map((
        k,
      ) => [`top${k}`, (of: Total) => of[`top${k}`]! / of["tokens"]!]),
    ),
  };
  const asked = Object.fromEntries(
    Object.entries(ratios).filter(([name]) =>
      name.startsWith("top") || wants(name as EvaluationMetric)
    ),
  );
  const total = Object.fromEntries(
    Object.entries(sums).map((
      [name, of],
    ) => [name, of.reduce((a, b) => a + b)]),
  );
  const values = Object.fromEntries(
    Object.entries(asked).map(([name, ratio]) => [name, ratio(total)]),
  );
  const perLabel = scoresOfCounts([...labels.values()], zeroDivision);
  const averages = Object.fromEntries(
    PER_LABEL.filter((name) => wants(name)).map((name) => {
      const of = name as "precision" | "recall" | "f1";
      const { macro, micro, weighted } = perLabel;
      return [name, {
        macro: macro[of],
        micro: micro[of],
        weighted: weighted[of],
      }];
    }),
  );
  return new Evaluation({
    tokens: total["tokens"]!,
    confidence: settings.confidence,
    ...Object.fromEntries(
      Object.entries(values).filter(([name]) => !name.startsWith("top")),
    ),
    ...(topK.length > 0 && {
      topK: Object.fromEntries(topK.map((k) => [k, values[`top${k}`]!])),
    }),
    ...averages,
    intervals: settings.resamples > 0 ? bootstrap(sums, asked, settings) : {},
    ...(wants(...PER_LABEL) && {
      frequent: perLabel.labels.toSorted((a, b) =>
        b.support - a.support || a.label - b.label
      ).filter(({ support }) => support > 0).slice(0, settings.frequent).map(
        ({ label, ...rest }) => ({
          id: label,
          token: vocabulary[label]!,
          ...rest,
        }),
      ),
    }),
    ...(ranks && settings.confusions > 0 && {
      confusions: commonest(mistakes, settings.confusions, vocabulary),
    }),
  } as EvaluationValues);
}

/** Which block of the bootstrap a target belongs to. */
function blocksOf(
  tokens: FitTokens,
): { (text: number, target: number): number; blocks: number } {
  const texts = predictableTexts(tokens);
  if (tokens.kind === "documents") {
    const blocks = Math.min(texts.length, MOST_BLOCKS);
    return Object.assign((text: number) => text % blocks, { blocks });
  }
  const targets = texts[0]!.length - 1;
  const length = Math.max(BLOCK, Math.ceil(targets / MOST_BLOCKS));
  return Object.assign(
    (_: number, target: number) => Math.floor(target / length),
    { blocks: Math.ceil(targets / length) },
  );
}

/** The mistakes that were made most often; the key of one is the id that came times V, plus the id that was said. */
function commonest(
  mistakes: ReadonlyMap<number, number>,
  most: number,
  vocabulary: readonly string[],
): Confusion[] {
  const size = vocabulary.length;
  return [...mistakes].sort(([a, x], [b, y]) => y - x || a - b).slice(0, most)
    .map(([mistake, count]) => ({
      token: vocabulary[Math.floor(mistake / size)]!,
      predicted: vocabulary[mistake % size]!,
      count,
    }));
}
