/**
 * A JSON schema as a part of a grammar: the texts of values that fit it.
 *
 * Values are written as JSON.stringify writes them, numbers aside, which may have zeros and exponents of their own. Members
 * come in the schema's order.
 *
 * @module
 */
import type { Grammar, GrammarNode } from "../grammar/grammar.ts";
import { arrayNode } from "./_array_node.ts";
import { areDisjoint } from "./_disjoint.ts";
import { type JsonWhitespace, JsonWriter } from "./_json_writer.ts";
import { isEqual, mergeParts } from "./_merge_parts.ts";
import { NumberWriter } from "./_numbers.ts";
import { objectNode } from "./_object_node.ts";
import { noParts, type SchemaParts } from "./_schema_parts.ts";
import { refuseCircle, SchemaReader } from "./_schema_reader.ts";
import { textNode } from "./_text_node.ts";
import { fits } from "./_value_check.ts";
import {
  ALL_TYPES,
  below,
  type JsonSchema,
  type JsonType,
} from "./json_schema_type.ts";

/** Schemas that are kept apart; one that grows at every turn is refused. */
const MOST_SCHEMAS = 20_000;

/** Schemas in one another. */
const DEEPEST = 400;

/** Characters of what a schema says. */
const LONGEST = 4_000_000;

/** A schema that is being written, or was. */
interface Entry {
  readonly rule: string;
  node?: GrammarNode;
  isUsed: boolean;
}

/** Writes one schema into a grammar. */
export class SchemaCompiler {
  readonly #grammar: Grammar;
  readonly #document: JsonSchema;
  readonly #reader: SchemaReader;
  readonly #writer: JsonWriter;
  readonly #numbers: NumberWriter;
  /** What was written, by what the schema says. */
  readonly #entries = new Map<string, Entry>();
  /** Those that are being written of the value that is looked at, not of what it is a part of. */
  #sameValue = new Set<Entry>();
  #depth = 0;
  #textCount = 0;

  /**
   * Takes a schema.
   *
   * @param grammar The grammar to write into.
   * @param document The whole schema, plain JSON.
   * @param whitespace Where white space is written.
   */
  constructor(
    grammar: Grammar,
    document: JsonSchema,
    whitespace: JsonWhitespace,
  ) {
    this.#grammar = grammar;
    this.#document = document;
    this.#reader = new SchemaReader(document);
    this.#writer = new JsonWriter(grammar, whitespace);
    this.#numbers = new NumberWriter(grammar);
  }

  /**
   * Gives the texts of values that fit the whole schema.
   *
   * @throws {SyntaxError} If a keyword is not read here, or a reference leads nowhere or in a circle.
   * @throws {TypeError} If a keyword has a value of a wrong type.
   * @throws {RangeError} If a number is out of range, or the schema grows without end.
   */
  compile(): GrammarNode {
    return this.#compile(this.#document, "#");
  }

  #compile(schema: JsonSchema, at: string): GrammarNode {
    const parts = this.#reader.read(schema, at);
    if (parts === undefined) return this.#grammar.nothing;
    const around = this.#sameValue;
    this.#sameValue = new Set();
    const node = this.#write(parts, at);
    this.#sameValue = around;
    return node;
  }

  /** The texts that fit what a schema says; a rule where the schema is a part of itself. */
  #write(parts: SchemaParts, at: string): GrammarNode {
    const choices = parts.choices.map(({ keyword, options }) => [
      keyword,
      options,
    ]);
    const key = JSON.stringify({ ...parts, choices }); // wherever it stands
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (
        this.#entries.size === MOST_SCHEMAS || this.#depth === DEEPEST ||
        key.length > LONGEST
      ) {
        throw new RangeError(
          `Cannot constrain: a JSON schema must come to ${MOST_SCHEMAS} schemas at most, ${DEEPEST} in one another, ` +
            `those that are merged included: more at ${at.slice(0, 80)}`,
        );
      }
      entry = { rule: `${at} ${this.#entries.size}`, isUsed: false };
      this.#entries.set(key, entry);
      this.#depth++;
      this.#sameValue.add(entry);
      const node = this.#writeParts(parts, at);
      this.#depth--;
      if (entry.isUsed) this.#grammar.define(entry.rule, node);
      entry.node = node;
    }
    if (entry.node !== undefined) return entry.node;
    if (this.#sameValue.has(entry)) refuseCircle(at);
    entry.isUsed = true;
    return this.#grammar.rule(entry.rule);
  }

  #writeParts(parts: SchemaParts, at: string): GrammarNode {
    const [choice, ...others] = parts.choices;
    if (choice !== undefined) {
      const rest = { ...parts, choices: others };
      const options = choice.options.map((option, place) => {
        const there = below(choice.at, choice.keyword, place);
        const own = this.#reader.read(option, there, choice.way);
        return own && mergeParts(rest, own);
      });
      if (choice.keyword === "oneOf") this.#checkOneOf(options, choice.at);
      return this.#grammar.choice(
        options.map((option, place) =>
          option === undefined
            ? this.#grammar.nothing
            : this.#write(option, below(choice.at, choice.keyword, place))
        ),
      );
    }
    if (parts.values !== undefined) return this.#writeValues(parts, at);
    const types = parts.types ?? typesOf(parts);
    return this.#grammar.choice(
      types.map((type) => this.#writeType(type, parts, at)),
    );
  }

  /** Refuses a oneOf of which two schemas may fit the same value. */
  #checkOneOf(options: (SchemaParts | undefined)[], at: string): void {
    const read = (schema: JsonSchema) => this.#reader.read(schema, at);
    for (const [j, b] of options.entries()) {
      for (const [i, a] of options.slice(0, j).entries()) {
        if (a === undefined || b === undefined || areDisjoint(a, b, read)) {
          continue;
        }
        throw new SyntaxError(
          `Cannot constrain: schemas of oneOf must exclude each other by a type, a const or a required member: ` +
            `${i} and ${j} at ${
              below(at, "oneOf")
            }; say so in them, or use anyOf`,
        );
      }
    }
  }

  /** The listed values that fit what else is said. */
  #writeValues(parts: SchemaParts, at: string): GrammarNode {
    const { values = [], ...rest } = parts;
    const { types: _types, ...others } = rest;
    const isTypeAll = isEqual(others, noParts());
    const kept = values.filter((value) => {
      if (typeof value === "object" && value !== null && !isTypeAll) {
        throw new SyntaxError(
          `Cannot constrain: enum and const must have no objects and arrays beside keywords other than type: ${
            JSON.stringify(value)
          } at ${at}`,
        );
      }
      return fits(value, rest);
    });
    return this.#grammar.choice(kept.map((value) => this.#writer.value(value)));
  }

  #writeType(type: JsonType, parts: SchemaParts, at: string): GrammarNode {
    if (type === "null") return this.#grammar.text("null");
    if (type === "boolean") {
      return this.#grammar.choice([
        this.#grammar.text("true"),
        this.#grammar.text("false"),
      ]);
    }
    if (type === "string") {
      const name = `${at} text ${++this.#textCount}`;
      return textNode(this.#grammar, this.#writer, parts, name);
    }
    if (type === "object") return this.#writeObject(parts, at);
    if (type === "array") return this.#writeArray(parts, at);
    return this.#writeNumber(type, parts, at);
  }

  #writeNumber(
    type: "integer" | "number",
    parts: SchemaParts,
    at: string,
  ): GrammarNode {
    const min = Math.max(
      parts.minimum ?? -Infinity,
      parts.exclusiveMinimum ?? -Infinity,
    );
    const max = Math.min(
      parts.maximum ?? Infinity,
      parts.exclusiveMaximum ?? Infinity,
    );
    const bounds = {
      min,
      isMinOpen: min === parts.exclusiveMinimum,
      max,
      isMaxOpen: max === parts.exclusiveMaximum,
    };
    if (type === "integer") return this.#numbers.integers(bounds);
    if (min === -Infinity && max === Infinity) return this.#numbers.anyNumber();
    const written = this.#numbers.numbers(bounds);
    if (written !== undefined) return written;
    throw new RangeError(
      `Cannot constrain: bounds of a number must have 15 digits at most, and no exponent: ${min} and ${max} at ${at}`,
    );
  }

  #writeObject(parts: SchemaParts, at: string): GrammarNode {
    const { properties = {}, required, additionalProperties } = parts;
    const declared = Object.keys(properties);
    const members = [
      ...declared.map((name) => ({
        name,
        isRequired: required.includes(name),
        value: this.#compile(properties[name]!, below(at, "properties", name)),
      })),
      ...required.filter((name) => !declared.includes(name)).map((name) => ({
        name,
        isRequired: true,
        value: this.#compile(
          additionalProperties ?? true,
          below(at, "additionalProperties"),
        ),
      })),
    ];
    // Members that nobody speaks of are written where the schema speaks of members not at all, or says that they may be.
    const others = additionalProperties ?? members.length === 0;
    return objectNode(this.#grammar, this.#writer, {
      members,
      others: others === false
        ? this.#grammar.nothing
        : this.#compile(others, below(at, "additionalProperties")),
    });
  }

  #writeArray(parts: SchemaParts, at: string): GrammarNode {
    const { prefixItems = [], minItems = 0 } = parts;
    let { maxItems = Infinity } = parts;
    if (parts.items === undefined && prefixItems.length > 0) {
      // Items that nobody speaks of are written where there must be so many.
      maxItems = Math.min(maxItems, Math.max(minItems, prefixItems.length));
    }
    const begin = prefixItems.slice(0, maxItems).map((item, place) =>
      this.#compile(item, below(at, "prefixItems", place))
    );
    return arrayNode(this.#grammar, this.#writer, {
      begin,
      item: maxItems > begin.length
        ? this.#compile(parts.items ?? true, below(at, "items"))
        : this.#grammar.nothing,
      min: minItems,
      max: maxItems,
    });
  }
}

/** The types that a schema without `type` speaks of; every type where it speaks of none. */
function typesOf(parts: SchemaParts): readonly JsonType[] {
  const has = (...names: (keyof SchemaParts)[]) =>
    names.some((name) => parts[name] !== undefined);
  const types: JsonType[] = [];
  if (
    has("properties", "additionalProperties") || parts.required.length > 0
  ) types.push("object");
  if (has("items", "prefixItems", "minItems", "maxItems")) types.push("array");
  if (
    has("minLength", "maxLength") ||
    parts.patterns.length + parts.formats.length > 0
  ) types.push("string");
  if (
    has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
  ) types.push("number");
  return types.length > 0 ? types : ALL_TYPES;
}
