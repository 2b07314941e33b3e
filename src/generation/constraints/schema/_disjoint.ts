/**
 * Whether no value can fit two JSON schemas, as far as types, listed values, bounds and members that must be there tell.
 *
 * @module
 */
import {
  ALL_TYPES,
  type JsonSchema,
  type JsonType,
} from "./json_schema_type.ts";
import { commonTypes, isEqual } from "./_merge_parts.ts";
import type { SchemaParts } from "./_schema_parts.ts";
import { fits } from "./_value_check.ts";

/** How deep members are looked into. */
const DEEPEST = 8;

/**
 * Whether two schemas exclude each other.
 *
 * @param a One schema.
 * @param b The other.
 * @param read Gives what a schema says.
 * @param depth How deep the schemas stand.
 * @returns False where it is not sure.
 */
export function areDisjoint(
  a: SchemaParts,
  b: SchemaParts,
  read: (schema: JsonSchema) => SchemaParts | undefined,
  depth = 0,
): boolean {
  if (a.values !== undefined) {
    const { values } = b;
    return a.values.every((value) =>
      values === undefined
        ? !fits(value, b)
        : !values.some((other) => isEqual(other, value))
    );
  }
  if (b.values !== undefined) return areDisjoint(b, a, read, depth);
  const types = commonTypes(a.types ?? ALL_TYPES, b.types ?? ALL_TYPES);
  return types.every((type: JsonType) => {
    if (type === "integer" || type === "number") {
      return isBelow(a, b) || isBelow(b, a);
    }
    return type === "object" && depth < DEEPEST && haveOtherMembers();
  });

  /** Whether a member that one must have may not be in the other, or has other values there. */
  function haveOtherMembers(): boolean {
    return [...a.required, ...b.required].some((name) => {
      const [one, other] = [a, b].map((parts) => {
        const { properties } = parts;
        const isNamed = properties !== undefined &&
          Object.hasOwn(properties, name);
        return isNamed ? properties[name] : parts.additionalProperties;
      });
      if (one === false || other === false) return true;
      if (one === undefined || other === undefined) return false;
      const [p, q] = [read(one), read(other)];
      return p !== undefined && q !== undefined &&
        areDisjoint(p, q, read, depth + 1);
    });
  }
}

/** Whether every number of one schema is below those of another. */
function isBelow(low: SchemaParts, high: SchemaParts): boolean {
  const max = Math.min(
    low.maximum ?? Infinity,
    low.exclusiveMaximum ?? Infinity,
  );
  const min = Math.max(
    high.minimum ?? -Infinity,
    high.exclusiveMinimum ?? -Infinity,
  );
  if (max !== min) return max < min;
  return low.exclusiveMaximum === max || high.exclusiveMinimum === min;
}
