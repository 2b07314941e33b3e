/**
 * The keywords of one JSON schema, checked and in one form (JSON Schema draft 2020-12, "Core" and "Validation").
 *
 * @module
 */
import { FORMATS } from "./_formats.ts";
import {
  below,
  isObject,
  type JsonSchema,
  type JsonType,
} from "./json_schema_type.ts";

/** What a schema says; plain JSON, so that equal schemas are found by their text. */
export interface SchemaParts {
  /** The types a value may have; undefined where nothing is said. */
  types?: JsonType[];
  /** The values of `enum` or `const`. */
  values?: unknown[];
  /** JSON pointers of schemas that must hold as well. */
  refs: string[];
  /** Schemas that must hold as well. */
  all: JsonSchema[];
  /** Of each list one schema must hold as well. */
  choices: {
    keyword: "anyOf" | "oneOf";
    options: JsonSchema[];
    at: string;
    /** The references that led here for the same value. */
    way: readonly string[];
  }[];
  /** Expressions that a part of a text must match. */
  patterns: string[];
  /** Formats of a text. */
  formats: string[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  properties?: { [name: string]: JsonSchema };
  required: string[];
  additionalProperties?: JsonSchema;
  prefixItems?: JsonSchema[];
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
}

/** Keywords that say nothing of the value. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$comment",
  "$defs",
  "definitions",
  "title",
  "description",
  "default",
  "example",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

/** Keywords of JSON Schema that are not read. */
const UNREAD: ReadonlySet<string> = new Set([
  "not",
  "if",
  "then",
  "else",
  "multipleOf",
  "contains",
  "minContains",
  "maxContains",
  "uniqueItems",
  "additionalItems",
  "patternProperties",
  "propertyNames",
  "minProperties",
  "maxProperties",
  "dependencies",
  "dependentRequired",
  "dependentSchemas",
  "unevaluatedItems",
  "unevaluatedProperties",
  "contentEncoding",
  "contentMediaType",
  "contentSchema",
  "$anchor",
  "$dynamicAnchor",
  "$dynamicRef",
  "$vocabulary",
]);

const TYPES: readonly string[] = [
  "object",
  "array",
  "string",
  "integer",
  "number",
  "boolean",
  "null",
];

/** Keywords with a count from 0. */
const COUNTS = ["minLength", "maxLength", "minItems", "maxItems"] as const;

/** Keywords with a number. */
const NUMBERS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
] as const;

/** What nothing is said of. */
export function noParts(): SchemaParts {
  return {
    refs: [],
    all: [],
    choices: [],
    patterns: [],
    formats: [],
    required: [],
  };
}

/**
 * Reads the keywords of a schema.
 *
 * @param schema The schema, with keywords.
 * @param at Where it stands, a JSON pointer.
 * @throws {SyntaxError} If a keyword is unknown or not read here.
 * @throws {TypeError} If a keyword has a value of a wrong type.
 * @throws {RangeError} If a count is below 0.
 */
export function readParts(
  schema: { readonly [keyword: string]: unknown },
  at: string,
): SchemaParts {
  const parts = noParts();
  for (const [keyword, value] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    if (keyword === "uniqueItems" && value === false) continue;
    if (UNREAD.has(keyword)) {
      throw new SyntaxError(
        `Cannot constrain: a JSON schema must have no "${keyword}" here: at ${at}; ` +
          "say it in other keywords, or check the text when it is whole",
      );
    }
    readKeyword(parts, keyword, value, at);
  }
  return parts;
}

function readKeyword(
  parts: SchemaParts,
  keyword: string,
  value: unknown,
  at: string,
): void {
  const refuse = (rule: string) =>
    refuseValue(`${keyword} must be ${rule}`, value, at);
  if (keyword === "type") {
    const types: unknown[] = Array.isArray(value) ? value : [value];
    if (!types.every((type) => TYPES.includes(type as string))) {
      refuse(`of ${TYPES.join(", ")}`);
    }
    parts.types = types as JsonType[];
  } else if (keyword === "enum") {
    if (!Array.isArray(value)) return refuse("an array");
    parts.all.push(...parts.values === undefined ? [] : [{ enum: value }]);
    parts.values ??= value;
  } else if (keyword === "const") {
    parts.all.push(...parts.values === undefined ? [] : [{ const: value }]);
    parts.values ??= [value];
  } else if (keyword === "$ref") {
    if (typeof value !== "string") refuse("a text");
    parts.refs.push(value as string);
  } else if (keyword === "allOf") {
    parts.all.push(...schemasOf(value, keyword, at));
  } else if (keyword === "anyOf" || keyword === "oneOf") {
    const options = schemasOf(value, keyword, at);
    parts.choices.push({ keyword, options, at, way: [] });
  } else if (keyword === "pattern") {
    if (typeof value !== "string") return refuse("a text");
    checkPattern(value, at);
    parts.patterns.push(value);
  } else if (keyword === "format") {
    if (typeof value !== "string") return refuse("a text");
    if (!FORMATS.has(value)) {
      throw new SyntaxError(
        `Cannot constrain: format must be of ${
          [...FORMATS.keys()].join(", ")
        }: ${JSON.stringify(value)} at ${at}; write a pattern for others`,
      );
    }
    parts.formats.push(value);
  } else if (keyword === "properties") {
    if (!isObject(value)) return refuse("an object");
    for (const [name, schema] of Object.entries(value)) {
      checkSchema(schema, below(at, keyword, name));
    }
    parts.properties = value as { [name: string]: JsonSchema };
  } else if (keyword === "required") {
    if (
      !Array.isArray(value) || !value.every((name) => typeof name === "string")
    ) refuse("an array of texts");
    parts.required = [...new Set(value as string[])];
  } else if (keyword === "items" || keyword === "additionalProperties") {
    if (Array.isArray(value)) refuse("one schema (prefixItems has several)");
    checkSchema(value, below(at, keyword));
    parts[keyword] = value;
  } else if (keyword === "prefixItems") {
    parts.prefixItems = schemasOf(value, keyword, at);
  } else if (isOneOf(COUNTS, keyword)) {
    if (!Number.isSafeInteger(value)) refuse("an integer");
    if ((value as number) < 0) {
      throw new RangeError(
        `Cannot constrain: ${keyword} must not be negative: ${value} at ${at}`,
      );
    }
    parts[keyword] = value as number;
  } else if (isOneOf(NUMBERS, keyword)) {
    if (typeof value !== "number") refuse("a number");
    parts[keyword] = value as number;
  } else {
    throw new SyntaxError(
      `Cannot constrain: a keyword of a JSON schema must be a known one: ${
        JSON.stringify(keyword)
      } at ${at}`,
    );
  }
}

function checkPattern(pattern: string, at: string): void {
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    throw new SyntaxError(
      `Cannot constrain: pattern must be a regular expression: ${
        JSON.stringify(pattern)
      } at ${at}`,
      { cause: error },
    );
  }
}

function isOneOf<const T extends string>(
  names: readonly T[],
  name: string,
): name is T {
  return names.includes(name as T);
}

/** The schemas of a list, one at least. */
function schemasOf(value: unknown, keyword: string, at: string): JsonSchema[] {
  if (!Array.isArray(value) || value.length === 0) {
    refuseValue(`${keyword} must be an array of schemas`, value, at);
  }
  return value.map((schema, place) => {
    checkSchema(schema, below(at, keyword, place));
    return schema;
  });
}

function checkSchema(value: unknown, at: string): asserts value is JsonSchema {
  if (typeof value === "boolean" || isObject(value)) return;
  refuseValue("a JSON schema must be an object or a boolean", value, at);
}

function refuseValue(rule: string, value: unknown, at: string): never {
  throw new TypeError(
    `Cannot constrain: ${rule}: ${JSON.stringify(value)} at ${at}`,
  );
}
