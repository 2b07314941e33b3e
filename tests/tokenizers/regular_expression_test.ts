import { assertEquals, assertThrows } from "@std/assert";
import { JsonMembers } from "../../src/tokenizers/json_members.ts";
import {
  readPattern,
  translateExpression,
} from "../../src/tokenizers/regular_expression.ts";

// Oniguruma's meaning of each expression, from its document "RE"; the sets of characters were compared over all of Unicode.
const FOUND: [expression: string, text: string, found: string[]][] = [
  ["\\s+", "a\u0085 \uFEFF\u3000b", ["\u0085 ", "\u3000"]],
  ["[^\\s]+", "a \uFEFFb", ["a", "\uFEFFb"]],
  ["\\S+", "a b", ["a", "b"]],
  ["[\\S]+", "a b", ["a", "b"]],
  ["\\d+", "12 ٣", ["12", "٣"]],
  ["\\w+", "a_é½ ½ !", ["a_é½", "½"]],
  ["\\W", "a!", ["!"]],
  ["\\h+", "xffg", ["ff"]],
  [".+", "a\rb\nc", ["a\rb", "c"]],
  ["^.", "ab\ncd", ["a", "c"]],
  [".$", "ab\ncd", ["b", "d"]],
  ["\\A.", "ab\ncd", ["a"]],
  [".\\z", "ab\ncd", ["d"]],
  [".\\Z", "ab\ncd\n", ["d"]],
  ["(?i:'s|'t)", "'S't", ["'S", "'t"]],
  ["a?+a", "aa a", ["aa"]],
  ["a++b", "aab", ["aab"]],
  ["(ab|a)++b", "abb ab", ["abb"]],
  ["(?:a|b)*+c", "abc", ["abc"]],
  ["a{1,2}+", "aaaaa", ["aaaaa"]],
  ["a{,2}b", "aaab", ["aab"]],
  ["a{2}", "aaaa", ["aa", "aa"]],
  ["a{x}", "a{x}", ["a{x}"]],
  ["a+?", "aa", ["a", "a"]],
  ["\\p{Han}+", "a漢字", ["漢字"]],
  ["\\p{^L}+", "a12b", ["12"]],
  ["\\P{L}", "a1", ["1"]],
  ["[[:alpha:]_]+", "a_1", ["a_"]],
  ["[[:punct:]]", "a$", ["$"]],
  ["[a[bc]]+", "abcd", ["abc"]],
  ["[^]a]+", "b]a", ["b"]],
  ["\\'\\-\\ \\#", "'- #", ["'- #"]],
  ["[\\-\\']+", "a-'", ["-'"]],
  ["\\x{1F40B}\\x41\\u0042", "🐋AB", ["🐋AB"]],
  ["(?=a)(?<!b)a(?!c)", "ba ac a", ["a"]],
  ["(?<name>a)}", "a}", ["a}"]],
];

for (const [expression, text, found] of FOUND) {
  Deno.test(`translateExpression() finds what ${expression} means`, () => {
    const matches = Array.from(
      text.matchAll(translateExpression(expression)),
      ([match]) => match,
    );
    assertEquals(matches.filter((match) => match !== ""), found);
  });
}

const REFUSED: [expression: string, message: string][] = [
  ["(?>a)", "a group of the regular expression has no form in JavaScript"],
  ["(?m:.)", "a group of the regular expression has no form in JavaScript"],
  ["(?i)a", "a group of the regular expression has no form in JavaScript"],
  ["\\G", "a part without a form in JavaScript"],
  ["[a&&b]", "a part without a form in JavaScript"],
  ["[a", "a part without a form in JavaScript"],
  ["\\p{Nonsense}", 'names an unknown property of characters: "Nonsense"'],
  ["a**", "must be one that JavaScript can run"],
  ["(a", "must be one that JavaScript can run"],
];

for (const [expression, message] of REFUSED) {
  Deno.test(`translateExpression() refuses ${expression}`, () => {
    assertThrows(() => translateExpression(expression), SyntaxError, message);
  });
}

Deno.test("readPattern() tells text from expressions", () => {
  const read = (pattern: unknown) =>
    readPattern(new JsonMembers({ pattern }, "split"), "pattern");
  assertEquals("a.b-".split(read({ String: "." })), ["a", "b-"]);
  assertEquals("a.b".match(read({ Regex: "." }))!.length, 3);
  assertThrows(
    () => read({ Glob: "*" }),
    TypeError,
    'Cannot load tokenizer: split.pattern must be an object with "String" or "Regex": {"Glob":"*"}',
  );
});
