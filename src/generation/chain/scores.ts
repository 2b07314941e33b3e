/**
 * Stages that change scores: penalties for tokens that were there before, and the temperature.
 *
 * Repetition: Keskar et al., "CTRL", 2019, with negative scores multiplied. Frequency and presence: as llama.cpp's one stage
 * has them, after repetition.
 *
 * @module
 */
import { finiteScore } from "./_finite_score.ts";
import {
  checkPenaltyWindow,
  type PenaltyWindow,
  windowStart,
} from "./_penalty_window.ts";
import { type ChainStage, type Knob, readKnob, writeKnob } from "./stage.ts";

export type { PenaltyWindow };

/** Options of {@linkcode penaltyStage}. */
export interface PenaltyOptions {
  /**
   * Divides the scores of tokens seen, or multiplies those that are not positive.
   *
   * @default {1}
   */
  repetitionPenalty?: Knob;

  /**
   * Taken from a token's score for every time it was seen.
   *
   * @default {0}
   */
  frequencyPenalty?: Knob;

  /**
   * Taken once from the score of every token seen.
   *
   * @default {0}
   */
  presencePenalty?: Knob;

  /**
   * Which tokens count as seen.
   *
   * @default {64}
   */
  penaltyWindow?: PenaltyWindow;
}

const finite = {
  rule: "a finite number",
  allows: (value: number) => Number.isFinite(value),
};

/**
 * Makes the stage of the penalties.
 *
 * @param options The penalties, and what they look at.
 * @returns The stage.
 * @throws {TypeError} If a penalty is an empty list.
 * @throws {RangeError} If a penalty or the window is out of range.
 */
export function penaltyStage(options: PenaltyOptions): ChainStage {
  const {
    repetitionPenalty = 1,
    frequencyPenalty = 0,
    presencePenalty = 0,
    penaltyWindow = 64,
  } = options;
  checkPenaltyWindow("penaltyWindow", penaltyWindow);
  const repetitionAt = readKnob(repetitionPenalty, {
    name: "repetitionPenalty",
    rule: "a number above 0",
    allows: (value) => value > 0 && value < Infinity,
  });
  const frequencyAt = readKnob(frequencyPenalty, {
    name: "frequencyPenalty",
    ...finite,
  });
  const presenceAt = readKnob(presencePenalty, {
    name: "presencePenalty",
    ...finite,
  });
  return {
    name: "penalties",
    description: `penalties: repetition ${
      writeKnob(repetitionPenalty)
    }, frequency ${writeKnob(frequencyPenalty)}, presence ${
      writeKnob(presencePenalty)
    }, window ${penaltyWindow}`,
    apply(candidates): void {
      const { logits, context: { tokens } } = candidates;
      const [repetition, frequency, presence] = [
        repetitionAt(candidates),
        frequencyAt(candidates),
        presenceAt(candidates),
      ];
      const first = windowStart(penaltyWindow, candidates.context);
      const { scratch: counts } = candidates; // by id; what is no id has no place there
      for (let i = first; i < tokens.length; i++) counts[tokens[i]!] = 0;
      for (let i = first; i < tokens.length; i++) counts[tokens[i]!]!++;
      for (let i = first; i < tokens.length; i++) {
        const id = tokens[i]!;
        const count = counts[id]!;
        if (!(count > 0)) continue;
        counts[id] = 0; // so that each token is penalized once
        const score = logits[id]!;
        const changed = (score > 0 ? score / repetition : score * repetition) -
          count * frequency - presence;
        logits[id] = score === -Infinity ? score : finiteScore(changed);
      }
      candidates.sorted = false;
    },
  };
}

/**
 * Makes the stage that divides the scores; at 0 it keeps the likeliest token alone, the one of the lowest id among equals.
 *
 * @param knob The temperature, from 0.
 * @returns The stage.
 * @throws {TypeError} If it is an empty list.
 * @throws {RangeError} If it is out of range.
 */
export function temperatureStage(knob: Knob): ChainStage {
  const temperatureAt = readKnob(knob, {
    name: "temperature",
    rule: "a number from 0",
    allows: (value) => value >= 0 && value < Infinity,
  });
  return {
    name: "temperature",
    description: `temperature ${writeKnob(knob)}`,
    leavesOne: knob === 0,
    apply(candidates): void {
      const temperature = temperatureAt(candidates);
      if (temperature === 0) candidates.keepLargest(1);
      else candidates.divide(temperature);
    },
  };
}
