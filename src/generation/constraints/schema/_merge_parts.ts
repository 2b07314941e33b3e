/**
 * Two JSON schemas as one that holds where both hold.
 *
 * @module
 */
import type { JsonSchema, JsonType } from "./json_schema_type.ts";
import type { SchemaParts } from "./_schema_parts.ts";

/**
 * Merges what two schemas say.
 *
 * @param a One of them; its properties come first.
 * @param b The other.
 */
export function mergeParts(a: SchemaParts, b: SchemaParts): SchemaParts {
  const merged: SchemaParts = {
    refs: unite(a.refs, b.refs),
    all: unite(a.all, b.all),
    choices: [...a.choices, ...b.choices],
    patterns: unite(a.patterns, b.patterns),
    formats: unite(a.formats, b.formats),
    required: unite(a.required, b.required),
  };
  for (
    const name of [
      "minLength",
      "minItems",
      "minimum",
      "exclusiveMinimum",
    ] as const
  ) {
    const value = Math.max(a[name] ?? -Infinity, b[name] ?? -Infinity);
    if (value > -Infinity) merged[name] = value;
  }
  for (
    const name of [
      "maxLength",
      "maxItems",
      "maximum",
      "exclusiveMaximum",
    ] as const
  ) {
    const value = Math.min(a[name] ?? Infinity, b[name] ?? Infinity);
    if (value < Infinity) merged[name] = value;
  }
  const types = a.types && b.types
    ? commonTypes(a.types, b.types)
    : a.types ?? b.types;
  if (types !== undefined) merged.types = types;
  const values = a.values && b.values
    ? a.values.filter((value) => b.values!.some((it) => isEqual(it, value)))
    : a.values ?? b.values;
  if (values !== undefined) merged.values = values;
  mergeMembers(merged, a, b);
  mergeItems(merged, a, b);
  return merged;
}

/**
 * Whether two values of JSON are equal; the order of members makes no difference.
 *
 * @param a One value.
 * @param b The other.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}

/** A value with the members of its objects in the order of their names. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, member]) => [name, inOrder(member)]);
}

/**
 * The types that two lists have in common.
 *
 * @param a One list.
 * @param b The other.
 */
export function commonTypes(
  a: readonly JsonType[],
  b: readonly JsonType[],
): JsonType[] {
  const both = [...a, ...b].filter((type) =>
    [a, b].every((list) =>
      list.includes(type) || (type === "integer" && list.includes("number"))
    )
  );
  return [...new Set(both)];
}

/** The schema that holds where both hold. */
function both(
  a: JsonSchema | undefined,
  b: JsonSchema | undefined,
): JsonSchema | undefined {
  if (a === undefined || a === true) return b ?? a;
  if (b === undefined || b === true) return a;
  if (a === false || b === false) return false;
  const all: JsonSchema[] = [];
  for (const one of [...conditionsOf(a), ...conditionsOf(b)]) {
    if (!all.some((other) => isEqual(one, other))) all.push(one);
  }
  return all.length === 1 ? all[0] : { allOf: all };
}

/** What a schema is the conjunction of: the same schemas merged again and again are no others. */
function conditionsOf(schema: JsonSchema): readonly JsonSchema[] {
  return typeof schema === "object" && Array.isArray(schema.allOf) &&
      Object.keys(schema).length === 1
    ? schema.allOf.flatMap(conditionsOf)
    : [schema];
}

/** What is said of a member: by its name, else by `additionalProperties`. */
function memberOf(parts: SchemaParts, name: string): JsonSchema | undefined {
  return parts.properties !== undefined && Object.hasOwn(parts.properties, name)
    ? parts.properties[name]
    : parts.additionalProperties;
}

function mergeMembers(
  merged: SchemaParts,
  a: SchemaParts,
  b: SchemaParts,
): void {
  const names = unite(
    Object.keys(a.properties ?? {}),
    Object.keys(b.properties ?? {}),
  );
  if (names.length > 0) {
    merged.properties = Object.fromEntries(
      names.map((name) => [name, both(memberOf(a, name), memberOf(b, name))!]),
    );
  }
  const others = both(a.additionalProperties, b.additionalProperties);
  if (others !== undefined) merged.additionalProperties = others;
}

function mergeItems(merged: SchemaParts, a: SchemaParts, b: SchemaParts): void {
  const count = Math.max(
    a.prefixItems?.length ?? 0,
    b.prefixItems?.length ?? 0,
  );
  if (count > 0) {
    merged.prefixItems = Array.from(
      { length: count },
      (_, i) =>
        both(a.prefixItems?.[i] ?? a.items, b.prefixItems?.[i] ?? b.items) ??
          true,
    );
  }
  const items = both(a.items, b.items);
  if (items !== undefined) merged.items = items;
}

/** Each of the things of two lists once. */
function unite<T>(a: readonly T[], b: readonly T[]): T[] {
  const seen = new Set<string>();
  return [...a, ...b].filter((it) => {
    const text = JSON.stringify(it);
    return !seen.has(text) && seen.add(text);
  });
}
