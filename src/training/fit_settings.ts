/**
 * The defaults of `fit()`'s options, and their limits.
 *
 * @module
 */
import { absolutePath } from "./_absolute_path.ts";
import { checkpointsRule } from "./checkpoint_options.ts";
import { checkLoss, type LossChoice } from "./create_loss.ts";
import { earlyStoppingRule } from "./early_stopping.ts";
import type { FitOptions, MetricName, SampleOptions } from "./fit_options.ts";
import { guardRule } from "./guard.ts";
import {
  checkOptimizer,
  type OptimizerChoice,
} from "./optimizers/create_optimizer.ts";
import {
  abortSignal,
  anything,
  callable,
  checkOptions,
  filePath,
  finite,
  objectOrFalse,
  oneOf,
  type OptionRules,
  positiveInteger,
  positiveNumber,
  quote,
  safeInteger,
} from "./_option_rules.ts";
import {
  checkLearningRate,
  type LearningRate,
} from "./schedules/create_schedule.ts";

/** Names of what is measured beside the loss. */
const METRICS: readonly MetricName[] = ["accuracy"];

/** Options without a default: they stay undefined where they are left out. */
type Undefaulted =
  | "clipValue"
  | "steps"
  | "signal"
  | "unknown"
  | "validateEvery"
  | "sampleEvery"
  | "targetLoss"
  | "log"
  | "onStep"
  | "onValidation"
  | "onEpoch"
  | "onSample";

/** The options with every default filled in. */
export type FitSettings =
  & Required<Omit<FitOptions, Undefaulted>>
  & { [Name in Undefaulted]: FitOptions[Name] | undefined };

/** What is taken where an option is left out. */
const DEFAULTS: FitSettings = {
  epochs: 1,
  steps: undefined,
  batchSize: 64,
  sequenceLength: 64,
  optimizer: "adam",
  learningRate: 2e-3,
  accumulate: 1,
  loss: "crossentropy",
  labelSmoothing: 0,
  metrics: [],
  clipNorm: 1,
  clipValue: undefined,
  validation: 0.1,
  gap: 0,
  batches: "streams",
  unknown: undefined,
  validateEvery: undefined,
  seed: 0,
  sample: {},
  sampleEvery: undefined,
  signal: undefined,
  maxSeconds: Infinity,
  targetLoss: undefined,
  earlyStopping: false,
  guard: {},
  log: undefined,
  onStep: undefined,
  onValidation: undefined,
  onEpoch: undefined,
  onSample: undefined,
  checkpoints: false,
  display: "auto",
};

/** What each option may be; those that are checked where they are used may be anything here. */
const RULES: OptionRules<FitOptions> = {
  epochs: positiveInteger,
  steps: positiveInteger,
  batchSize: positiveInteger,
  sequenceLength: positiveInteger,
  optimizer: (value) => checkOptimizer(value as OptimizerChoice),
  learningRate: (value) => checkLearningRate(value as LearningRate),
  accumulate: positiveInteger,
  loss: (value) => checkLoss(value as LossChoice),
  labelSmoothing: anything,
  metrics: metricNames,
  clipNorm: positiveNumber,
  clipValue: positiveNumber,
  validation: anything,
  gap: anything,
  batches: oneOf("streams", "windows"),
  unknown: anything,
  validateEvery: positiveInteger,
  seed: safeInteger,
  sample: sampleRule,
  sampleEvery: positiveInteger,
  signal: abortSignal,
  maxSeconds: positiveNumber,
  targetLoss: finite,
  earlyStopping: earlyStoppingRule,
  guard: guardRule,
  log: filePath,
  onStep: callable,
  onValidation: callable,
  onEpoch: callable,
  onSample: callable,
  checkpoints: checkpointsRule,
  display: anything,
};

/** False or options; their values are checked where they are used. */
function sampleRule(value: unknown, name: string): void {
  objectOrFalse(value, name);
  if (value === false) return;
  const rules = {
    prompt: text,
    maxTokens: anything,
    temperature: anything,
  };
  checkOptions<SampleOptions>(value as SampleOptions, rules, name);
}

function text(value: unknown, name: string): void {
  if (typeof value === "string") return;
  throw new TypeError(
    `Cannot train: ${name} must be a string: ${quote(value)}`,
  );
}

function metricNames(value: unknown): void {
  if (
    Array.isArray(value) && value.every((name) => METRICS.includes(name))
  ) return;
  throw new (Array.isArray(value) ? RangeError : TypeError)(
    `Cannot train: metrics must be a list of ${METRICS.join(", ")}: ${
      Array.isArray(value) ? JSON.stringify(value) : quote(value)
    }`,
  );
}

/** Options that have no effect beside others, and what to do. */
function refuseIdle(options: FitOptions): void {
  const refuse = (what: string, wayOut: string): never => {
    throw new TypeError(`Cannot train: ${what}, ${wayOut}`);
  };
  const { epochs, steps, maxSeconds, validateEvery, earlyStopping } = options;
  if (epochs !== undefined && steps !== undefined) {
    refuse("epochs has no effect beside steps", "leave one of them out");
  }
  for (
    const name of ["validateEvery", "onValidation", "earlyStopping"] as const
  ) {
    const isGiven = options[name] !== undefined && options[name] !== false;
    if (isGiven && options.validation === 0) {
      refuse(
        `${name} has no effect without a validation part`,
        "leave it or validation: 0 out",
      );
    }
  }
  const { checkpoints } = options;
  const keepsBest = typeof checkpoints === "object" &&
    !(checkpoints instanceof URL) && checkpoints.best === true;
  if (keepsBest && options.validation === 0) {
    refuse(
      "checkpoints.best has no effect without a validation part",
      "leave it or validation: 0 out",
    );
  }
  for (const name of ["sampleEvery", "onSample"] as const) {
    if (options[name] !== undefined && options.sample === false) {
      refuse(
        `${name} has no effect without samples`,
        "leave it or sample: false out",
      );
    }
  }
  if (options.clipValue !== undefined && options.clipNorm !== undefined) {
    refuse("clipNorm has no effect beside clipValue", "leave one of them out");
  }
  const { learningRate } = options;
  const isPlateau = learningRate === "plateau" ||
    (typeof learningRate === "object" && learningRate.name === "plateau");
  if (isPlateau && options.validation === 0) {
    refuse(
      "a plateau schedule has no effect without a validation part",
      "leave it or validation: 0 out",
    );
  }
  const isLong = epochs !== undefined || steps !== undefined ||
    maxSeconds !== undefined || validateEvery !== undefined;
  if (earlyStopping !== undefined && earlyStopping !== false && !isLong) {
    refuse(
      "earlyStopping has no effect on one epoch, after which there is one validation",
      "give epochs, steps, maxSeconds or validateEvery",
    );
  }
}

/**
 * @param options What the caller gave.
 * @param context Tokens that the model reads at once, where it has a limit.
 * @returns The options with the defaults; the path of the log is absolute.
 * @throws {RangeError} If one is out of range.
 * @throws {TypeError} If one is unknown or of the wrong type, or has no effect beside another.
 */
export function fitSettings(
  options: FitOptions,
  context: number = DEFAULTS.sequenceLength,
): FitSettings {
  const given = checkOptions(options, RULES);
  refuseIdle(given);
  checkLoss(given.loss ?? DEFAULTS.loss, given.labelSmoothing);
  const { steps, maxSeconds = Infinity, log } = given;
  const isTimed = steps === undefined && maxSeconds < Infinity;
  return {
    ...DEFAULTS,
    ...(given.clipValue !== undefined && { clipNorm: Infinity }),
    sequenceLength: context,
    ...(isTimed && { epochs: Infinity }),
    ...given,
    ...(log !== undefined && { log: absolutePath(log) }),
  } as FitSettings;
}
