/**
 * Which stages the options of a chain call for, and in which order.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { type StageEntry, STAGES } from "./_stage_table.ts";
import type { ChainOptions } from "./chain_options.ts";
import type { ChainStage } from "./stage.ts";

/** Names of the options of a chain. */
export function chainOptionNames(): string[] {
  const known = STAGES.flatMap(({ calledBy, reads = [] }) => [
    ...calledBy,
    ...reads,
  ]);
  return [...new Set(known), "stages"];
}

/** Names of the options that are about chance: without effect where the likeliest token is taken. */
export function chanceOptionNames(): string[] {
  return STAGES.filter(({ kind }) => kind !== "rule")
    .flatMap(({ calledBy }) => [...calledBy]);
}

/**
 * Plans a chain.
 *
 * @param options The caller's.
 * @returns The stages that have something to do, in their order.
 * @throws {TypeError} If an option or a stage is unknown, or an option would have no effect.
 * @throws {RangeError} If a number is out of range.
 */
export function planStages(options: ChainOptions): ChainStage[] {
  checkOptionNames("Cannot sample", options, chainOptionNames());
  const isGiven = (name: keyof ChainOptions) => options[name] !== undefined;
  const isCalled = ({ calledBy }: StageEntry) => calledBy.some(isGiven);
  const called = STAGES.filter(isCalled);
  for (const idle of STAGES.flatMap(({ reads = [] }) => reads)) {
    if (!isGiven(idle) || called.some(({ reads }) => reads?.includes(idle))) {
      continue;
    }
    const callers = STAGES.filter(({ reads }) => reads?.includes(idle));
    throw new TypeError(
      `Cannot sample: ${idle} has no effect without ${
        callers.flatMap(({ calledBy }) => calledBy).join(" or ")
      }, leave it out`,
    );
  }
  const order = orderOf(options.stages);
  for (const entry of called) {
    if (order.includes(entry)) continue;
    throw new TypeError(
      `Cannot sample: ${entry.calledBy.find(isGiven)} has no effect where ` +
        `stages leave ${entry.name} out: name it there`,
    );
  }
  return order.filter(isCalled).map((entry) => entry.build(options));
}

/** The entries of the names, or of all stages. */
function orderOf(names: ChainOptions["stages"]): readonly StageEntry[] {
  return names?.map((name, place) => {
    const entry = STAGES.find((entry) => entry.name === name);
    if (entry !== undefined && names.indexOf(name) === place) return entry;
    throw new TypeError(
      `Cannot sample: stages must be of ${
        STAGES.map((entry) => entry.name).join(", ")
      }, each once: "${name}"`,
    );
  }) ?? STAGES;
}
