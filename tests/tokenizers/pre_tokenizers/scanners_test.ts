import { assert, assertEquals } from "@std/assert";
import { IntList } from "../../../src/tokenizers/int_list.ts";
import {
  findScanner,
  GPT2_EXPRESSION,
  LLAMA3_EXPRESSION,
  QWEN2_EXPRESSION,
} from "../../../src/tokenizers/pre_tokenizers/scanners.ts";
import { splitRange } from "../../../src/tokenizers/pre_tokenizers/split.ts";
import { translateExpression } from "../../../src/tokenizers/regular_expression.ts";
import { createRandom, randomText } from "../_random_text.ts";

/** What the expressions tell apart, to be thrown together. */
const PARTS = [
  " ",
  "  ",
  "\n",
  "\r\n",
  "\t",
  "\u00A0",
  "\u0085",
  "\uFEFF",
  "'",
  "'s",
  "'S",
  "'ll",
  "'lL",
  "'re",
  "'ſ",
  "a",
  "Zé",
  "漢",
  "𝔸",
  "1",
  "23",
  "٣",
  "½",
  "𝟘",
  "!",
  "--",
  "🐋",
  "\u0301",
];

for (
  const [name, expression] of [
    ["GPT-2", GPT2_EXPRESSION],
    ["Llama 3", LLAMA3_EXPRESSION],
    ["Qwen 2", QWEN2_EXPRESSION],
  ] as const
) {
  Deno.test(`findScanner() gives the pieces that the expression of ${name} gives`, () => {
    const scanner = findScanner(expression)!;
    const pattern = translateExpression(expression);
    const random = createRandom(3);
    for (let n = 0; n < 5000; n++) {
      const text = n % 5 === 0
        ? randomText(random).toWellFormed()
        : Array.from({ length: random(12) }, () => PARTS[random(PARTS.length)])
          .join("");
      const scanned = new IntList();
      scanner(text, 0, text.length, scanned);
      const run = new IntList();
      splitRange(text, 0, text.length, { pattern, behavior: "Isolated" }, run);
      assertEquals(scanned.toArray(), run.toArray(), JSON.stringify(text));
    }
  });
}

Deno.test("findScanner() looks at nothing outside of the part that it is given", () => {
  const bounds = new IntList();
  findScanner(GPT2_EXPRESSION)!("ab  cd", 1, 4, bounds); // "b  ", at whose end the spaces stay together
  assertEquals([...bounds.toArray()], [1, 2, 2, 4]);
  assert(findScanner("\\w+") === undefined);
});
