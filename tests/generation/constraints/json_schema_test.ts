import { assert, assertEquals, assertThrows } from "@std/assert";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { RandomStream } from "../../../src/engine/random.ts";
import { jsonSchema } from "../../../src/generation/constraints/json_schema.ts";
import { randomKeywords } from "./_random_keywords.ts";
import { JSON_CHARACTERS, randomSchema } from "./_random_schema.ts";
import { accepts, costOf, mutate, writeText } from "./_walk.ts";

const COST = costOf(JSON_CHARACTERS);

// deno-lint-ignore no-explicit-any -- the packages' types name CommonJS modules
const ajv = new (Ajv as any)({ strict: false });
// deno-lint-ignore no-explicit-any
(addFormats as any)(ajv);

/** Whether a text is JSON that fits a schema, by ajv. */
function validator(schema: unknown): (text: string) => boolean {
  const validate = ajv.compile(schema);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return false;
    }
    return validate(value);
  };
}

Deno.test("What is written by 1,000 random JSON schemas fits them by ajv, and what fits is written", () => {
  const random = new RandomStream(2, "JSON schemas");
  const counts = { made: 0, written: 0, sampled: 0, refused: 0 };
  while (counts.made < 1000) {
    const { schema, sample } = randomSchema(random);
    const isValid = validator(schema);
    counts.made++;
    const told = JSON.stringify(schema);
    const acceptor = jsonSchema(schema);
    const one = JSON.stringify(sample());
    assert(isValid(one), `${told} ${one}`);
    assert(accepts(acceptor, one), `${told} ${one}`);
    counts.sampled++;
    const whitespace = (["none", "spaces", "any"] as const)[random.integer(3)]!;
    const texts = [one];
    const other = jsonSchema(schema, { whitespace });
    for (let i = 0; i < 2; i++) {
      const text = writeText(other, random, JSON_CHARACTERS, COST, 40);
      if (text === undefined) continue;
      assert(isValid(text), `${told} ${text}`);
      counts.written++;
      texts.push(text);
    }
    for (const text of texts) {
      for (let i = 0; i < 3; i++) {
        const changed = mutate(text, random, JSON_CHARACTERS);
        if (accepts(other, changed)) {
          assert(isValid(changed), `${told} ${changed}`);
        } else counts.refused++;
      }
    }
  }
  assert(counts.written > 1800 && counts.refused > 5000);
});

Deno.test("What is written by schemas of random keywords fits them by ajv, or they are refused by a message", () => {
  const random = new RandomStream(7, "keywords");
  const counts = { written: 0, changed: 0, refused: 0 };
  for (let i = 0; i < 2000; i++) {
    const schema = randomKeywords(random);
    const told = JSON.stringify(schema);
    let acceptor;
    try {
      acceptor = jsonSchema(schema);
    } catch (error) {
      assert(
        error instanceof SyntaxError &&
          error.message.startsWith("Cannot constrain: "),
        `${told} ${error}`,
      );
      counts.refused++;
      continue;
    }
    const isValid = validator(schema);
    for (let j = 0; j < 3; j++) {
      const text = writeText(acceptor, random, JSON_CHARACTERS, COST, 20);
      if (text === undefined) break;
      assert(isValid(text), `${told} ${text}`);
      counts.written++;
      const changed = mutate(text, random, JSON_CHARACTERS);
      if (!accepts(acceptor, changed)) continue;
      assert(isValid(changed), `${told} ${changed}`);
      counts.changed++;
    }
  }
  assert(counts.written > 2000, JSON.stringify(counts));
  assert(counts.changed > 100 && counts.refused > 200, JSON.stringify(counts));
});

for (
  const [schema, texts, others] of [
    [true, ["1", '"a"', "[]", '{"a":[null]}', "-0.5e-3"], ["", "01", "{a:1}"]],
    [{ type: "integer" }, ["0", "-12"], ["-0", "1.0", "1e2"]],
    [{ type: "string" }, ['""', '"\\n\\u0001🐋"'], [
      '"\n"',
      '"\\u000a"',
      '"\\/"',
    ]],
    [{ type: "string", minLength: 1, maxLength: 2 }, ['"🐋🐋"'], [
      '""',
      '"abc"',
    ]],
    [{ pattern: "b" }, ['"abc"', '"b"'], ['"a"', "1"]],
    [{ pattern: "^a*$", minLength: 2, maxLength: 3 }, ['"aa"', '"aaa"'], [
      '"a"',
      '"aaaa"',
      '"ab"',
    ]],
    [{ allOf: [{ pattern: "a" }, { pattern: "b" }] }, ['"ab"', '"xbya"'], [
      '"a"',
      '"b"',
    ]],
    [{ format: "date" }, ['"2024-02-29"'], ['"2023-02-29"', '"2024-13-01"']],
    [{ enum: ["a", 1, { b: [1, "c"] }] }, ['"a"', "1", '{"b":[1,"c"]}'], ["2"]],
    [{
      enum: ["a", "bc", 1, 5],
      type: ["string", "integer"],
      minLength: 2,
      maximum: 3,
    }, [
      '"bc"',
      "1",
    ], ['"a"', "5"]],
    [{ const: 1, enum: [1, 2] }, ["1"], ["2"]],
    [{ properties: { a: true, b: { type: "null" } }, required: ["b"] }, [
      '{"b":null}',
      '{"a":1,"b":null}',
    ], ["{}", '{"b":null,"a":1}', '{"b":null,"c":1}', "1"]],
    [
      {
        properties: { a: { type: "null" } },
        additionalProperties: { type: "integer" },
        required: ["c"],
      },
      ['{"c":1}', '{"a":null,"c":1,"d":2,"ab":3}'],
      ['{"a":null}', '{"c":1,"a":1}', '{"c":1,"d":null}'],
    ],
    [{ type: "object" }, ["{}", '{"a":1,"":{}}'], ["[]"]],
    [{ type: "object", properties: {}, additionalProperties: false }, ["{}"], [
      '{"a":1}',
    ]],
    [{ properties: { a: false, b: { type: "null" } } }, ["{}", '{"b":null}'], [
      '{"a":1}',
    ]],
    [{ type: "array", minItems: 1, maxItems: 2, items: { type: "null" } }, [
      "[null]",
      "[null,null]",
    ], ["[]", "[null,null,null]", "[1]"]],
    [{ prefixItems: [{ type: "null" }, { type: "boolean" }] }, [
      "[]",
      "[null]",
      "[null,true]",
    ], ["[true]", "[null,true,1]"]],
    [{ prefixItems: [{ type: "null" }], minItems: 2 }, ["[null,7]"], [
      "[null]",
    ]],
    [{ items: false }, ["[]"], ["[1]"]],
    [{ maxItems: 0 }, ["[]"], ["[1]"]],
    [
      { type: "number", minimum: 0, exclusiveMaximum: 1 },
      ["0", "0.0", "0.999"],
      [
        "1",
        "1.0",
        "-0",
        "-0.1",
      ],
    ],
    [{ anyOf: [{ type: "null" }, { const: 3 }] }, ["null", "3"], ["4"]],
    [
      {
        type: "object",
        properties: { a: { type: "null" }, b: { type: "null" } },
        anyOf: [{ required: ["a"] }, { required: ["b"] }],
      },
      ['{"a":null}', '{"b":null}', '{"a":null,"b":null}'],
      ["{}"],
    ],
    [
      {
        allOf: [{ properties: { a: true }, additionalProperties: false }, {
          properties: { b: true },
        }],
      },
      ["{}", '{"a":1}'],
      ['{"b":1}'],
    ],
    [
      {
        type: "object",
        properties: { next: { $ref: "#" } },
        additionalProperties: false,
      },
      ["{}", '{"next":{"next":{}}}'],
      ['{"next":1}'],
    ],
    [
      {
        properties: { next: { $ref: "#", required: ["v"] }, v: { const: 1 } },
      },
      ["{}", '{"next":{"v":1}}', '{"next":{"next":{"v":1},"v":1}}'],
      ['{"next":{}}', '{"next":{"next":{},"v":1}}'],
    ],
    [{ $defs: { "a/b c": { const: 1 } }, $ref: "#/$defs/a~1b%20c" }, ["1"], [
      "2",
    ]],
    [
      { type: ["string", "null"], title: "t", description: "d", default: null },
      [
        "null",
        '""',
      ],
      ["1"],
    ],
  ] as [boolean | Record<string, unknown>, string[], string[]][]
) {
  Deno.test(`jsonSchema() reads ${JSON.stringify(schema)}`, () => {
    const acceptor = jsonSchema(schema);
    for (const text of texts) assert(accepts(acceptor, text), text);
    for (const text of others) assert(!accepts(acceptor, text), text);
  });
}

Deno.test("White space is written where the option says", () => {
  const schema = {
    properties: { a: { type: "array", items: { type: "null" } }, b: true },
  };
  const [none, spaces, any] = (["none", "spaces", "any"] as const).map((
    whitespace,
  ) => jsonSchema(schema, { whitespace }));
  const compact = '{"a":[null,null],"b":{"c":1}}';
  const spaced = '{"a": [null, null], "b": {"c": 1}}';
  const loose = '{ "a" :\n [null\t,null ], "b":{\r"c":1 } }';
  assertEquals([none!, spaces!, any!].map((it) => accepts(it, compact)), [
    true,
    false,
    true,
  ]);
  assertEquals([none!, spaces!, any!].map((it) => accepts(it, spaced)), [
    false,
    true,
    true,
  ]);
  assertEquals([none!, spaces!, any!].map((it) => accepts(it, loose)), [
    false,
    false,
    true,
  ]);
});

Deno.test("A description has the title of the schema", () => {
  assertEquals(jsonSchema(true).description, "JSON that fits the schema");
  assertEquals(
    jsonSchema({ title: "whale" }).description,
    'JSON that fits the schema "whale"',
  );
});

const CIRCLE: Record<string, unknown> = {};
CIRCLE.items = CIRCLE;

for (
  const [schema, type, message] of [
    [
      { properties: { "a/b": { not: {} } } },
      SyntaxError,
      'a JSON schema must have no "not" here: at #/properties/a~1b; say it in other keywords, or check the text when it is whole',
    ],
    [
      { uniqueItems: true },
      SyntaxError,
      'a JSON schema must have no "uniqueItems" here: at #',
    ],
    [
      { items: { minimun: 1 } },
      SyntaxError,
      'a keyword of a JSON schema must be a known one: "minimun" at #/items',
    ],
    [
      { type: "int" },
      TypeError,
      'type must be of object, array, string, integer, number, boolean, null: "int" at #',
    ],
    [
      { properties: { a: 1 } },
      TypeError,
      "a JSON schema must be an object or a boolean: 1 at #/properties/a",
    ],
    [
      { anyOf: [] },
      TypeError,
      "anyOf must be an array of schemas: [] at #",
    ],
    [
      { items: [{}] },
      TypeError,
      "items must be one schema (prefixItems has several): [{}] at #",
    ],
    [
      { minLength: "3" },
      TypeError,
      'minLength must be an integer: "3" at #',
    ],
    [
      { minItems: -1 },
      RangeError,
      "minItems must not be negative: -1 at #",
    ],
    [
      { required: "a" },
      TypeError,
      'required must be an array of texts: "a" at #',
    ],
    [{ enum: 1 }, TypeError, "enum must be an array: 1 at #"],
    [
      { format: "iri" },
      SyntaxError,
      'format must be of date, time, date-time, email, hostname, ipv4, uri, uuid: "iri" at #; write a pattern for others',
    ],
    [
      { pattern: "(" },
      SyntaxError,
      'pattern must be a regular expression: "(" at #',
    ],
    [
      { pattern: "a(?=b)" },
      SyntaxError,
      "a regular expression must have no look-ahead: at 1 of /a(?=b)/u",
    ],
    [
      { $ref: "other.json" },
      SyntaxError,
      '$ref must begin with #, other documents are not read: "other.json" at #',
    ],
    [
      { $ref: "#/$defs/x" },
      SyntaxError,
      '$ref must lead to a schema: "#/$defs/x" at #',
    ],
    [
      { $ref: "#" },
      SyntaxError,
      "a JSON schema must not refer to itself but from members and items: $ref at #",
    ],
    [
      { anyOf: [{ $ref: "#" }, { type: "null" }] },
      SyntaxError,
      "a JSON schema must not refer to itself but from members and items: $ref at #/anyOf/0",
    ],
    [
      { oneOf: [{ type: "integer" }, { type: "number" }] },
      SyntaxError,
      "schemas of oneOf must exclude each other by a type, a const or a required member: 0 and 1 at #/oneOf; say so in them, or use anyOf",
    ],
    [
      {
        oneOf: [{ type: "null" }, { required: ["a"] }, {
          type: "object",
          required: ["b"],
        }],
      },
      SyntaxError,
      "schemas of oneOf must exclude each other by a type, a const or a required member: 0 and 1 at #/oneOf",
    ],
    [
      { enum: [[1]], minItems: 1 },
      SyntaxError,
      "enum and const must have no objects and arrays beside keywords other than type: [1] at #",
    ],
    [
      { type: "number", minimum: 1e-9 },
      RangeError,
      "bounds of a number must have 15 digits at most, and no exponent: 1e-9 and Infinity at #",
    ],
    [
      false,
      SyntaxError,
      "the language must have a text: JSON that fits the schema has none",
    ],
    [
      { title: "x", type: "integer", minimum: 3, maximum: 2 },
      SyntaxError,
      'the language must have a text: JSON that fits the schema "x" has none',
    ],
    [
      { pattern: "^a*$", minLength: 60_000 },
      RangeError,
      "patterns and lengths must take 50000 rules at most together: # text 1 takes more",
    ],
    [null, TypeError, "a JSON schema must be an object or a boolean: null"],
    ["{}", TypeError, "a JSON schema must be an object or a boolean: string"],
    [
      CIRCLE,
      TypeError,
      "a JSON schema must be plain JSON: Converting circular structure to JSON",
    ],
  ] as [boolean, ErrorConstructor, string][]
) {
  Deno.test(`jsonSchema() says: ${message}`, () => {
    assertThrows(
      () => jsonSchema(schema),
      type,
      `Cannot constrain: ${message}`,
    );
  });
}

Deno.test("jsonSchema() refuses options that it does not know", () => {
  assertThrows(
    () => jsonSchema(true, { whitespace: "some" as "any" }),
    TypeError,
    'Cannot constrain: whitespace must be of none, spaces, any: "some"',
  );
  assertThrows(
    () =>
      jsonSchema(true, { white: "any" } as unknown as { whitespace: "any" }),
    TypeError,
    'Cannot constrain: there is no option "white" (known: whitespace)',
  );
});

Deno.test("jsonSchema() counts characters of a pattern up to large numbers", () => {
  const schema = { pattern: "^[ab]*$", minLength: 20_000, maxLength: 20_001 };
  const acceptor = jsonSchema(schema);
  const cost = costOf('ab"');
  assertEquals(acceptor.distance(acceptor.start, cost), 20_002);
  assert(accepts(acceptor, `"${"ab".repeat(10_000)}"`));
  assert(!accepts(acceptor, `"${"ab".repeat(9_999)}"`));
  assert(!accepts(acceptor, `"${"ab".repeat(10_001)}"`));
});
