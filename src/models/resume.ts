/**
 * `resume()`: goes on with a run from a checkpoint, in another process too, as if it had never ended.
 *
 * @module
 */
import { dirname, fromFileUrl, join } from "@std/path";
import { ensureEngine } from "../engine/engine.ts";
import { lanes } from "../engine/side_by_side.ts";
import { BEST, listCheckpoints } from "../training/checkpoint_folder.ts";
import type { CheckpointRecord } from "../training/checkpoint_record.ts";
import {
  type Continuation,
  forOtherData,
  readContinuation,
} from "../training/continuation.ts";
import { describeData, differenceOf } from "../training/data_record.ts";
import { type PreparedRun, prepareRun, startRun } from "../training/fit.ts";
import type { FitData } from "../training/fit_data.ts";
import type { FitOptions } from "../training/fit_options.ts";
import { limitsOf, whyOver } from "../training/limits.ts";
import type { Run } from "../training/run.ts";
import { mergeOptions } from "../training/saved_options.ts";
import { LanguageModel } from "./language_model.ts";
import { decodeCheckpoint, ModelFileError } from "./model_file.ts";

/** Options of {@linkcode resume}: those of the run that are to be others, and those that no file holds. */
export interface ResumeOptions extends FitOptions {
  /**
   * Whether the run may go on with other data than it began with. The epoch under way begins anew then.
   *
   * @default {false}
   */
  allowOtherData?: boolean;
}

/** A checkpoint that was passed over. */
export interface SkippedCheckpoint {
  /** Path of the file. */
  path: string;
  /** Why it cannot be read. */
  reason: string;
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

/** A file, read. */
interface Opened {
  path: string;
  model: LanguageModel;
  from: Continuation;
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
  const { opened, skipped } = await open(pathOf(checkpoint));
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

function pathOf(checkpoint: string | URL): string {
  const isFile = checkpoint instanceof URL && checkpoint.protocol === "file:";
  if (isFile) return fromFileUrl(checkpoint);
  if (typeof checkpoint === "string" && checkpoint !== "") return checkpoint;
  throw new TypeError(
    `Cannot resume: the checkpoint must be the path of a file or a folder: ${
      checkpoint instanceof URL ? checkpoint : JSON.stringify(checkpoint)
    }`,
  );
}

/** Opens a file, or the newest one of a folder that can be read. */
async function open(
  path: string,
): Promise<{ opened: Opened; skipped: SkippedCheckpoint[] }> {
  const skipped: SkippedCheckpoint[] = [];
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Deno.errors.NotFound(
      `Cannot resume: there is no file or folder "${path}" in ${Deno.cwd()}`,
      { cause },
    );
  }
  if (!info.isDirectory) return { opened: await openFile(path), skipped };
  const paths = (await listCheckpoints(path)).map((file) => file.path);
  for (const each of [...paths, join(path, BEST)]) {
    try {
      return { opened: await openFile(each), skipped };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue; // no best one
      if (!(error instanceof ModelFileError)) throw error;
      skipped.push({ path: each, reason: error.message });
    }
  }
  const reasons = skipped.map(({ reason }) => reason).join("; ");
  throw new ModelFileError(
    `Cannot resume: the folder must have a checkpoint that can be read: "${path}" has none${
      reasons && `: ${reasons}`
    }`,
  );
}

async function openFile(path: string): Promise<Opened> {
  const { parts, checkpoint } = decodeCheckpoint(
    await Deno.readFile(path),
    path,
  );
  if (checkpoint === undefined) {
    throw new ModelFileError(
      `Cannot resume from "${path}": it is a model without a checkpoint; load it with LanguageModel.load() and train it with fit()`,
    );
  }
  let from: Continuation;
  try {
    from = readContinuation(path, checkpoint, parts.network);
    if (from.record.runsBefore !== parts.history.length - 1) {
      throw new SyntaxError(
        `the checkpoint's run must be the last of the history: number ${from.record.runsBefore} of ${parts.history.length}`,
      );
    }
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ModelFileError(
      `Cannot resume from "${path}": ${cause.message}`,
      { cause },
    );
  }
  const history = parts.history.slice(0, -1); // the run adds itself again when it ends
  return {
    path,
    model: new LanguageModel({ ...parts, history }),
    from,
  };
}

/** Where the run keeps its checkpoints from now on: in the same folder, as before, unless it is told otherwise. */
function checkpointsFor(
  path: string,
  record: CheckpointRecord,
  given: FitOptions["checkpoints"],
): NonNullable<FitOptions["checkpoints"]> {
  const before = { directory: dirname(path), ...record.checkpoints };
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
