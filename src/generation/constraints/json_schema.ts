/**
 * JSON that fits a schema.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { madeBy } from "./made_by.ts";
import type { Acceptor } from "./acceptor.ts";
import { Grammar } from "./grammar/grammar.ts";
import { GrammarAcceptor } from "./grammar/grammar_acceptor.ts";
import type { JsonSchema } from "./schema/json_schema_type.ts";
import { SchemaCompiler } from "./schema/schema_compiler.ts";

/** Options of {@linkcode jsonSchema}. */
export interface JsonSchemaOptions {
  /**
   * Where white space is written: nowhere, as one blank after each colon and comma, or as any blanks, tabs and ends of
   * lines between the parts of objects and arrays.
   *
   * @default {"none"}
   */
  whitespace?: "none" | "spaces" | "any";
}

const WHITESPACES: readonly unknown[] = ["none", "spaces", "any"];

/** Characters of a title that a description has. */
const LONGEST_TITLE = 60;

/**
 * Makes the language of a JSON schema (draft 2020-12): the texts of values that fit it. Every text that is written fits.
 *
 * Not every value that fits is written. Texts and names are as JSON.stringify writes them. Members come in the schema's
 * order (JavaScript puts names that are whole numbers first), and members and items that the schema does not speak of only
 * where `additionalProperties` or `items` lets them in by name, or where it speaks of none. A schema without `type` that
 * speaks of members is one of objects, and so on. Numbers have 15 digits at most on each side of the point, and 15 in all
 * where there are bounds. A name that the schema does not speak of may come twice, of which JSON.parse takes the last.
 *
 * Understood are type, enum, const, properties, required, additionalProperties, items, prefixItems, minItems, maxItems,
 * minLength, maxLength, pattern, format (date, time, date-time, email, hostname, ipv4, uri, uuid), minimum, maximum, exclusiveMinimum,
 * exclusiveMaximum, anyOf, oneOf, allOf, `$ref` within the schema, `$defs`, `true` and `false`. The schemas of a oneOf must
 * exclude each other by their types, by values that are listed, by bounds, or by such a member that must be there. Every
 * other keyword that says something of the value is refused.
 *
 * @param schema The schema.
 * @param options Where white space is written.
 * @returns The language.
 * @throws {TypeError} If the schema or a keyword's value has a wrong type, or an option is unknown.
 * @throws {SyntaxError} If a keyword is not understood, at which place of the schema; if a pattern cannot be told from left
 * to right; or if no value fits.
 * @throws {RangeError} If a number is out of range, or the schema too large.
 *
 * @example A whale
 * ```ts
 * import { jsonSchema } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const whale = jsonSchema({
 *   type: "object",
 *   properties: { name: { type: "string", maxLength: 20 }, tons: { type: "integer", minimum: 1, maximum: 200 } },
 *   required: ["name"],
 * });
 * let state: unknown = whale.start;
 * for (const character of '{"name":"Moby Dick","tons":90}') state = whale.next(state, character.codePointAt(0)!);
 * assertEquals(whale.isComplete(state), true);
 * ```
 */
export function jsonSchema(
  schema: JsonSchema,
  options: JsonSchemaOptions = {},
): Acceptor {
  checkOptionNames("Cannot constrain", options, ["whitespace"]);
  const { whitespace = "none" } = options;
  if (!WHITESPACES.includes(whitespace)) {
    throw new TypeError(
      `Cannot constrain: whitespace must be of ${WHITESPACES.join(", ")}: ${
        JSON.stringify(whitespace)
      }`,
    );
  }
  const document = plain(schema);
  const grammar = new Grammar();
  const root = new SchemaCompiler(grammar, document, whitespace).compile();
  const title = typeof document === "object" ? document.title : undefined;
  const acceptor = new GrammarAcceptor(
    grammar,
    root,
    typeof title === "string"
      ? `JSON that fits the schema ${
        JSON.stringify(title.slice(0, LONGEST_TITLE))
      }`
      : "JSON that fits the schema",
  );
  return madeBy(acceptor, "jsonSchema", [document, { whitespace }]);
}

/** A copy of a schema, which must be plain JSON. */
function plain(schema: JsonSchema): JsonSchema {
  const isOne = typeof schema === "boolean" ||
    (typeof schema === "object" && schema !== null && !Array.isArray(schema));
  if (!isOne) {
    throw new TypeError(
      `Cannot constrain: a JSON schema must be an object or a boolean: ${
        schema === null ? "null" : typeof schema
      }`,
    );
  }
  try {
    return JSON.parse(JSON.stringify(schema));
  } catch (error) {
    throw new TypeError(
      `Cannot constrain: a JSON schema must be plain JSON: ${
        error instanceof Error ? error.message.split("\n")[0] : error
      }`,
    );
  }
}
