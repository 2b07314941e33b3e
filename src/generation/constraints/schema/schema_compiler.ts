/**
 * A JSON schema as a part of a grammar: the texts of values that fit it.
 *
 * Values are written as JSON.stringify writes them, numbers aside, which may have zeros and exponents of their own. Members
 * come in the schema's order.
 *
 * @module
 */
import { ANY_CHARACTER } from "../grammar/character_set.ts";
import { Grammar, type GrammarNode } from "../grammar/grammar.ts";
import { GrammarAcceptor } from "../grammar/grammar_acceptor.ts";
import { regularExpression } from "../grammar/regular_expression.ts";
import { areDisjoint } from "./_disjoint.ts";
import { FORMATS } from "./_formats.ts";
import { intersectionNode } from "./_intersection.ts";
import { type JsonWhitespace, JsonWriter } from "./_json_writer.ts";
import { isEqual, mergeParts } from "./_merge_parts.ts";
import { NumberWriter } from "./_numbers.ts";
import { noParts, readParts, type SchemaParts } from "./_schema_parts.ts";
import { fits } from "./_value_check.ts";
import {
  ALL_TYPES,
  below,
  isObject,
  type JsonSchema,
  type JsonType,
} from "./json_schema_type.ts";

/** Schemas that are kept apart; one that grows at every turn is refused. */
const MOST_SCHEMAS = 20_000;

/** Schemas in one another. */
const DEEPEST = 400;

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
  readonly #writer: JsonWriter;
  readonly #numbers: NumberWriter;
  /** What was written, by what the schema says. */
  readonly #entries = new Map<string, Entry>();
  #depth = 0;

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
    const parts = this.#read(schema, at);
    return parts === undefined ? this.#grammar.nothing : this.#write(parts, at);
  }

  /** What a schema says, all that it refers to included; undefined where nothing fits it. */
  #read(schema: JsonSchema, at: string): SchemaParts | undefined {
    if (schema === false) return undefined;
    let parts = schema === true ? noParts() : readParts(schema, at);
    const seen = new Set<string>();
    while (parts.refs.length > 0 || parts.all.length > 0) {
      const [ref] = parts.refs;
      const [one] = parts.all;
      const place = ref ?? below(at, "allOf", 0);
      if (ref !== undefined && seen.has(ref)) {
        throw new SyntaxError(
          `Cannot constrain: a JSON schema must not refer to itself but from its parts: ${
            JSON.stringify(ref)
          } at ${at}`,
        );
      }
      if (ref !== undefined) seen.add(ref);
      const other = ref === undefined ? one! : this.#resolve(ref, at);
      const rest = ref === undefined
        ? { ...parts, all: parts.all.slice(1) }
        : { ...parts, refs: parts.refs.slice(1) };
      if (other === false) return undefined;
      parts = other === true ? rest : mergeParts(rest, readParts(other, place));
    }
    return parts;
  }

  /** The schema that a reference means. */
  #resolve(ref: string, at: string): JsonSchema {
    let found: unknown = this.#document;
    if (ref !== "#" && !ref.startsWith("#/")) {
      throw new SyntaxError(
        `Cannot constrain: $ref must begin with #, other documents are not read: ${
          JSON.stringify(ref)
        } at ${at}`,
      );
    }
    for (const step of ref.split("/").slice(1)) {
      const name = unescape(step);
      found = typeof found === "object" && found !== null &&
          name !== undefined && Object.hasOwn(found, name)
        ? (found as Record<string, unknown>)[name]
        : undefined;
    }
    if (typeof found === "boolean" || isObject(found)) return found;
    throw new SyntaxError(
      `Cannot constrain: $ref must lead to a schema: ${
        JSON.stringify(ref)
      } at ${at}`,
    );
  }

  /** The texts that fit what a schema says; a rule where the schema is a part of itself. */
  #write(parts: SchemaParts, at: string): GrammarNode {
    const key = JSON.stringify(parts);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (this.#entries.size === MOST_SCHEMAS || this.#depth === DEEPEST) {
        throw new RangeError(
          `Cannot constrain: a JSON schema must come to ${MOST_SCHEMAS} schemas, ${DEEPEST} in one another at most, ` +
            `those that are merged included: at ${at.slice(0, 80)}`,
        );
      }
      entry = { rule: `${at} ${this.#entries.size}`, isUsed: false };
      this.#entries.set(key, entry);
      this.#depth++;
      const node = this.#writeParts(parts, at);
      this.#depth--;
      if (entry.isUsed) this.#grammar.define(entry.rule, node);
      entry.node = node;
    }
    if (entry.node !== undefined) return entry.node;
    entry.isUsed = true;
    return this.#grammar.rule(entry.rule);
  }

  #writeParts(parts: SchemaParts, at: string): GrammarNode {
    const [choice, ...others] = parts.choices;
    if (choice !== undefined) {
      const rest = { ...parts, choices: others };
      const options = choice.options.map((option, place) => {
        const there = below(choice.at, choice.keyword, place);
        const own = this.#read(option, there);
        if (own === undefined) return undefined;
        return this.#finish(mergeParts(rest, own), there);
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

  /** What a merged schema says when all that it refers to is taken in. */
  #finish(parts: SchemaParts, at: string): SchemaParts | undefined {
    if (parts.refs.length === 0 && parts.all.length === 0) return parts;
    const { refs, all, ...rest } = parts;
    const others = this.#read(
      { allOf: [...refs.map(($ref) => ({ $ref })), ...all] },
      at,
    );
    return others === undefined
      ? undefined
      : mergeParts({ ...rest, refs: [], all: [] }, others);
  }

  /** Refuses a oneOf of which two schemas may fit the same value. */
  #checkOneOf(options: (SchemaParts | undefined)[], at: string): void {
    const read = (schema: JsonSchema) => this.#read(schema, at);
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
    if (type === "string") return this.#writeText(parts, at);
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

  #writeText(parts: SchemaParts, at: string): GrammarNode {
    const { patterns, formats, minLength = 0, maxLength = Infinity } = parts;
    const writer = this.#writer;
    const write = writer.character.bind(writer);
    const languages = [
      ...patterns.map((pattern) => ({
        regex: new RegExp(pattern, "u"),
        anywhere: true,
      })),
      ...formats.map((format) => ({
        regex: FORMATS.get(format)!,
        anywhere: false,
      })),
    ];
    const isAnyLength = minLength === 0 && maxLength === Infinity;
    const [one] = languages;
    let content: GrammarNode;
    if (one === undefined) {
      content = isAnyLength ? writer.anyCharacters : this.#grammar.repeat(
        write(ANY_CHARACTER),
        minLength,
        maxLength,
      );
    } else if (languages.length === 1 && isAnyLength) {
      const { regex, anywhere } = one;
      content = regularExpression(this.#grammar, regex, { anywhere, write });
    } else {
      content = intersectionNode(this.#grammar, {
        acceptors: languages.map(({ regex, anywhere }) => {
          const own = new Grammar();
          const root = regularExpression(own, regex, { anywhere });
          return new GrammarAcceptor(own, root, `a text that matches ${regex}`);
        }),
        min: minLength,
        max: maxLength,
        write,
        name: `${at} text ${this.#entries.size}`,
      });
    }
    return writer.quoted(content);
  }

  #writeObject(parts: SchemaParts, at: string): GrammarNode {
    const grammar = this.#grammar;
    const writer = this.#writer;
    const { properties = {}, required, additionalProperties } = parts;
    const declared = Object.keys(properties);
    const members = [
      ...declared.map((name) => ({
        name,
        value: this.#compile(properties[name]!, below(at, "properties", name)),
      })),
      ...required.filter((name) => !declared.includes(name)).map((name) => ({
        name,
        value: this.#compile(
          additionalProperties ?? true,
          below(at, "additionalProperties"),
        ),
      })),
    ];
    const names = members.map(({ name }) => name);
    // Members that nobody speaks of are written where the schema speaks of members not at all, or says that they may be.
    const others = additionalProperties ?? names.length === 0;
    const other = others === false ? grammar.nothing : grammar.sequence([
      writer.textBut(names),
      writer.colon,
      this.#compile(others, below(at, "additionalProperties")),
    ]);
    const more = grammar.repeat(
      grammar.sequence([writer.comma, other]),
      0,
      Infinity,
    );
    let first = grammar.choice([
      grammar.empty,
      grammar.sequence([other, more]),
    ]);
    let next = more;
    for (const { name, value } of members.toReversed()) {
      const member = grammar.sequence([writer.member(name, value), next]);
      const behind = grammar.sequence([writer.comma, member]);
      const isRequired = required.includes(name);
      first = isRequired ? member : grammar.choice([member, first]);
      next = isRequired ? behind : grammar.choice([behind, next]);
    }
    return writer.enclosed("{}", first);
  }

  #writeArray(parts: SchemaParts, at: string): GrammarNode {
    const grammar = this.#grammar;
    const writer = this.#writer;
    const { prefixItems = [], minItems = 0 } = parts;
    let { maxItems = Infinity } = parts;
    if (parts.items === undefined && prefixItems.length > 0) {
      // Items that nobody speaks of are written where there must be so many.
      maxItems = Math.min(maxItems, Math.max(minItems, prefixItems.length));
    }
    if (minItems > maxItems) return grammar.nothing;
    const begin = prefixItems.slice(0, maxItems).map((item, place) =>
      this.#compile(item, below(at, "prefixItems", place))
    );
    const item = maxItems > begin.length
      ? this.#compile(parts.items ?? true, below(at, "items"))
      : grammar.nothing;
    const behind = grammar.sequence([writer.comma, item]);
    const least = Math.max(0, minItems - begin.length);
    const most = maxItems - begin.length;
    let rest: GrammarNode;
    if (begin.length > 0) rest = grammar.repeat(behind, least, most);
    else if (most === 0) rest = grammar.empty;
    else {
      const some = grammar.sequence([
        item,
        grammar.repeat(behind, Math.max(0, least - 1), most - 1),
      ]);
      rest = least > 0 ? some : grammar.choice([grammar.empty, some]);
    }
    for (const [place, node] of [...begin.entries()].reverse()) {
      const here = place > 0
        ? grammar.sequence([writer.comma, node, rest])
        : grammar.sequence([node, rest]);
      rest = place < minItems ? here : grammar.choice([grammar.empty, here]);
    }
    return writer.enclosed("[]", rest);
  }
}

/** The name that a step of a JSON pointer in a reference means; undefined where it is none. */
function unescape(step: string): string | undefined {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined;
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
