/**
 * The options of a chain: those of every stage together, and the order of the stages.
 *
 * @module
 */
import type { AdaptivePOptions } from "./adaptive_p.ts";
import type { Candidates } from "./candidates.ts";
import type { DynamicTemperatureOptions } from "./dynamic_temperature.ts";
import type { LengthOptions } from "./lengths.ts";
import type { MirostatOptions } from "./mirostat.ts";
import type { RepeatOptions } from "./repeats.ts";
import type { PenaltyOptions } from "./scores.ts";
import type { Knob, RowRandom, RowStage } from "./stage.ts";
import type { TokenRuleOptions } from "./token_rules.ts";
import type { TruncationName } from "./truncation.ts";
import type { XtcOptions } from "./xtc.ts";

/** A stage of your own. */
export interface OwnStage {
  /** A name that no other stage has. */
  readonly name: string;

  /**
   * One line for people.
   *
   * @default {the name}
   */
  readonly description?: string;

  /**
   * Does the work: changes the scores of candidates, where −Infinity removes one, or removes some by their methods.
   *
   * @param candidates What to work on.
   */
  apply(candidates: Candidates): void;

  /**
   * Makes what works on one text in the stage's place, for a stage that draws or remembers.
   *
   * @param random The text's random numbers.
   * @returns What works there.
   */
  start?(random: RowRandom): RowStage;
}

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
  /**
   * Divides the scores; 0 keeps the likeliest token alone, and what could change nothing then throws: all but penalties and
   * other rules on tokens.
   */
  temperature?: Knob;

  /** Lets the temperature follow the entropy, around `temperature` or 1. */
  dynamicTemperature?: DynamicTemperatureOptions;

  /** Removes the likeliest tokens at some places; works in a session. */
  xtc?: XtcOptions;

  /** Holds the surprise of tokens at a target; works in a session, in place of all that removes unlikely tokens. */
  mirostat?: MirostatOptions;

  /** Draws towards a probability; works in a session. */
  adaptiveP?: AdaptivePOptions;

  /**
   * The stages in the order they work in: names, and stages of your own; a stage without an option is passed over.
   *
   * @default {the order of llama.cpp, with epsilonCutoff, etaCutoff and topH before xtc}
   */
  stages?: readonly (string | OwnStage)[];
}
