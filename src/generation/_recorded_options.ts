/**
 * The options in the record of a text: they stay as they are, and JSON brings back what can be brought back.
 *
 * @module
 */
import { isPlain, plainForm } from "./_plain.ts";
import { toData } from "./constraints/constraint_data.ts";
import type { Acceptor } from "./constraints/acceptor.ts";
import type { GenerateOptions } from "./generate_options.ts";

/**
 * Records options.
 *
 * @param options Those that were in force.
 * @returns A copy, which does not change when the caller changes what was given. In its JSON constraints are plain data, and
 * `lacking` names the options that JSON cannot hold.
 */
export function recordedOptions(
  options: Readonly<GenerateOptions>,
): Readonly<GenerateOptions> {
  const copy = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      isPlain(value) ? structuredClone(value) : value,
    ]),
  );
  return Object.defineProperty(copy, "toJSON", { value: () => asData(copy) });
}

/** Options that JSON brings back. */
function asData(options: Readonly<GenerateOptions>): GenerateOptions {
  const { lacking: before = [], ...others } = options;
  const entries = Object.entries(others).map(([name, value]) =>
    [
      name,
      name === "constraint" ? constraintForm(value) : plainForm(value),
    ] as const
  );
  const lacking = [
    ...before.filter((name) => !(name in others)),
    ...entries.filter(([, value]) => value === undefined).map(([name]) => name),
  ];
  return {
    ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    ...(lacking.length > 0 && { lacking }),
  };
}

function constraintForm(value: unknown): unknown {
  if (!Array.isArray(value)) return toDataOrPlain(value);
  const parts = value.map(toDataOrPlain);
  return parts.includes(undefined) ? undefined : parts;
}

/** Plain data of a constraint, which may be such data already. */
function toDataOrPlain(value: unknown): unknown {
  return isPlain(value) ? value : toData(value as Acceptor);
}
