/**
 * Stages that change scores: penalties for tokens that were there before, and the temperature.
 *
 * Repetition: Keskar et al., "CTRL", 2019, with negative scores multiplied. Frequency and presence: as llama.cpp's one stage
 * has them, after repetition.
 *
 * @module
 */
import { type ChainStage, type Knob, readKnob, writeKnob } from "./stage.ts";

/** Which tokens penalties look at: the last n of prompt and text, all of them, or those of the new text. */
export type PenaltyWindow = number | "all" | "generated";

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

/** About the largest number of single precision. */
const LARGEST = 3.4e38;

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
  if (
    penaltyWindow !== "all" && penaltyWindow !== "generated" &&
    !(Number.isSafeInteger(penaltyWindow) && penaltyWindow > 0)
  ) {
    throw new RangeError(
      `Cannot sample: penaltyWindow must be an integer from 1, "all" or "generated": ${
        JSON.stringify(penaltyWindow)
      }`,
    );
  }
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
      const { logits, context: { tokens, promptLength } } = candidates;
      const [repetition, frequency, presence] = [
        repetitionAt(candidates),
        frequencyAt(candidates),
        presenceAt(candidates),
      ];
      const first = penaltyWindow === "all"
        ? 0
        : penaltyWindow === "generated"
        ? promptLength
        : Math.max(0, tokens.length - penaltyWindow);
      const counts = new Map<number, number>();
      for (let i = first; i < tokens.length; i++) {
        counts.set(tokens[i]!, (counts.get(tokens[i]!) ?? 0) + 1);
      }
      for (const [id, count] of counts) {
        const score = logits[id]!;
        const changed = (score > 0 ? score / repetition : score * repetition) -
          count * frequency - presence;
        logits[id] = score === -Infinity
          ? score
          : Math.max(-LARGEST, Math.min(changed, LARGEST));
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
    apply(candidates): void {
      const temperature = temperatureAt(candidates);
      if (temperature === 1) return;
      if (temperature === 0) return candidates.keepLargest(1);
      const { logits, ids, count } = candidates;
      const best = logits[candidates.best()]!;
      // What is too large for single precision is counted from the best, which gives the same probabilities.
      const shift = Math.abs(best / temperature) < LARGEST ? 0 : best;
      for (let i = 0; i < count; i++) {
        logits[ids[i]!] = (logits[ids[i]!]! - shift) / temperature;
      }
      candidates.sorted = false; // scores that differ may have become equal
    },
  };
}
