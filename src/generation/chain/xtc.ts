/**
 * A stage that removes the likeliest tokens where others would do: exclude top choices.
 *
 * P. E. Weidmann, "Exclude Top Choices", 2024, with llama.cpp's bounds; a threshold above 0.5, which turns it off there, throws.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { reaches } from "./_reaches.ts";
import type { Candidates } from "./candidates.ts";
import {
  type ChainStage,
  type Knob,
  needsSession,
  readKnob,
  writeKnob,
} from "./stage.ts";

/** Options of exclude top choices. */
export interface XtcOptions {
  /** How often it works, 0 never, 1 at every place. */
  probability: Knob;

  /**
   * From which probability on a token is a choice that would do, to 0.5: no two can be above it.
   *
   * @default {0.1}
   */
  threshold?: Knob;
}

const EXAMPLE = "{ xtc: { probability: 0.5 } }";

/**
 * Makes the stage: of the tokens whose probability reaches the threshold, all but the least likely are removed.
 *
 * @param options How often, and from which probability on.
 * @returns The stage, which works in a session.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If a number is out of range.
 */
export function xtcStage(options: XtcOptions): ChainStage {
  checkOptionNames("Cannot sample: xtc", options, [
    "probability",
    "threshold",
  ], EXAMPLE);
  const { probability, threshold = 0.1 } = options;
  const probabilityAt = readKnob(probability, {
    name: "xtc.probability",
    rule: "a number from 0 to 1",
    example: EXAMPLE,
    allows: (value) => value >= 0 && value <= 1,
  });
  const thresholdAt = readKnob(threshold, {
    name: "xtc.threshold",
    rule: "a number from 0 to 0.5",
    allows: (value) => value >= 0 && value <= 0.5,
  });
  return {
    name: "xtc",
    description: `xtc probability ${writeKnob(probability)}, threshold ${
      writeKnob(threshold)
    }`,
    apply: needsSession("xtc"),
    start: (random) => ({
      apply(candidates): void {
        const { count, position } = candidates;
        const isOn = random.uniformAt("xtc", position) <
          probabilityAt(candidates);
        if (isOn && count > 1) excludeTop(candidates, thresholdAt(candidates));
      },
    }),
  };
}

/** Removes all but the last of the tokens that reach a probability; of equal ones the highest id stays. */
function excludeTop(candidates: Candidates, threshold: number): void {
  const p = candidates.probabilities();
  const { ids, count } = candidates;
  let last = -1; // place
  for (let i = 0; i < count; i++) {
    if (!reaches(p[i]!, threshold)) continue;
    const behind = last < 0 ? 1 : p[last]! - p[i]!;
    if (behind > 0 || (behind === 0 && ids[i]! > ids[last]!)) last = i;
  }
  if (last < 0) return;
  candidates.filter((_, place) =>
    !reaches(p[place]!, threshold) || place === last
  );
}
