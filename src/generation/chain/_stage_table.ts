/**
 * The stages there are: which options call for each, and how it is built. A new stage is a line here.
 *
 * @module
 */
import type { ChainOptions } from "./chain_options.ts";
import { penaltyStage, temperatureStage } from "./scores.ts";
import type { ChainStage } from "./stage.ts";
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
  {
    name: "penalties",
    calledBy: ["repetitionPenalty", "frequencyPenalty", "presencePenalty"],
    reads: ["penaltyWindow"],
    kind: "rule",
    build: penaltyStage,
  },
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

function cut(name: TruncationName): StageEntry {
  return {
    name,
    calledBy: [name],
    kind: "cut",
    build: (options) => truncationStage(name, options[name]!),
  };
}
