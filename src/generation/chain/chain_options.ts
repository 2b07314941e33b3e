/**
 * The options of a chain: those of every stage together, and the order of the stages.
 *
 * @module
 */
import type { LengthOptions } from "./lengths.ts";
import type { RepeatOptions } from "./repeats.ts";
import type { PenaltyOptions } from "./scores.ts";
import type { Knob } from "./stage.ts";
import type { TokenRuleOptions } from "./token_rules.ts";
import type { TruncationName } from "./truncation.ts";

/**
 * Options of {@linkcode createChain}: what is given for tokens by their ids, against repeats and about the length, the
 * penalties, the temperature, and a knob for each stage that removes unlikely tokens.
 */
export interface ChainOptions
  extends
    TokenRuleOptions,
    RepeatOptions,
    LengthOptions,
    PenaltyOptions,
    Partial<Record<TruncationName, Knob>> {
  /** Divides the scores; 0 keeps the likeliest token alone. */
  temperature?: Knob;

  /**
   * Names of the stages in the order they work in; a stage without an option is passed over.
   *
   * @default {the order of llama.cpp, then epsilonCutoff, etaCutoff and topH, then temperature}
   */
  stages?: readonly string[];
}
