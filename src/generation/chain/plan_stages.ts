/**
 * Which stages the options of a chain call for, and in which order.
 *
 * @module
 */
import { checkOptionNames, nearestName } from "../../text/options.ts";
import { ownStage } from "./_own_stage.ts";
import { type StageEntry, STAGES } from "./_stage_table.ts";
import type { ChainOptions } from "./chain_options.ts";
import {
  CHAIN_PRESETS,
  type ChainPreset,
  type ChainPresetName,
} from "./presets.ts";
import type { ChainStage } from "./stage.ts";

type OptionName = keyof ChainOptions;

/** Names of the options of a chain. */
export function chainOptionNames(): string[] {
  const known = STAGES.flatMap(({ calledBy, reads = [] }) => [
    ...calledBy,
    ...reads,
  ]);
  return [...new Set(known), "stages"];
}

/** Options that would have no effect beside another one. */
export interface IdleOptions {
  /** The other one. */
  readonly because: "temperature" | "mirostat";
  /** What it does, such as `at temperature 0`. */
  readonly where: string;
  /** The options. */
  readonly names: readonly string[];
}

/**
 * Finds the options that change nothing beside another one.
 *
 * @param options The caller's.
 * @param drawing Names of options beside the chain's that are given for draws.
 * @returns Those of temperature 0, and those of mirostat; none of either where there are none.
 */
export function idleOptions(
  options: ChainOptions,
  drawing: readonly string[] = [],
): IdleOptions[] {
  const given = STAGES.filter((entry) =>
    callOf(entry, options) !== undefined && !entry.isOff?.(options)
  );
  const names = (isIdle: (entry: StageEntry) => boolean) =>
    given.filter(isIdle).map((entry) => callOf(entry, options)!);
  const { temperature, dynamicTemperature, mirostat } = options;
  const groups: IdleOptions[] = [];
  if (temperature === 0) {
    groups.push({
      because: "temperature",
      where: "at temperature 0",
      names: [
        ...names(isIdleWhenGreedy),
        ...(dynamicTemperature === undefined ? [] : ["dynamicTemperature"]),
        ...drawing,
      ],
    });
  }
  if (mirostat !== undefined) {
    groups.push({
      because: "mirostat",
      where: "beside mirostat",
      names: names(isIdleBesideMirostat),
    });
  }
  return groups.filter(({ names }) => names.length > 0);
}

/**
 * Names all options that would have no effect beside those given, whether they are given or not.
 *
 * @param options The caller's.
 * @param presetName Whose order the chain has.
 * @returns The names.
 * @throws {TypeError} If a stage or the preset is unknown.
 */
export function namesWithoutEffect(
  options: ChainOptions,
  presetName?: ChainPresetName,
): string[] {
  const preset = presetName === undefined ? undefined : presetOf(presetName);
  const order = orderOf(options.stages, preset);
  const isGreedy = options.temperature === 0;
  const isIdle = (entry: StageEntry) =>
    !order.includes(entry) || (isGreedy && isIdleWhenGreedy(entry)) ||
    (options.mirostat !== undefined && isIdleBesideMirostat(entry));
  const working = STAGES.filter((entry) => !isIdle(entry));
  return [
    ...STAGES.filter(isIdle).flatMap(({ calledBy, reads = [] }) => [
      ...calledBy,
      ...reads.filter((name) =>
        !working.some(({ reads }) => reads?.includes(name))
      ),
    ]),
    ...(isGreedy ? ["dynamicTemperature"] : []),
  ];
}

/**
 * Finds the options given whose stages have no place in the order.
 *
 * @param options The caller's.
 * @param presetName Whose order the chain has.
 * @returns The names.
 * @throws {TypeError} If a stage or the preset is unknown.
 */
export function namesWithoutPlace(
  options: ChainOptions,
  presetName?: ChainPresetName,
): string[] {
  const preset = presetName === undefined ? undefined : presetOf(presetName);
  const order = orderOf(options.stages, preset);
  return STAGES.filter((entry) => !order.includes(entry))
    .flatMap((entry) => callOf(entry, options) ?? []);
}

/**
 * Refuses options without effect, all of them at once.
 *
 * @param idle The options, and beside what.
 * @param action What cannot be done.
 * @param way What can be done in place of leaving them out.
 * @throws {TypeError} Always.
 */
export function refuseIdle(
  { names, where }: Pick<IdleOptions, "names" | "where">,
  action = "Cannot sample",
  way = "",
): never {
  const [has, it] = names.length === 1 ? ["has", "it"] : ["have", "them"];
  throw new TypeError(
    `${action}: ${
      names.join(", ")
    } ${has} no effect ${where}, leave ${it} out${way}`,
  );
}

/**
 * Plans a chain.
 *
 * @param options The caller's.
 * @param presetName Whose order, defaults and borders it has.
 * @returns The stages that have something to do, in their order.
 * @throws {TypeError} If an option or a stage is unknown, or an option would have no effect.
 * @throws {RangeError} If a number is out of range.
 */
export function planStages(
  options: ChainOptions,
  presetName?: ChainPresetName,
): ChainStage[] {
  checkOptionNames("Cannot sample", options, chainOptionNames());
  checkReadOptions(options);
  for (const idle of idleOptions(options)) refuseIdle(idle);
  const preset = presetName === undefined ? undefined : presetOf(presetName);
  const order = orderOf(options.stages, preset);
  for (const entry of STAGES) {
    const name = callOf(entry, options);
    if (name === undefined || order.includes(entry)) continue;
    throw new TypeError(
      options.stages === undefined
        ? `Cannot sample: ${name} has no place in the order of "${presetName}": leave it out, or give stages`
        : `Cannot sample: ${name} has no effect where stages leave ${entry.name} out: name it there`,
    );
  }
  const values = withDefaults(options, preset);
  return order.flatMap((entry) => {
    if (!("calledBy" in entry)) return entry;
    return callOf(entry, values) === undefined
      ? []
      : entry.build(values, preset?.edges ?? {});
  });
}

/** The first option of those given that calls for a stage. */
function callOf(
  { calledBy }: StageEntry,
  options: ChainOptions,
): OptionName | undefined {
  return calledBy.find((name) => options[name] !== undefined);
}

/** Refuses options that a stage would read, if there were one. */
function checkReadOptions(options: ChainOptions): void {
  const called = STAGES.filter((entry) => callOf(entry, options) !== undefined);
  for (const idle of STAGES.flatMap(({ reads = [] }) => reads)) {
    if (
      options[idle] === undefined ||
      called.some(({ reads }) => reads?.includes(idle))
    ) continue;
    const callers = STAGES.filter(({ reads }) => reads?.includes(idle));
    throw new TypeError(
      `Cannot sample: ${idle} has no effect without ${
        callers.flatMap(({ calledBy }) => calledBy).join(" or ")
      }, leave it out`,
    );
  }
}

/** Whether the likeliest token stays the likeliest whatever the stage does. */
function isIdleWhenGreedy({ kind }: StageEntry): boolean {
  return kind === "cut" || kind === "target";
}

/** Whether mirostat stands in the stage's place. */
function isIdleBesideMirostat({ kind, name }: StageEntry): boolean {
  return kind === "cut" || (kind === "target" && name !== "mirostat");
}

/** Other names that people have for the libraries. */
const ALSO_CALLED: ReadonlyMap<string, ChainPresetName> = new Map([
  ["hf", "huggingface"],
  ["transformers", "huggingface"],
  ["keras", "keras-hub"],
  ["llama", "llama.cpp"],
]);

/** Asks whether another name was meant; says nothing where none is near. */
function didYouMean(name: string | undefined): string {
  return name === undefined ? "" : `, did you mean "${name}"?`;
}

function presetOf(name: ChainPresetName): ChainPreset {
  if (typeof name === "string" && Object.hasOwn(CHAIN_PRESETS, name)) {
    return CHAIN_PRESETS[name];
  }
  const known = Object.keys(CHAIN_PRESETS);
  throw new TypeError(
    `Cannot sample: the preset must be one of ${known.join(", ")}: ${
      typeof name === "string"
        ? JSON.stringify(name) +
          didYouMean(ALSO_CALLED.get(name) ?? nearestName(name, known))
        : typeof name
    }`,
  );
}

/** The options given, and a preset's numbers where they would have an effect. */
function withDefaults(
  options: ChainOptions,
  preset: ChainPreset | undefined,
): ChainOptions {
  const given = Object.entries(options).filter(([, value]) =>
    value !== undefined
  );
  const { defaults = {}, replaces = {} } = preset ?? {};
  const replaced = given.flatMap(([name]) => replaces[name] ?? []);
  const keepsCuts = options.temperature !== 0 && options.mirostat === undefined;
  const cuts = STAGES.filter(({ kind }) => kind === "cut");
  const kept = Object.entries(defaults).filter(([name]) =>
    !replaced.includes(name) &&
    (keepsCuts || !cuts.some((entry) => entry.name === name))
  );
  const values: ChainOptions = Object.fromEntries([...kept, ...given]);
  const { dry } = values;
  const window = preset?.dryWindow;
  if (window === undefined || typeof dry !== "object") return values;
  return { ...values, dry: dry && { ...dry, window: dry.window ?? window } };
}

/** The stages by name in the order given, in a preset's, or in the table's. */
function orderOf(
  stages: ChainOptions["stages"],
  preset: ChainPreset | undefined,
): readonly (StageEntry | ChainStage)[] {
  if (stages !== undefined) return givenOrder(stages);
  if (preset === undefined) return STAGES;
  const named = preset.stages.map((name) =>
    STAGES.find((entry) => entry.name === name)!
  );
  const rules = STAGES.filter((entry) =>
    entry.kind === "rule" && !named.includes(entry)
  );
  return [...rules, ...named];
}

function givenOrder(
  stages: NonNullable<ChainOptions["stages"]>,
): (StageEntry | ChainStage)[] {
  if (!Array.isArray(stages)) {
    throw new TypeError(
      `Cannot sample: stages must be a list: ${
        stages === null ? "null" : typeof stages
      }`,
    );
  }
  const order = stages.map((stage) =>
    typeof stage === "string"
      ? STAGES.find(({ name }) => name === stage)
      : ownStage(stage)
  );
  return order.map((entry, place) => {
    const isKnown = entry !== undefined &&
      order.findIndex((other) => other?.name === entry.name) === place &&
      ("calledBy" in entry || !STAGES.some(({ name }) => name === entry.name));
    if (isKnown) return entry;
    const known = STAGES.map(({ name }) => name);
    const name = entry?.name ?? String(stages[place]);
    throw new TypeError(
      `Cannot sample: stages must be of ${
        known.join(", ")
      } or your own of other names, each once: "${name}"${
        entry === undefined ? didYouMean(nearestName(name, known)) : ""
      }`,
    );
  });
}
