/**
 * A stage that prefers tokens whose probability is near a target, and moves the target so that the chosen ones have it on
 * the average.
 *
 * Adaptive-p as llama.cpp has it: the new score is 5 − 10 d² / (1 + d), d the distance from the target as a multiple of 0.3;
 * the target is 2 · target − a mean of what was chosen, in which each token counts `decay` of the one after it.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { type ChainStage, needsSession, writeValue } from "./stage.ts";

/** Options of the stage that draws towards a probability. */
export interface AdaptivePOptions {
  /** Probability that chosen tokens shall have on the average, from 0 to 1. */
  target: number;

  /**
   * How much each token counts in the mean for the one after it, from 0 to 0.99.
   *
   * @default {0.9}
   */
  decay?: number;
}

/** Score of a token whose probability is the target. */
const PEAK = 5;
/** How fast scores fall away from the target. */
const SHARPNESS = 10;
/** Distance from the target that counts as 1. */
const WIDTH = 0.3;

const EXAMPLE = "{ adaptiveP: { target: 0.5 } }";

/**
 * Makes the stage; it stands last, because it looks at probabilities and gives scores of its own.
 *
 * @param options Target, and how long tokens are remembered.
 * @returns The stage, which works in a session.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If a number is out of range.
 */
export function adaptivePStage(options: AdaptivePOptions): ChainStage {
  checkOptionNames(
    "Cannot sample: adaptiveP",
    options,
    ["target", "decay"],
    EXAMPLE,
  );
  const { target, decay = 0.9 } = options;
  for (
    const [name, value, most] of [["target", target, 1], [
      "decay",
      decay,
      0.99,
    ]] as const
  ) {
    if (typeof value === "number" && value >= 0 && value <= most) continue;
    throw new RangeError(
      `Cannot sample: adaptiveP.${name} must be a number from 0 to ${most}: ${
        writeValue(value)
      }${value === undefined ? `; give ${EXAMPLE}` : ""}`,
    );
  }
  /** Probabilities by id at the place under way, of whichever text it is. */
  let before = new Float64Array(0);
  return {
    name: "adaptiveP",
    description: `adaptiveP target ${target}, decay ${decay}`,
    apply: needsSession("adaptiveP"),
    start() {
      let weight = 1 / (1 - decay);
      let sum = target * weight; // as if the target had been met for ever
      return {
        apply(candidates): void {
          const p = candidates.probabilities();
          const { ids, count, logits } = candidates;
          if (before.length !== logits.length) {
            before = new Float64Array(logits.length);
          }
          const aim = Math.max(0, Math.min(2 * target - sum / weight, 1));
          for (let i = 0; i < count; i++) {
            const id = ids[i]!;
            before[id] = p[i]!;
            const distance = Math.abs(p[i]! - aim) / WIDTH;
            logits[id] = PEAK - SHARPNESS * distance ** 2 / (1 + distance);
          }
          candidates.sorted = false;
        },
        chosen(id): void {
          sum = before[id]! + decay * sum;
          weight = 1 + decay * weight;
        },
      };
    },
  };
}
