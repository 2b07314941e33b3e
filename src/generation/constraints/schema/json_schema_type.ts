/**
 * What a JSON schema is, and where in one something stands.
 *
 * @module
 */

/** A JSON schema: `true` for any value, `false` for none, or keywords. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** The types of values. An integer is a number as well. */
export type JsonType =
  | "object"
  | "array"
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "null";

/** Every type, each value of one of them alone. */
export const ALL_TYPES: readonly JsonType[] = [
  "object",
  "array",
  "string",
  "number",
  "boolean",
  "null",
];

/**
 * Gives the JSON pointer of a part of a schema (RFC 6901).
 *
 * @param at The pointer of the schema.
 * @param names Names and places on the way to the part.
 */
export function below(at: string, ...names: (string | number)[]): string {
  const steps = names.map((name) =>
    `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`
  );
  return at + steps.join("");
}

/**
 * Whether a value is an object with keywords or members.
 *
 * @param value Any value of JSON.
 */
export function isObject(
  value: unknown,
): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Gives a value's type; a whole number is an integer.
 *
 * @param value Any value of JSON.
 */
export function typeOf(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (Number.isInteger(value)) return "integer";
  return typeof value as JsonType;
}
