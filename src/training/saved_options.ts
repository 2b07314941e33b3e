/**
 * The options of a run in a checkpoint: which of them a file can hold, and which may be others when the run goes on.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { FitOptions } from "./fit_options.ts";
import { fitSettings } from "./fit_settings.ts";

/** Options as a file holds them. */
export interface SavedOptions {
  /** The options in plain JSON; Infinity is a string there. */
  options: Record<string, unknown>;
  /** Names of those that no file holds: functions, and data to validate on. */
  unsaved: string[];
}

/** Options that belong to the process rather than to the run. */
const OF_THE_PROCESS: readonly string[] = [
  "signal",
  "display",
  "checkpoints",
  "onStep",
  "onValidation",
  "onEpoch",
  "onSample",
];

/** Options that decide which batches come in which order, what the optimizer remembers, and how it is read. */
const FIXED: readonly string[] = [
  "batchSize",
  "sequenceLength",
  "batches",
  "seed",
  "validation",
  "gap",
  "unknown",
  "optimizer",
  "accumulate",
];

/** How a file writes numbers that JSON does not have. */
const INFINITY = "Infinity";

/**
 * @param options What `fit()` was given.
 * @returns What a checkpoint holds of it.
 */
export function saveOptions(options: FitOptions): SavedOptions {
  const saved: SavedOptions = { options: {}, unsaved: [] };
  for (const [name, given] of Object.entries(options)) {
    if (given === undefined || OF_THE_PROCESS.includes(name)) continue;
    const value = given instanceof URL ? fromFileUrl(given) : given;
    const isData = name === "validation" && typeof value !== "number";
    if (isData || !isPlain(value)) saved.unsaved.push(name);
    else saved.options[name] = toJSON(value);
  }
  return saved;
}

/**
 * The options with which a run goes on.
 *
 * @param saved Those of the checkpoint.
 * @param given Those that the caller gives now; they count more.
 * @param context Tokens that the model reads at once, where it has a limit.
 * @returns All together.
 * @throws {TypeError} If one must be given again, or is none.
 * @throws {RangeError} If one may not be another.
 */
export function mergeOptions(
  saved: SavedOptions,
  given: FitOptions,
  context: number | undefined,
): FitOptions {
  const missing = saved.unsaved.filter((name) =>
    given[name as keyof FitOptions] === undefined
  );
  if (missing.length > 0) {
    throw new TypeError(
      `Cannot resume: no file holds functions and data, so give what the run had once more: ${
        missing.join(", ")
      }`,
    );
  }
  const before = fromJSON(saved.options) as FitOptions;
  const { steps, epochs } = given;
  if (steps !== undefined) delete before.epochs;
  if (epochs !== undefined) delete before.steps;
  const merged = { ...before, ...withoutGaps(given) };
  const [old, now] = [before, merged].map((options) =>
    fitSettings(options, context)
  );
  for (const name of FIXED) {
    if (saved.unsaved.includes(name)) continue;
    const [was, is] = [old, now].map((settings) =>
      show((settings as unknown as Record<string, unknown>)[name])
    );
    if (was === is) continue;
    throw new RangeError(
      `Cannot resume: ${name} must be that of the run, ${was}: ${is}; leave it out`,
    );
  }
  return merged;
}

/** JSON for a value, with Infinity as a string. */
export function toJSON(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(
    JSON.stringify(value, (_, part) => part === Infinity ? INFINITY : part),
  );
}

/** What {@linkcode toJSON} made, as it was. */
export function fromJSON(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value),
    (_, part) => part === INFINITY ? Infinity : part,
  );
}

function show(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  return isPlain(value) ? JSON.stringify(toJSON(value)) : typeof value;
}

function withoutGaps(options: FitOptions): FitOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
}

/** Whether a value is numbers, strings, flags, and lists and plain objects of them. */
function isPlain(value: unknown): boolean {
  if (value === null || ["string", "boolean"].includes(typeof value)) {
    return true;
  }
  if (typeof value === "number") return !Number.isNaN(value);
  if (typeof value !== "object") return false;
  const prototype = Object.getPrototypeOf(value);
  return (Array.isArray(value) || prototype === Object.prototype) &&
    Object.values(value as object).every((part) =>
      part === undefined || isPlain(part)
    );
}
