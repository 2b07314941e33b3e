/**
 * A stage whose temperature follows from how sure the model is.
 *
 * The entropy-based temperature of llama.cpp: T = low + (high − low) · (H / ln n)^exponent, where low is T₀ − range, 0 at
 * least, high is T₀ + range, H the entropy of the n candidates that reach the stage. llama.cpp counts tokens of −Infinity
 * among the n, which top-nσ and bans leave there; here they are gone, so that a ban does not lower the temperature.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { temperatureStage } from "./scores.ts";
import { type ChainStage, type Knob, readKnob, writeKnob } from "./stage.ts";

/** Options of the temperature that follows the entropy. */
export interface DynamicTemperatureOptions {
  /** How far it goes below and above `temperature`, from 0. */
  range: Knob;

  /**
   * Power of the relative entropy: above 1 the temperature stays low for longer.
   *
   * @default {1}
   */
  exponent?: Knob;
}

const EXAMPLE = "{ dynamicTemperature: { range: 0.5 } }";

/**
 * Makes the stage; a single candidate stays as it is.
 *
 * @param temperature The middle, above 0.
 * @param options How far around it.
 * @returns The stage.
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If a number is out of range.
 */
export function dynamicTemperatureStage(
  temperature: Knob,
  options: DynamicTemperatureOptions,
): ChainStage {
  checkOptionNames("Cannot sample: dynamicTemperature", options, [
    "range",
    "exponent",
  ], EXAMPLE);
  const { range, exponent = 1 } = options;
  const middleAt = readKnob(temperature, {
    name: "temperature",
    rule: "a number from 0",
    allows: (value) => value >= 0 && value < Infinity,
  });
  const rangeAt = readKnob(range, {
    name: "dynamicTemperature.range",
    rule: "a number from 0",
    example: EXAMPLE,
    allows: (value) => value >= 0 && value < Infinity,
  });
  const exponentAt = readKnob(exponent, {
    name: "dynamicTemperature.exponent",
    rule: "a number above 0",
    allows: (value) => value > 0 && value < Infinity,
  });
  return {
    name: temperatureStage(1).name,
    description: `temperature ${writeKnob(temperature)} ± ${
      writeKnob(range)
    } by entropy, exponent ${writeKnob(exponent)}`,
    apply(candidates): void {
      const [middle, range] = [middleAt(candidates), rangeAt(candidates)];
      const power = exponentAt(candidates);
      if (candidates.count === 1) return;
      const low = Math.max(0, middle - range);
      // Equal scores may come out above 1 by rounding.
      const relative = Math.min(
        1,
        candidates.entropy() / Math.log(candidates.count),
      );
      const value = low + (middle + range - low) * relative ** power;
      if (value === 0) candidates.keepLargest(1);
      else candidates.divide(value);
    },
  };
}
