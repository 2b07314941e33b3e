/**
 * Whether a value that a schema lists fits what else the schema says of it.
 *
 * @module
 */
import { FORMATS } from "./_formats.ts";
import type { SchemaParts } from "./_schema_parts.ts";
import { typeOf } from "./json_schema_type.ts";

/**
 * Whether a value's type is one that a schema allows.
 *
 * @param value The value.
 * @param parts The schema.
 */
export function fitsType(value: unknown, parts: SchemaParts): boolean {
  if (parts.types === undefined) return true;
  const type = typeOf(value);
  return parts.types.includes(type) ||
    (type === "integer" && parts.types.includes("number"));
}

/**
 * Whether a value fits all that a schema says of texts and numbers, and its types.
 *
 * @param value The value.
 * @param parts The schema.
 */
export function fits(value: unknown, parts: SchemaParts): boolean {
  if (!fitsType(value, parts)) return false;
  if (typeof value === "number") {
    return value >= (parts.minimum ?? -Infinity) &&
      value <= (parts.maximum ?? Infinity) &&
      value > (parts.exclusiveMinimum ?? -Infinity) &&
      value < (parts.exclusiveMaximum ?? Infinity);
  }
  if (typeof value !== "string") return true;
  const length = Array.from(value).length;
  return length >= (parts.minLength ?? 0) &&
    length <= (parts.maxLength ?? Infinity) &&
    parts.patterns.every((pattern) => new RegExp(pattern, "u").test(value)) &&
    parts.formats.every((format) =>
      new RegExp(`^(?:${FORMATS.get(format)!.source})$`, "u").test(value)
    );
}
