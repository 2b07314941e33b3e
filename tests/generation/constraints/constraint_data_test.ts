import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { Acceptor } from "../../../src/generation/constraints/acceptor.ts";
import { constrain } from "../../../src/generation/constraints/constraint.ts";
import {
  type ConstraintData,
  fromData,
  toData,
} from "../../../src/generation/constraints/constraint_data.ts";
import { allOf } from "../../../src/generation/constraints/forms/all_of.ts";
import { lineLength } from "../../../src/generation/constraints/forms/line_length.ts";
import { withoutLetters } from "../../../src/generation/constraints/forms/without_letters.ts";
import { jsonSchema } from "../../../src/generation/constraints/json_schema.ts";
import { matching } from "../../../src/generation/constraints/matching.ts";
import { wordsOf } from "../../../src/generation/constraints/word_list.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";

Deno.test("toData() says which function made a constraint and of what, and fromData() makes it again", () => {
  const schema = { type: "object", title: "a whale" } as const;
  const made: [Acceptor, ConstraintData][] = [
    [matching(/a+/iu), { form: "matching", given: ["a+", "iu"] }],
    [jsonSchema(schema), {
      form: "jsonSchema",
      given: [schema, { whitespace: "none" }],
    }],
    [wordsOf(["b", "a", "b"]), {
      form: "wordsOf",
      given: [["a", "b"], { separator: " ", min: 1 }],
    }],
    [lineLength({ max: 3 }), {
      form: "lineLength",
      given: [{ min: 0, max: 3 }],
    }],
    [allOf(withoutLetters("e"), matching(/x/)), {
      form: "allOf",
      given: [
        { form: "withoutLetters", given: ["e"] },
        { form: "matching", given: ["x", ""] },
      ],
    }],
  ];
  for (const [acceptor, data] of made) {
    assertEquals(toData(acceptor), data);
    const again = fromData(JSON.parse(JSON.stringify(data)));
    assertEquals(again.description, acceptor.description);
    assertEquals(toData(again), data);
  }
});

Deno.test("toData() gives nothing for a language of the caller's own, nor where it is a part", () => {
  const part = {
    description: "no text",
    start: 0,
    next: () => undefined,
    leadsOn: () => false,
    isComplete: () => true,
    distance: () => 0,
    key: () => 0,
    form: "mine", // a member of its own
  } as Acceptor;
  assertEquals(toData(part), undefined);
  assertEquals(toData(allOf(part, matching(/x/))), undefined);
  assertStrictEquals(fromData(part), part);
});

Deno.test("constrain() takes plain data in a constraint's place", () => {
  const tokenizer = CharTokenizer.train("ab");
  const least = (constraint: ConstraintData | readonly ConstraintData[]) =>
    assertThrows(
      () => constrain(constraint, { tokenizer, maxTokens: 1 }),
      RangeError,
      "maxTokens must be 3 or more",
    );
  const data: ConstraintData = { form: "matching", given: ["a{3}", ""] };
  least(data);
  least([data, { form: "withoutLetters", given: ["b"] }]);
});

Deno.test("fromData() refuses a form that there is not, and what the function refuses", () => {
  const refuse = (
    data: unknown,
    type: typeof TypeError | typeof RangeError | typeof SyntaxError,
    message: string,
  ) => assertThrows(() => fromData(data as ConstraintData), type, message);
  refuse(
    { form: "toString", given: [] },
    TypeError,
    "Cannot constrain: the form must be one of matching, jsonSchema, gbnf, oneOf, wordsOf, acrostic, lineLength, mustContain, " +
      'withoutLetters, allOf: "toString"',
  );
  refuse(
    { form: "gbnf" },
    TypeError,
    "Cannot constrain: what gbnf is given must be a list: undefined",
  );
  refuse(
    { form: "matching", given: [7] },
    TypeError,
    "Cannot constrain: the regular expression must be a RegExp, such as /[0-9]+/: number",
  );
  refuse(
    { form: "matching", given: ["(", ""] },
    SyntaxError,
    "Cannot constrain: what matching is given must be the source and the flags of a regular expression: " +
      '["(",""]: Invalid regular expression: /(/: ',
  );
  refuse(
    { form: "matching", given: ["a", "zz"] },
    SyntaxError,
    'flags of a regular expression: ["a","zz"]: ',
  );
  refuse(
    { form: "oneOf", given: [["a"]], givn: [["b"]] },
    TypeError,
    'Cannot constrain: there is no option "givn", did you mean "given"? (known: form, given)',
  );
  refuse(
    { form: "allOf", given: [7] },
    TypeError,
    "Cannot constrain: a constraint must be an acceptor",
  );
});
