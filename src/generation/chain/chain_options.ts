/**
 * The options of a chain: those of every stage together, and the order of the stages.
 *
 * @module
 */
import type { PenaltyOptions } from "./scores.ts";
import type { Knob } from "./stage.ts";
import type { TruncationName } from "./truncation.ts";

/** Options of {@linkcode createChain}: the penalties, the temperature, and a knob for each stage that removes tokens. */
export interface ChainOptions
  extends PenaltyOptions, Partial<Record<TruncationName, Knob>> {
  /** Divides the scores; 0 keeps the likeliest token alone. */
  temperature?: Knob;

  /**
   * Names of the stages in the order they work in; a stage without an option is passed over.
   *
   * @default {the order of llama.cpp, then epsilonCutoff, etaCutoff and topH, then temperature}
   */
  stages?: readonly string[];
}
