/**
 * The options of beam search with their defaults, checked.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { checkSignal } from "../check_signal.ts";
import { shown } from "../../text/refusal.ts";
import { checkProcess } from "./_processed.ts";
import { checkPrompt, tokenIds } from "./_token_ids.ts";
import type { BeamSearchOptions } from "./beam_search.ts";

/** The options with every default filled in. */
export interface BeamSearchSettings {
  prompt: Int32Array;
  beams: number;
  maxTokens: number;
  stopTokens: ReadonlySet<number>;
  lengthPenalty: number;
  earlyStopping: boolean | "never";
  returned: number;
  groups: number;
  diversityPenalty: number;
  sample: boolean;
  process: BeamSearchOptions["process"];
  signal: AbortSignal | undefined;
}

/** Names of the options. */
export const BEAM_SEARCH_OPTIONS: readonly string[] = [
  "prompt",
  "beams",
  "maxTokens",
  "stopTokens",
  "lengthPenalty",
  "earlyStopping",
  "returned",
  "groups",
  "diversityPenalty",
  "sample",
  "seed",
  "process",
  "signal",
] satisfies (keyof BeamSearchOptions)[];

/**
 * @param options What the caller gave.
 * @returns The options with the defaults.
 * @throws {RangeError} If one is out of range.
 * @throws {TypeError} If one is unknown, of another type, or has no effect.
 */
export function beamSearchSettings(
  options: BeamSearchOptions,
): BeamSearchSettings {
  checkOptionNames("Cannot search", options, BEAM_SEARCH_OPTIONS);
  const {
    prompt,
    beams = 4,
    maxTokens = 50,
    stopTokens = [],
    lengthPenalty = 1,
    earlyStopping = false,
    returned = 1,
    groups = 1,
    diversityPenalty = 0.5,
    sample = false,
    seed,
    process,
    signal,
  } = options;
  for (
    const [name, value] of Object.entries({
      beams,
      maxTokens,
      returned,
      groups,
    })
  ) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(
        `Cannot search: ${name} must be a positive integer: ${shown(value)}`,
      );
    }
  }
  for (
    const [name, value] of Object.entries({ lengthPenalty, diversityPenalty })
  ) {
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `Cannot search: ${name} must be a finite number: ${shown(value)}`,
      );
    }
  }
  const ids = tokenIds("Cannot search", "prompt", prompt);
  checkPrompt("Cannot search", ids);
  checkProcess("Cannot search", process);
  checkSignal("Cannot search", signal);
  if (returned > beams) {
    throw new RangeError(
      `Cannot search: returned must be at most the ${beams} beams: ${returned}`,
    );
  }
  if (beams % groups !== 0) {
    throw new RangeError(
      `Cannot search: groups must divide the ${beams} beams: ${groups}`,
    );
  }
  if (options.diversityPenalty !== undefined && groups === 1) {
    throw new TypeError(
      "Cannot search: diversityPenalty has no effect with one group, leave it out or give groups",
    );
  }
  if (earlyStopping !== "never" && typeof earlyStopping !== "boolean") {
    throw new TypeError(
      `Cannot search: earlyStopping must be true, false or "never": ${
        JSON.stringify(earlyStopping)
      }`,
    );
  }
  if (typeof sample !== "boolean") {
    throw new TypeError(
      `Cannot search: sample must be true or false: ${JSON.stringify(sample)}`,
    );
  }
  if (seed !== undefined && !sample) {
    throw new TypeError(
      "Cannot search: seed has no effect without sample: true, leave it out",
    );
  }
  return {
    prompt: ids,
    beams,
    maxTokens,
    stopTokens: new Set(tokenIds("Cannot search", "stopTokens", stopTokens)),
    lengthPenalty,
    earlyStopping,
    returned,
    groups,
    diversityPenalty,
    sample,
    process,
    signal,
  };
}
