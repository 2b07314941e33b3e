import { assertEquals, assertThrows } from "@std/assert";
import { parseStrictJson, scanJson } from "../../src/checkpoint/strict_json.ts";

Deno.test("parseStrictJson() reads what JSON.parse() reads", () => {
  for (
    const value of [
      null,
      true,
      -0.5,
      1e300,
      "",
      'quotes " and \\ and {"a":1,"a":2}',
      [],
      {},
      { a: { a: [{ a: 1 }, { a: 2 }] }, b: "a" },
      { "": 1, "__proto__": 2, e: [true, false, null, 5e-324] },
    ]
  ) {
    assertEquals(parseStrictJson(JSON.stringify(value)), value);
    assertEquals(parseStrictJson(JSON.stringify(value, null, 2)), value);
  }
});

const REFUSED: [what: string, text: string, message: string][] = [
  ["a name given twice", '{"a":1,"b":2,"a":1}', 'it names "a" twice'],
  [
    "a name given twice, once escaped",
    '{"a":1,"\\u0061":1}',
    'it names "a" twice',
  ],
  ["a name given twice inside", '[{"x":{"":1,"":1}}]', 'it names "" twice'],
  [
    "a number beyond the largest",
    '{"a":1e999}',
    "it must have finite numbers only: 1e999",
  ],
  [
    "a long integer beyond the largest",
    `[-${"9".repeat(400)}]`,
    "it must have finite numbers only: -999",
  ],
  [
    "101 arrays",
    `${"[".repeat(101)}${"]".repeat(101)}`,
    "it must nest at most 100 objects and arrays: it nests more",
  ],
  [
    "a million open objects",
    '{"a":'.repeat(1_000_000),
    "it must nest at most 100 objects and arrays: it nests more",
  ],
  ["a text without its end", '{"a', "it must be JSON: "],
  ["nothing", "", "it must be JSON: "],
  ["NaN", "[NaN]", "it must be JSON: "],
  ["a comma too many", "[1,]", "it must be JSON: "],
];

for (const [what, text, message] of REFUSED) {
  Deno.test(`parseStrictJson() refuses ${what}`, () => {
    assertThrows(() => parseStrictJson(text), SyntaxError, message);
  });
}

Deno.test("parseStrictJson() takes 100 arrays inside of each other, however many stand side by side", () => {
  const deep = `${"[".repeat(99)}${"]".repeat(99)}`;
  assertEquals(
    (parseStrictJson(`[${deep},${deep},"${"[".repeat(500)}"]`) as unknown[])
      .length,
    3,
  );
});

Deno.test("scanJson() shows every number as it is written, and none that stands in a text", () => {
  const seen: string[] = [];
  scanJson('{"1":-0,"a":[1.0,2E+3,"4"],"b":true,"c":10}', (number) => {
    seen.push(number);
  });
  assertEquals(seen, ["-0", "1.0", "2E+3", "10"]);
});
