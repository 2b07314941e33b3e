/** Random JSON schemas with values that fit them. */
import type { RandomStream } from "../../../src/engine/random.ts";

/** A schema, and a value that fits it and has no more than it speaks of. */
export interface MadeSchema {
  schema: boolean | Record<string, unknown>;
  sample: () => unknown;
}

/** Patterns with texts that match. */
const PATTERNS: readonly [pattern: string, texts: readonly string[]][] = [
  ["^[a-z]+$", ["a", "abc"]],
  ["\\d", ["1", "a1b", "🐋2"]],
  ["^(?:ab|c)*$", ["", "abc", "cab"]],
  ["(^|,)x", ["x", "a,x", "xy"]],
  ['^["\\\\\\n]', ['"', "\\", "\n"]],
  ["^\\p{L}.?$", ["é", "ab"]],
  ["b$", ["b", "aab"]],
];

/** Formats with texts. */
const FORMATS: readonly [format: string, texts: readonly string[]][] = [
  ["date", ["1851-10-18", "2000-02-29", "2024-02-29"]],
  ["time", ["12:30:00Z", "23:59:59.5+01:30"]],
  ["date-time", ["1851-10-18T12:00:00Z"]],
  ["email", ["a.b@whale.org"]],
  ["hostname", ["localhost", "www.whale-1.org"]],
  ["uri", ["https://whale.org", "http://a.whale.org/sea/~moby.html"]],
  ["ipv4", ["127.0.0.1", "255.255.255.255"]],
  ["uuid", ["123e4567-e89b-12d3-a456-426614174000"]],
];

const TEXTS: readonly string[] = [
  "",
  "a",
  "ab",
  'say "ah"',
  "🐋",
  "\\\n\u0001",
];

/** Characters that the texts above and JSON need. */
export const JSON_CHARACTERS =
  '{}[]",:0123456789.-+eE\\/truefalsnTZ@abcxé🐋 u\u2028';

/** Makes a random schema. */
export function randomSchema(random: RandomStream): MadeSchema {
  const pick = <T>(list: readonly T[]) => list[random.integer(list.length)]!;
  const chance = (share: number) => random.uniform() < share;
  const definitions: Record<string, unknown> = {};

  const text = (): MadeSchema => {
    const kind = random.integer(3);
    const [words, value] = kind === 0
      ? [{}, TEXTS] as const
      : kind === 1
      ? (([pattern, texts]) => [{ pattern }, texts] as const)(pick(PATTERNS))
      : (([format, texts]) => [{ format }, texts] as const)(pick(FORMATS));
    const one = pick(value);
    const length = Array.from(one).length;
    return {
      schema: {
        ...(chance(0.8) && { type: "string" }),
        ...words,
        ...(kind < 2 && chance(0.5) && {
          minLength: Math.max(0, length - random.integer(2)),
        }),
        ...(kind < 2 && chance(0.5) &&
          { maxLength: length + random.integer(2) }),
        ...(kind === 0 && { type: "string" }),
      },
      sample: () => one,
    };
  };

  const number = (): MadeSchema => {
    const isInteger = chance(0.5);
    const size = pick([1, 10, 1000, 10 ** 6]);
    const scale = isInteger ? 1 : pick([1, 10, 100]);
    const draw = () => (random.integer(2 * size + 1) - size) / scale;
    const [min, value, max] = [draw(), draw(), draw()].sort((a, b) => a - b);
    return {
      schema: {
        type: isInteger ? "integer" : "number",
        ...(chance(0.5) && { minimum: min }),
        ...(chance(0.5) && { maximum: max }),
        ...(chance(0.2) && min! < value! && { exclusiveMinimum: min }),
        ...(chance(0.2) && max! > value! && { exclusiveMaximum: max }),
      },
      sample: () => value,
    };
  };

  const listed = (): MadeSchema => {
    const values = [1, -2.5, "a", '"', true, null, { a: [1] }, [], 1e21];
    const some = random.shuffle(values).slice(0, 1 + random.integer(4));
    return chance(0.3)
      ? { schema: { const: some[0] }, sample: () => some[0] }
      : { schema: { enum: some }, sample: () => pick(some) };
  };

  const plain = (): MadeSchema =>
    pick([
      { schema: { type: "boolean" }, sample: () => chance(0.5) },
      { schema: { type: "null" }, sample: () => null },
      { schema: true, sample: () => pick<unknown>([1, "a", [], { b: null }]) },
      { schema: { title: "any" }, sample: () => [[{ a: "x" }]] },
      {
        schema: { type: ["null", "integer", "boolean"] },
        sample: () => pick([null, 7, false]),
      },
    ]);

  function list(depth: number): MadeSchema {
    const begin = chance(0.4)
      ? Array.from({ length: 1 + random.integer(2) }, () => make(depth - 1))
      : [];
    const item = chance(0.8) || begin.length === 0
      ? make(depth - 1)
      : undefined;
    const count = begin.length + (item ? random.integer(3) : 0);
    return {
      schema: {
        type: "array",
        ...(begin.length && { prefixItems: begin.map(({ schema }) => schema) }),
        ...(item && { items: item.schema }),
        ...(chance(0.4) &&
          { minItems: Math.max(0, count - random.integer(2)) }),
        ...(chance(0.4) && { maxItems: count + random.integer(2) }),
      },
      sample: () =>
        Array.from(
          { length: count },
          (_, i) => (begin[i] ?? item!).sample(),
        ),
    };
  }

  function object(
    depth: number,
    names = ["a", "é", 'q"', "b", "ab"],
  ): MadeSchema {
    const members = names.filter(() => chance(0.5)).map((name) => ({
      name,
      isRequired: chance(0.5),
      ...make(depth - 1),
    }));
    const others = chance(0.3) ? make(depth - 1) : undefined;
    return {
      schema: {
        ...((members.length === 0 || chance(0.7)) && { type: "object" }),
        ...(members.length && {
          properties: Object.fromEntries(
            members.map(({ name, schema }) => [name, schema]),
          ),
        }),
        ...(chance(0.7) && {
          required: members.filter((it) => it.isRequired).map((it) => it.name),
        }),
        ...(others && { additionalProperties: others.schema }),
        ...(!others && members.length && chance(0.5) &&
          { additionalProperties: false }),
      },
      sample: () => {
        const entries = members.filter((it) => it.isRequired || chance(0.5))
          .map(({ name, sample }): [string, unknown] => [name, sample()]);
        if (others !== undefined && chance(0.5)) {
          entries.push(["other", others.sample()]);
        }
        return Object.fromEntries(entries);
      },
    };
  }

  function joined(depth: number): MadeSchema {
    const kind = random.integer(5);
    if (kind === 0) {
      const options = [make(depth - 1), make(depth - 1)];
      return {
        schema: { anyOf: options.map(({ schema }) => schema) },
        sample: () => pick(options).sample(),
      };
    }
    if (kind === 1) {
      const inner = make(depth - 1);
      return {
        schema: {
          oneOf: [
            { type: "string", maxLength: 2 },
            { type: "integer", maximum: 3 },
            { type: "integer", minimum: 4, maximum: 50 },
            {
              type: "object",
              properties: { kind: { const: "a" }, of: inner.schema },
              required: ["kind"],
            },
            {
              type: "object",
              properties: { kind: { const: "b" } },
              required: ["kind"],
            },
          ],
        },
        sample: () =>
          pick<() => unknown>([
            () => "ab",
            () => 4,
            () => ({ kind: "a", of: inner.sample() }),
            () => ({ kind: "b" }),
          ])(),
      };
    }
    if (kind === 2) {
      const [a, b] = [object(depth - 1, ["a", "b"]), object(depth - 1, ["c"])];
      for (const { schema } of [a, b]) {
        delete (schema as Record<string, unknown>).additionalProperties;
        (schema as Record<string, unknown>).properties ??= {};
        (schema as Record<string, unknown>).type = "object";
      }
      return {
        schema: { allOf: [a.schema, b.schema] },
        sample: () => {
          const [one, other] = [a.sample(), b.sample()] as object[];
          const { other: _1, ...left } = one as { other?: unknown };
          const { other: _2, ...right } = other as { other?: unknown };
          return { ...left, ...right };
        },
      };
    }
    if (kind === 3) {
      const inner = make(depth - 1);
      const name = `d/${Object.keys(definitions).length}`;
      definitions[name] = inner.schema;
      return {
        schema: { $ref: `#/$defs/${name.replace("/", "~1")}` },
        sample: inner.sample,
      };
    }
    const inner = make(depth - 1);
    const name = `list ${Object.keys(definitions).length}`;
    definitions[name] = {
      type: "object",
      properties: {
        value: inner.schema,
        next: { $ref: `#/$defs/${name.replace(" ", "%20")}` },
      },
      required: ["value"],
      additionalProperties: false,
    };
    return {
      schema: {
        anyOf: [{ type: "null" }, {
          $ref: `#/$defs/${name.replace(" ", "%20")}`,
        }],
      },
      sample: () =>
        pick<() => unknown>([
          () => null,
          () => ({ value: inner.sample(), next: { value: inner.sample() } }),
        ])(),
    };
  }

  function make(depth: number): MadeSchema {
    const kinds = [text, number, listed, plain];
    if (depth <= 0) return pick(kinds)();
    return pick([...kinds, list, object, object, joined])(depth);
  }

  const { schema, sample } = make(3);
  return {
    schema: typeof schema === "boolean"
      ? schema
      : { ...schema, $defs: definitions },
    sample,
  };
}
