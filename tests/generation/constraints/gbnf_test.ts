import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { gbnf } from "../../../src/generation/constraints/gbnf.ts";
import { accepts, costOf, mutate, writeText } from "./_walk.ts";

const JSON_GRAMMAR = String.raw`
# JSON without white space but after a comma
root   ::= object | array
value  ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ( member ("," ws member)* )? "}"
member ::= string ":" value
array  ::= "[" (
    value          # one
    ("," ws value)*
  )? "]"
string ::=
  "\"" ( [^"\\\x00-\x1F] | "\\" ["\\/bfnrt] | "\\u" [0-9a-fA-F]{4} )* "\""
number ::= "-"? ("0" | [1-9] [0-9]*)
         | "0." [0-9]{1,3}
ws     ::= " "?
`;

Deno.test("gbnf() reads a grammar of JSON: what it writes is parsed, and what is not parsed is refused", () => {
  const grammar = gbnf(JSON_GRAMMAR);
  const characters = '{}[]",:0123456789-.\\/u falsetrun🐋é';
  const cost = costOf(characters);
  const random = new RandomStream(3, "gbnf");
  let refused = 0;
  for (let i = 0; i < 300; i++) {
    const text = writeText(grammar, random, characters, cost, 60)!;
    assertEquals(typeof JSON.parse(text), "object");
    const changed = mutate(text, random, characters);
    if (accepts(grammar, changed)) JSON.parse(changed);
    else refused++;
  }
  assert(refused > 100, `${refused}`);
});

for (
  const [source, texts, others] of [
    ['root ::= "a" "b"', ["ab"], ["a", "b", "abc", ""]],
    ['root ::= "a" | "b" |', ["a", "b", ""], ["ab"]],
    ["root ::= [a-cx-]{2}", ["ax", "--"], ["a", "ad", "abc"]],
    ['root ::= [^\\n"]* "\\n"', ["\n", "é🐋\n"], ['"\n', "\n\n"]],
    ["root ::= .+ [\\]\\[]", ["a]", "\n["], ["]", "a"]],
    ['root ::= ("a" | "b" "c")+ "\\x64" ?', ["a", "bcad"], ["b", "d"]],
    ['root ::= "\\u00e9\\U0001F40B\\t\\\\"', ["é🐋\t\\"], ["é"]],
    ['root ::= "a"{2,} "b"{0,1} "c"{ 1 , 2 }', ["aac", "aaabcc"], ["ac"]],
    ["root ::= ( # open\n  x\n  x )\nx ::= [0-9]", ["12"], ["1", "123"]],
    ['root ::=\n  a-b |\n  c_d\n  | e\na-b ::= "1"\nc_d ::= "2"\ne ::= "3"', [
      "1",
      "2",
      "3",
    ], ["12"]],
    ['root ::= "(" root? ")"', ["()", "((()))"], ["", "(()"]],
    ["root ::= [^]", ["a", "]"], [""]],
    ['root ::= "" | "a"', ["", "a"], ["aa"]],
    ['root ::= "a"\r\nx ::= root', ["a"], ["b"]],
  ] as const
) {
  Deno.test(`gbnf() reads ${JSON.stringify(source)}`, () => {
    const grammar = gbnf(source);
    for (const text of texts) assert(accepts(grammar, text), text);
    for (const text of others) assert(!accepts(grammar, text), text);
  });
}

for (
  const [source, message] of [
    ["", "a grammar must have a rule root: it has none"],
    ['a ::= "b"', "a grammar must have a rule root: it has a"],
    ["root ::= a", 'a rule must be defined: "a" at line 1, column 10'],
    [
      'root ::= "a"\nroot ::= "b"',
      'a rule must be there once: "root ::= \\"b\\"" at line 2, column 1',
    ],
    ["root = a", 'a name must have "::=" after it: "= a" at line 1, column 6'],
    ["::= a", 'a rule must begin with its name: "::= a" at line 1, column 1'],
    ['root ::= "a', 'a text must be closed: "\\"a" at line 1, column 10'],
    ["root ::= [a\n]", 'a class must be closed: "[a" at line 1, column 10'],
    [
      'root ::= ("a"',
      'a group must be closed: "(\\"a\\"" at line 1, column 10',
    ],
    [
      'root ::= "a")',
      'a rule must end with its line: ")" at line 1, column 13',
    ],
    ["root ::= [b-a]", 'a range must not fall: "b-a]" at line 1, column 11'],
    [
      'root ::= "\\q"',
      'an escape must be of \\n \\r \\t \\\\ \\" \\[ \\] \\xXX \\uXXXX \\UXXXXXXXX: "\\\\q\\"" at line 1, column 11',
    ],
    [
      'root ::= "\\u12"',
      '\\u must have 4 hexadecimal digits: "\\\\u12\\"" at line 1, column 11',
    ],
    [
      'root ::= "\\ud800"',
      'a character must be one of Unicode: "\\\\ud800\\"" at line 1, column 11',
    ],
    [
      'root ::= "a"{2,1}',
      'repetitions must not fall: "{2,1}" at line 1, column 13',
    ],
    [
      'root ::= "a"{x}',
      'repetitions must be {m}, {m,} or {m,n}: "{x}" at line 1, column 13',
    ],
    [
      "root ::= <think>",
      'parts must be characters, not tokens: "<think>" at line 1, column 10',
    ],
    [
      "root ::= *",
      'a part must be a text in ", a class in [], a group in (), "." or the name of a rule: "*" at line 1, column 10',
    ],
    [
      'root ::= a\na ::= b? c\nb ::= "x"\nc ::= a "y" | "z"',
      "a rule must not begin with itself: a -> c -> a; repeat with * or put the rule last",
    ],
    [
      'root ::= "a" root',
      "the language must have a text: a text of the grammar's rule root has none",
    ],
  ] as const
) {
  Deno.test(`gbnf() says: ${message}`, () => {
    assertThrows(
      () => gbnf(source),
      SyntaxError,
      `Cannot constrain: ${message}`,
    );
  });
}

Deno.test("gbnf() takes texts alone", () => {
  assertThrows(
    () => gbnf(null as unknown as string),
    TypeError,
    "Cannot constrain: a grammar must be a text: null",
  );
  assertThrows(
    () => gbnf(`root ::= ${"(".repeat(501)}"a"${")".repeat(501)}`),
    SyntaxError,
    "Cannot constrain: groups must be 500 in one another at most",
  );
});
