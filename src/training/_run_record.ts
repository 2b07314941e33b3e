/**
 * What all checkpoints of a run have in common.
 *
 * @module
 */
import { lanes } from "../engine/side_by_side.ts";
import type { RunRecord } from "./checkpoint_record.ts";
import { describeData } from "./data_record.ts";
import type { FittingParts } from "./_fitting.ts";
import type { RunLimits } from "./limits.ts";
import { saveOptions } from "./saved_options.ts";

/** Runs of fewer batches are over before a compiled step would pay. */
const COMPILED_FROM = 20;

/**
 * @param parts What the run works with.
 * @param limits How long it lasts.
 * @param engine Description of the engine.
 * @returns What it was given and how it computes: as before, in a run that goes on for as long as it was to.
 */
export async function recordRun(
  parts: FittingParts,
  { totalSteps }: RunLimits,
  engine: string,
): Promise<RunRecord> {
  const { options, data, ownValidation, model, from, settings } = parts;
  const { vocabSize } = model.tokenizer;
  const isAsLong = from?.record.totalSteps === totalSteps;
  return {
    options: saveOptions(options),
    data: await describeData(data, vocabSize),
    validation: ownValidation === undefined
      ? null
      : await describeData(ownValidation, vocabSize),
    totalSteps,
    computedOn: {
      engine,
      lanes: lanes(),
      compiled: isAsLong
        ? from.record.computedOn.compiled
        : totalSteps * settings.accumulate >= COMPILED_FROM,
    },
  };
}
