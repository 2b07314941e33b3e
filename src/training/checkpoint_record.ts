/**
 * The JSON of a checkpoint: all that a run needs to go on exactly, besides its tensors.
 *
 * @module
 */
import type { CheckpointOptions } from "./checkpoint_options.ts";
import type { DataRecord } from "./data_record.ts";
import type { StopReason } from "./history.ts";
import type { TrainerCounts } from "./trainer_options.ts";
import { newProgress, type TrainingProgress } from "./progress.ts";
import { fromJSON, type SavedOptions, toJSON } from "./saved_options.ts";

/** The newest layout that this version of the library writes and reads. */
const FORMAT_VERSION = 1;

/** How a run computes, as far as it decides on the last bits of its numbers. */
export interface ComputedOn {
  /** Description of the engine. */
  engine: string;
  /** Parts of a batch that are computed side by side at most. */
  lanes: number;
  /** Whether the step is compiled. */
  compiled: boolean;
}

/** What is the same in all checkpoints of a run. */
export interface RunRecord {
  /** What `fit()` was given. */
  options: SavedOptions;
  /** What the run learns from, before the validation part is kept apart. */
  data: DataRecord;
  /** Validation data of its own; null where there is none. */
  validation: DataRecord | null;
  /** Steps that the run takes in all; Infinity for no limit. */
  totalSteps: number;
  /** How it computes. */
  computedOn: ComputedOn;
}

/** The whole JSON. */
export interface CheckpointRecord extends RunRecord {
  /** Layout of the checkpoint. */
  formatVersion: number;
  /** Where the run stands. */
  progress: TrainingProgress;
  /** What the trainer counts. */
  trainer: TrainerCounts;
  /** Why the run had ended there; null where it had not. */
  ended: StopReason | null;
  /** How often checkpoints are made, and how many are kept. */
  checkpoints: Pick<
    CheckpointOptions,
    "everySteps" | "everySeconds" | "best" | "keep"
  >;
  /** Steps before the weights that count as the best; null where none are kept. */
  bestStep: number | null;
  /** Runs of the model before this one. */
  runsBefore: number;
}

/** A record for the file. */
export function encodeRecord(
  record: Omit<CheckpointRecord, "formatVersion">,
): unknown {
  return toJSON({ formatVersion: FORMAT_VERSION, ...record });
}

/**
 * @param json What a file holds.
 * @returns The record, checked.
 * @throws {SyntaxError} If something is missing, of the wrong type, or the layout is newer.
 */
export function decodeRecord(json: unknown): CheckpointRecord {
  const record = fromJSON(json) as CheckpointRecord;
  const version = record?.formatVersion;
  if (typeof version === "number" && version > FORMAT_VERSION) {
    throw new SyntaxError(
      `the checkpoint must be of a format up to ${FORMAT_VERSION}: ${version}; update the library`,
    );
  }
  const fault = findFault(record, TEMPLATE, "") ?? inconsistency(record);
  if (fault !== undefined) {
    throw new SyntaxError(`the checkpoint's record is damaged: ${fault}`);
  }
  return record;
}

const DATA: DataRecord = {
  kind: "text",
  tokens: 1,
  vocabSize: 1,
  fingerprint: "",
};

/** A record whose members have the types that they must have; what is null may be anything. */
const TEMPLATE: CheckpointRecord = {
  formatVersion: FORMAT_VERSION,
  progress: newProgress(),
  trainer: { steps: 0, batches: 0, accumulates: false },
  ended: null,
  bestStep: null,
  runsBefore: 0,
  options: { options: {}, unsaved: [] },
  data: DATA,
  validation: null,
  totalSteps: 1,
  computedOn: { engine: "", lanes: 1, compiled: true },
  checkpoints: { everySeconds: 1, best: true, keep: 1 },
};

/** The first member that is not like the template's. */
function findFault(
  value: unknown,
  template: unknown,
  path: string,
): string | undefined {
  if (template === null) {
    return value === undefined ? `${path} is missing` : undefined;
  }
  if (Array.isArray(template)) {
    return Array.isArray(value) ? undefined : `${path} is no list`;
  }
  if (typeof template !== "object") {
    return typeof value === typeof template
      ? undefined
      : `${path} is ${
        value === undefined ? "missing" : `no ${typeof template}`
      }`;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return `${path || "it"} is no object`;
  }
  for (const [name, part] of Object.entries(template as object)) {
    const fault = findFault(
      (value as Record<string, unknown>)[name],
      part,
      path === "" ? name : `${path}.${name}`,
    );
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** What cannot be, although every type is right. */
function inconsistency(record: CheckpointRecord): string | undefined {
  const { progress, trainer, runsBefore, options } = record;
  const { epoch } = progress;
  const counts = {
    "progress.steps": progress.steps,
    "progress.epoch.index": epoch.index,
    "progress.epoch.steps": epoch.steps,
    "progress.epoch.targets": epoch.targets,
    "trainer.steps": trainer.steps,
    "trainer.batches": trainer.batches,
    runsBefore,
  };
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count) || count < 0) {
      return `${name} is no count: ${count}`;
    }
  }
  if (epoch.steps > progress.steps) {
    return `its epoch has more steps than all of it: ${epoch.steps} of ${progress.steps}`;
  }
  if (!options.unsaved.every((name) => typeof name === "string")) {
    return "options.unsaved holds more than names";
  }
  return undefined;
}
