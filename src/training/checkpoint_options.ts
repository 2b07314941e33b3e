/**
 * Options of a run's checkpoints: where, how often, how many.
 *
 * @module
 */
import { absolutePath } from "./_absolute_path.ts";
import {
  checkOptions,
  flag,
  type OptionRule,
  positiveInteger,
  positiveNumber,
  quote,
} from "./_option_rules.ts";

/** Where a run keeps checkpoints, how often, and how many. */
export interface CheckpointOptions {
  /** The folder; it is made where there is none. */
  directory: string | URL;

  /**
   * Steps between two checkpoints.
   *
   * @default {undefined} which keeps one after each epoch
   */
  everySteps?: number;

  /**
   * Seconds between two checkpoints at most, pauses left out; Infinity for no such limit.
   *
   * @default {600} or Infinity beside `everySteps`
   */
  everySeconds?: number;

  /**
   * Whether the checkpoint with the lowest validation loss is kept too, as `best.safetensors`; where nothing is validated
   * there is none.
   *
   * @default {true}
   */
  best?: boolean;

  /**
   * How many of the newest are kept.
   *
   * @default {3}
   */
  keep?: number;

  /**
   * Whether checkpoints of another run that are in the folder already are removed once the first new one is whole; a
   * folder with such checkpoints is refused otherwise.
   *
   * @default {false}
   */
  replace?: boolean;
}

/** The options with their defaults. */
export interface CheckpointSettings {
  /** Path of the folder. */
  directory: string;
  /** Steps between two; undefined for one after each epoch. */
  everySteps: number | undefined;
  /** Seconds between two. */
  everySeconds: number;
  /** Whether the best is kept. */
  best: boolean;
  /** How many are kept. */
  keep: number;
  /** Whether those of another run are removed. */
  replace: boolean;
}

/** What the option may be. */
export const checkpointsRule: OptionRule = (value, name) => {
  if (value === false) return;
  const isPath = typeof value === "string" || value instanceof URL;
  if (!isPath && (typeof value !== "object" || value === null)) {
    throw new TypeError(
      `Cannot train: ${name} must be a folder, an object or false: ${
        quote(value)
      }`,
    );
  }
  if (isPath) return directoryRule(value, name);
  const options = value as CheckpointOptions;
  checkOptions<CheckpointOptions>(options, {
    directory: directoryRule,
    everySteps: positiveInteger,
    everySeconds: positiveNumber,
    best: flag,
    keep: positiveInteger,
    replace: flag,
  }, name);
  if (options.directory === undefined) {
    throw new TypeError(
      `Cannot train: ${name}.directory must be given, such as { directory: "checkpoints" }`,
    );
  }
};

/**
 * @param choice What the caller gave: a folder, options, false for none.
 * @returns The options with the defaults; undefined for none.
 */
export function resolveCheckpoints(
  choice: string | URL | CheckpointOptions | false,
): CheckpointSettings | undefined {
  if (choice === false) return undefined;
  const options = typeof choice === "string" || choice instanceof URL
    ? { directory: choice }
    : choice;
  const { directory, everySteps, best = true, keep = 3, replace = false } =
    options;
  const usual = everySteps === undefined ? 600 : Infinity;
  return {
    directory: absolutePath(directory),
    everySteps,
    everySeconds: options.everySeconds ?? usual,
    best,
    keep,
    replace,
  };
}

function directoryRule(value: unknown, name: string): void {
  if (value instanceof URL && value.protocol === "file:") return;
  if (typeof value === "string" && value !== "") return;
  throw new TypeError(
    `Cannot train: ${name} must be the path of a folder: ${
      value instanceof URL ? value : quote(value)
    }`,
  );
}
