/**
 * What an option may be, by kind, and the check of all options of a call by a table of such rules.
 *
 * @module
 */
import { unknownOption } from "../text/options.ts";

/** Refuses a value that the option may not have. */
export type OptionRule = (value: unknown, name: string) => void;

/** A rule for each option. */
export type OptionRules<Options> = {
  readonly [Name in keyof Options]-?: OptionRule;
};

/**
 * @param options What the caller gave.
 * @param rules What each option may be.
 * @param owner How to name the option that holds these options, such as `sample`; nothing for those of a call.
 * @returns The options that were given, without those that are undefined.
 * @throws {TypeError} If they are no object, if one is unknown, or of the wrong type.
 * @throws {RangeError} If one is out of range.
 */
export function checkOptions<Options extends object>(
  options: Options,
  rules: OptionRules<Options>,
  owner?: string,
): Options {
  if (!isPlain(options)) {
    throw new TypeError(
      `Cannot train: ${owner ?? "the options"} must be an object: ${
        quote(options)
      }`,
    );
  }
  const known = Object.keys(rules);
  const given = Object.entries(options).filter(([name, value]) => {
    if (!known.includes(name)) {
      const action = owner === undefined
        ? "Cannot train"
        : `Cannot train: ${owner}`;
      throw unknownOption(action, name, known);
    }
    return value !== undefined;
  });
  for (const [name, value] of given) {
    rules[name as keyof Options](
      value,
      owner === undefined ? name : `${owner}.${name}`,
    );
  }
  return Object.fromEntries(given) as Options;
}

/** Checked where it is used. */
export function anything(): void {}

/** A whole number from 1. */
export const positiveInteger: OptionRule = numberRule(
  "a positive integer",
  (value) => Number.isSafeInteger(value) && value > 0,
);

/** A whole number from 0. */
export const notNegativeInteger: OptionRule = numberRule(
  "an integer from 0",
  (value) => Number.isSafeInteger(value) && value >= 0,
);

/** Any whole number that has no neighbour closer than 1. */
export const safeInteger: OptionRule = numberRule(
  "a safe integer",
  Number.isSafeInteger,
);

/** Above 0; Infinity is one. */
export const positiveNumber: OptionRule = numberRule(
  "a positive number",
  (value) => value > 0,
);

/** From 0 and finite. */
export const notNegative: OptionRule = numberRule(
  "a number from 0",
  (value) => value >= 0 && value < Infinity,
);

/** Any number but those that are none and the infinite ones. */
export const finite: OptionRule = numberRule(
  "a finite number",
  Number.isFinite,
);

/**
 * @param rule What the number must be, in words.
 * @param holds Whether it is.
 * @returns The rule.
 */
export function within(
  rule: string,
  holds: (value: number) => boolean,
): OptionRule {
  return numberRule(rule, holds);
}

/** True or false. */
export const flag: OptionRule = (value, name) => {
  if (typeof value === "boolean") return;
  throw new TypeError(
    `Cannot train: ${name} must be true or false: ${quote(value)}`,
  );
};

/** A function. */
export const callable: OptionRule = (value, name) => {
  if (typeof value === "function") return;
  throw new TypeError(
    `Cannot train: ${name} must be a function: ${quote(value)}`,
  );
};

/**
 * @param words What it may be.
 * @returns The rule that it is one of these.
 */
export function oneOf(...words: string[]): OptionRule {
  return (value, name) => {
    if (words.includes(value as string)) return;
    const Type = typeof value === "string" ? RangeError : TypeError;
    throw new Type(
      `Cannot train: ${name} must be ${
        words.map((word) => `"${word}"`).join(" or ")
      }: ${quote(value)}`,
    );
  };
}

/** Options of its own, or false; the options are checked where they are used. */
export const objectOrFalse: OptionRule = (value, name) => {
  if (value === false || isPlain(value)) return;
  throw new TypeError(
    `Cannot train: ${name} must be an object or false: ${quote(value)}`,
  );
};

/** Where a file is. */
export const filePath: OptionRule = (value, name) => {
  const isPath = typeof value === "string" || value instanceof URL;
  if (!isPath) {
    throw new TypeError(
      `Cannot train: ${name} must be a path: ${quote(value)}`,
    );
  }
  if (value === "") {
    throw new RangeError(`Cannot train: ${name} must be a path: ""`);
  }
  if (value instanceof URL && value.protocol !== "file:") {
    throw new TypeError(
      `Cannot train: ${name} must be a path or a file: URL: ${value}`,
    );
  }
};

/** A signal. */
export const abortSignal: OptionRule = (value, name) => {
  if (value instanceof AbortSignal) return;
  throw new TypeError(
    `Cannot train: ${name} must be an AbortSignal: ${quote(value)}`,
  );
};

/**
 * @param value Anything.
 * @returns How a message shows it: strings in quotes, the kind of what is no plain value.
 */
export function quote(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ||
      typeof value === "function"
    ? typeof value
    : String(value);
}

function numberRule(
  rule: string,
  holds: (value: number) => boolean,
): OptionRule {
  return (value, name) => {
    const isNumber = typeof value === "number";
    if (isNumber && holds(value)) return;
    throw new (isNumber ? RangeError : TypeError)(
      `Cannot train: ${name} must be ${rule}: ${quote(value)}`,
    );
  };
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
