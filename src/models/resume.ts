/**
 * `resume()`: goes on with a run from a checkpoint, in another process too, as if it had never ended.
 *
 * @module
 */
import { dirname } from "@std/path";
import { ensureEngine } from "../engine/engine.ts";
import { lanes } from "../engine/side_by_side.ts";
import type { CheckpointOptions } from "../training/checkpoint_options.ts";
import type { CheckpointRecord } from "../training/checkpoint_record.ts";
import { forOtherData } from "../training/continuation.ts";
import { describeData, differenceOf } from "../training/data_record.ts";
import { type PreparedRun, prepareRun, startRun } from "../training/fit.ts";
import type { FitData } from "../training/fit_data.ts";
import type { FitOptions } from "../training/fit_options.ts";
import { limitsOf, whyOver } from "../training/limits.ts";
import type { Run } from "../training/run.ts";
import { mergeOptions } from "../training/saved_options.ts";
import type { LanguageModel } from "./language_model.ts";
import { openCheckpoint, type SkippedCheckpoint } from "./open_checkpoint.ts";

/** Options of {@linkcode resume}: those of the run that are to be others, and those that no file holds. */
export interface ResumeOptions extends FitOptions {
  /**
   * Whether the run may go on with other data than it began with. The epoch under way begins anew then.
   *
   * @default {false}
   */
  allowOtherData?: boolean;
}

/** A run that goes on, and its model. */
export interface Resumed {
  /** The model, which is being trained. */
  model: LanguageModel;
  /** The run. */
  run: Run;
  /** The file that the run goes on from. */
  path: string;
  /** Steps that had been taken there. */
  step: number;
  /** Newer files of the folder that are damaged. */
  skipped: SkippedCheckpoint[];
  /**
   * What is not as it was, in words, so that the last bits of the numbers may be others than without the break: another
   * engine, another number of cores. Empty where the run goes on exactly.
   */
  differences: string[];
}

/**
 * Goes on with a run from a checkpoint.
 *
 * The run is the same as without the break, bit for bit on the cpu engine and on TensorFlow's CPU: weights, the optimizer's
 * memory, the order of the data, random numbers, carried state, history. It goes on with the options that it had, and in
 * the folder of its checkpoint with these. Options may be given to change how long it goes on (`epochs`, `steps` and
 * `maxSeconds`, counted from its beginning), how it is watched, and how it learns (`learningRate`, `earlyStopping` …); not
 * which batches it reads in which order and what its optimizer remembers (`batchSize`, `sequenceLength`, `batches`, `seed`,
 * `validation`, `gap`, `unknown`, `optimizer`, `accumulate`). Functions and validation data of its own are in no file: give
 * them again.
 *
 * A run that goes back to earlier weights, because its loss exploded, goes back to its checkpoint at the most.
 *
 * @param checkpoint A file, or a folder, of which the newest one is taken that can be read.
 * @param data What the run learns from: the same as before.
 * @param options What is to be different.
 * @returns The model, and the run, which has begun.
 * @throws {Deno.errors.NotFound} If there is no such file or folder.
 * @throws {ModelFileError} If it cannot be read, or is no checkpoint.
 * @throws {RangeError} If the data is other data, if the run is over, or an option may not be another.
 * @throws {TypeError} If an option is missing, unknown, or of the wrong type.
 *
 * @example Go on after a stop
 * ```ts
 * import { buildLSTM, CharTokenizer, fit, resume } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(8);
 * const model = buildLSTM({ tokenizer: CharTokenizer.train(text), units: 8, embedding: 4 });
 * const checkpoints = await Deno.makeTempDir();
 * const options = { sequenceLength: 16, batchSize: 4, sample: false, display: "none" } as const;
 * await fit(model, text, { ...options, steps: 6, checkpoints });
 * const resumed = await resume(checkpoints, text, { steps: 10, display: "none" });
 * const history = await resumed.run;
 * assertEquals([resumed.step, history.steps], [6, 10]);
 * model.dispose();
 * resumed.model.dispose();
 * await Deno.remove(checkpoints, { recursive: true });
 * ```
 */
export async function resume(
  checkpoint: string | URL,
  data: FitData,
  options: ResumeOptions = {},
): Promise<Resumed> {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot resume: the options must be an object: ${
        options === null ? "null" : typeof options
      }`,
    );
  }
  const { allowOtherData = false, ...given } = options;
  if (typeof allowOtherData !== "boolean") {
    throw new TypeError(
      `Cannot resume: allowOtherData must be true or false: ${
        JSON.stringify(allowOtherData)
      }`,
    );
  }
  const engine = await ensureEngine();
  const { opened, skipped } = await openCheckpoint(checkpoint);
  const { model, path } = opened;
  const { record } = opened.from;
  const { context } = model.network;
  const { checkpoints, ...others } = given;
  const prepared = prepareRun(model, data, {
    ...mergeOptions(record.options, others, context),
    checkpoints: checkpointsFor(path, record, checkpoints),
  });
  const difference = await findDifference(prepared, record);
  if (difference !== undefined && !allowOtherData) {
    throw new RangeError(
      `Cannot resume: the data must be that of the run: ${difference}; give the same data, or allowOtherData: true`,
    );
  }
  const from = difference === undefined
    ? opened.from
    : forOtherData(opened.from);
  const { progress } = from.record;
  const { settings, batches } = prepared;
  const over = whyOver(
    progress,
    limitsOf(settings, batches, progress),
    { ended: record.ended, given },
  );
  if (over !== undefined) {
    throw new RangeError(`Cannot resume: the run is over: ${over}`);
  }
  return {
    model,
    run: startRun(prepared, from),
    path,
    step: record.progress.steps,
    skipped,
    differences: differencesOf(record, engine.description),
  };
}

/** Where the run keeps its checkpoints from now on: in the same folder, as before, unless it is told otherwise. */
function checkpointsFor(
  path: string,
  record: CheckpointRecord,
  given: FitOptions["checkpoints"],
): NonNullable<FitOptions["checkpoints"]> {
  const { best, ...rest } = record.checkpoints;
  const before: CheckpointOptions = {
    directory: dirname(path),
    ...rest,
    ...(best === false && { best }),
  };
  if (given === undefined) return before;
  if (typeof given === "string" || given instanceof URL) {
    return { ...before, directory: given };
  }
  return typeof given === "object" && given !== null
    ? { ...before, ...given }
    : given;
}

async function findDifference(
  { data, ownValidation, model: { tokenizer } }: PreparedRun,
  record: CheckpointRecord,
): Promise<string | undefined> {
  const { vocabSize } = tokenizer;
  const difference = differenceOf(
    record.data,
    await describeData(data, vocabSize),
  );
  if (difference !== undefined) return difference;
  const validation = differenceOf(
    record.validation,
    ownValidation === undefined
      ? null
      : await describeData(ownValidation, vocabSize),
  );
  return validation && `validation on ${validation}`;
}

function differencesOf(
  { computedOn }: CheckpointRecord,
  engine: string,
): string[] {
  const differences: string[] = [];
  if (computedOn.engine !== engine) {
    differences.push(`engine ${engine} instead of ${computedOn.engine}`);
  }
  if (computedOn.lanes !== lanes()) {
    differences.push(
      `${lanes()} parts side by side instead of ${computedOn.lanes}`,
    );
  }
  return differences;
}
