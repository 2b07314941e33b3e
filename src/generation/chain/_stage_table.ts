/**
 * The stages there are: which options call for each, and how it is built. A new stage is a line here.
 *
 * @module
 */
import { adaptivePStage } from "./adaptive_p.ts";
import type { ChainOptions } from "./chain_options.ts";
import { dynamicTemperatureStage } from "./dynamic_temperature.ts";
import { lengthDecayStage, minTokensStage } from "./lengths.ts";
import { mirostatStage } from "./mirostat.ts";
import { dryStage, noRepeatNgramStage } from "./repeats.ts";
import { penaltyStage, temperatureStage } from "./scores.ts";
import type { ChainStage } from "./stage.ts";
import { badWordsStage, logitBiasStage, suppressStage } from "./token_rules.ts";
import {
  isTruncationOff,
  type TruncationEdges,
  type TruncationName,
  truncationStage,
} from "./truncation.ts";
import { xtcStage } from "./xtc.ts";

/** One stage of the table. */
export interface StageEntry {
  /** Its name in the order of a chain. */
  readonly name: string;

  /** Options any of which calls for the stage. */
  readonly calledBy: readonly (keyof ChainOptions)[];

  /** Options that it reads besides; they have no effect by themselves. */
  readonly reads?: readonly (keyof ChainOptions)[];

  /**
   * What it does: a rule changes which token is the likeliest, so that it has an effect at temperature 0 too; a cut removes
   * tokens, a target draws towards something.
   */
  readonly kind: "rule" | "cut" | "temperature" | "target";

  /**
   * Tells whether options that call for it leave all as it is.
   *
   * @param options Such ones.
   */
  isOff?(options: ChainOptions): boolean;

  /**
   * Builds the stage.
   *
   * @param options One that calls for it among them.
   * @param edges Where truncations have their borders.
   */
  build(options: ChainOptions, edges: TruncationEdges): ChainStage;
}

/** The stages in llama.cpp's order; the truncations that it does not have stand after its own. */
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
  truncation("topNSigma"),
  truncation("topK"),
  truncation("typicalP"),
  truncation("topP"),
  truncation("minP"),
  truncation("epsilonCutoff"),
  truncation("etaCutoff"),
  truncation("topH"),
  {
    name: "xtc",
    calledBy: ["xtc"],
    kind: "cut",
    isOff: ({ xtc }) => xtc?.probability === 0,
    build: ({ xtc }) => xtcStage(xtc!),
  },
  {
    name: "temperature",
    calledBy: ["temperature", "dynamicTemperature"],
    kind: "temperature",
    build: ({ temperature = 1, dynamicTemperature }) =>
      dynamicTemperature === undefined
        ? temperatureStage(temperature)
        : dynamicTemperatureStage(temperature, dynamicTemperature),
  },
  {
    name: "mirostat",
    calledBy: ["mirostat"],
    kind: "target",
    build: ({ mirostat }) => mirostatStage(mirostat!),
  },
  {
    name: "adaptiveP",
    calledBy: ["adaptiveP"],
    kind: "target",
    build: ({ adaptiveP }) => adaptivePStage(adaptiveP!),
  },
];

function rule(
  name: keyof ChainOptions,
  build: StageEntry["build"],
): StageEntry {
  return { name, calledBy: [name], kind: "rule", build };
}

function truncation(name: TruncationName): StageEntry {
  return {
    name,
    calledBy: [name],
    kind: "cut",
    isOff: (options) => isTruncationOff(name, options[name]),
    build: (options, edges) => truncationStage(name, options[name]!, edges),
  };
}
