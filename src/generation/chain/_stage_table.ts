/**
 * The stages there are: which options call for each, and how it is built. A new stage is a line here.
 *
 * @module
 */
import type { ChainOptions } from "./chain_options.ts";
import { lengthDecayStage, minTokensStage } from "./lengths.ts";
import { dryStage, noRepeatNgramStage } from "./repeats.ts";
import { penaltyStage, temperatureStage } from "./scores.ts";
import type { ChainStage } from "./stage.ts";
import { badWordsStage, logitBiasStage, suppressStage } from "./token_rules.ts";
import { type TruncationName, truncationStage } from "./truncation.ts";

/** One stage of the table. */
export interface StageEntry {
  /** Its name in the order of a chain. */
  readonly name: string;

  /** Options any of which calls for the stage. */
  readonly calledBy: readonly (keyof ChainOptions)[];

  /** Options that it reads besides; they have no effect by themselves. */
  readonly reads?: readonly (keyof ChainOptions)[];

  /**
   * What it does: a rule changes which token is the likeliest, so that it has an effect at temperature 0 too, a cut removes
   * unlikely tokens.
   */
  readonly kind: "rule" | "cut" | "temperature";

  /**
   * Builds the stage.
   *
   * @param options One that calls for it among them.
   */
  build(options: ChainOptions): ChainStage;
}

/** The stages in llama.cpp's order; those that it does not have stand before the temperature. */
export const STAGES: readonly StageEntry[] = [
  rule("logitBias", ({ logitBias }) => logitBiasStage(logitBias!)),
  {
    name: "penalties",
    calledBy: ["repetitionPenalty", "frequencyPenalty", "presencePenalty"],
    reads: ["penaltyWindow"],
    kind: "rule",
    build: penaltyStage,
  },
  rule("dry", ({ dry }) => dryStage(dry!)),
  rule(
    "noRepeatNgram",
    ({ noRepeatNgram }) => noRepeatNgramStage(noRepeatNgram!),
  ),
  rule("badWords", ({ badWords }) => badWordsStage(badWords!)),
  {
    ...rule(
      "minTokens",
      ({ minTokens, stopTokens }) => minTokensStage(minTokens!, stopTokens),
    ),
    reads: ["stopTokens"],
  },
  {
    ...rule(
      "lengthDecay",
      ({ lengthDecay, stopTokens }) =>
        lengthDecayStage(lengthDecay!, stopTokens),
    ),
    reads: ["stopTokens"],
  },
  rule("suppress", ({ suppress }) => suppressStage("suppress", suppress!)),
  rule(
    "suppressAtBegin",
    ({ suppressAtBegin }) => suppressStage("suppressAtBegin", suppressAtBegin!),
  ),
  cut("topNSigma"),
  cut("topK"),
  cut("typicalP"),
  cut("topP"),
  cut("minP"),
  cut("epsilonCutoff"),
  cut("etaCutoff"),
  cut("topH"),
  {
    name: "temperature",
    calledBy: ["temperature"],
    kind: "temperature",
    build: ({ temperature }) => temperatureStage(temperature!),
  },
];

function rule(
  name: keyof ChainOptions,
  build: StageEntry["build"],
): StageEntry {
  return { name, calledBy: [name], kind: "rule", build };
}

function cut(name: TruncationName): StageEntry {
  return {
    name,
    calledBy: [name],
    kind: "cut",
    build: (options) => truncationStage(name, options[name]!),
  };
}
