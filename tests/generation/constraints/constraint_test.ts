import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import type { Acceptor } from "../../../src/generation/constraints/acceptor.ts";
import {
  constrain,
  type ConstrainOptions,
} from "../../../src/generation/constraints/constraint.ts";
import { acrostic } from "../../../src/generation/constraints/forms/acrostic.ts";
import { allOf } from "../../../src/generation/constraints/forms/all_of.ts";
import { matching } from "../../../src/generation/constraints/matching.ts";
import { lineLength } from "../../../src/generation/constraints/forms/line_length.ts";
import { mustContain } from "../../../src/generation/constraints/forms/must_contain.ts";
import { withoutLetters } from "../../../src/generation/constraints/forms/without_letters.ts";
import { BPETokenizer } from "../../../src/tokenizers/bpe_tokenizer.ts";
import { ByteTokenizer } from "../../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";
import { tokenizerFromJSON } from "../../../src/tokenizers/resolve.ts";
import type {
  JsonObject,
  Tokenizer,
} from "../../../src/tokenizers/tokenizer.ts";
import { UnigramTokenizer } from "../../../src/tokenizers/unigram_tokenizer.ts";
import { WordPieceTokenizer } from "../../../src/tokenizers/word_piece_tokenizer.ts";
import { WordTokenizer } from "../../../src/tokenizers/word_tokenizer.ts";
import { readGolden } from "../../tokenizers/_golden.ts";
import { Automaton, manyOf, oneOfTexts } from "./_automaton.ts";

const TEXT =
  "Call me Ishmael. W h a l e 0 1 2 3 4 5 6 7 8 9 🐋 sea\nWhen I see the sea, the whale\nHe has 10 harpoons; 27 boats.\n";

const TOKENIZERS: readonly (readonly [string, Tokenizer])[] = [
  ["CharTokenizer", CharTokenizer.train(TEXT)],
  [
    "CharTokenizer over graphemes",
    CharTokenizer.train(TEXT, { unit: "grapheme" }),
  ],
  ["ByteTokenizer", new ByteTokenizer()],
  ["WordTokenizer", WordTokenizer.train(TEXT)],
  [
    "BPETokenizer",
    BPETokenizer.train(TEXT, { vocabSize: 300, specialTokens: ["<end>"] }),
  ],
  ["WordPieceTokenizer", WordPieceTokenizer.train(TEXT, { vocabSize: 150 })],
  [
    "UnigramTokenizer",
    UnigramTokenizer.train(TEXT.repeat(3), { vocabSize: 80 }),
  ],
  ...["gpt2", "roberta", "llama2", "llama3", "qwen", "bert", "t5", "word_level"]
    .map((name) =>
      [name, tokenizerFromJSON(readGolden<JsonObject>(`${name}.json`))] as const
    ),
];

const RULES: readonly (readonly [Acceptor, (text: string) => boolean])[] = [
  ...[
    manyOf("0", "9", 1),
    manyOf("0", "9", 2, 5),
    oneOfTexts(["the sea", "the whale", "sea", "🐋", "🐋🐋!", "The whale"]),
  ].map((automaton: Automaton) =>
    [automaton as Acceptor, (text: string) => automaton.accepts(text)] as const
  ),
  [withoutLetters("e"), (text) => !/[eé]/iu.test(text)],
  [
    lineLength({ min: 3, max: 9 }),
    (text) =>
      text.split("\n").every((line) =>
        Array.from(line).length >= 3 && Array.from(line).length <= 9
      ),
  ],
  [acrostic("we"), (text) => /^w[^\n]*\ne[^\n]*$/iu.test(text)],
  [mustContain(["sea", "a"]), (text) => text.includes("sea")],
  [
    allOf(acrostic("ship"), withoutLetters("e")),
    (text) =>
      /^s[^\n]*\nh[^\n]*\ni[^\n]*\np[^\n]*$/iu.test(text) &&
      !/[eé]/iu.test(text),
  ],
  [
    allOf(withoutLetters("h"), mustContain(["sea"]), lineLength({ max: 12 })),
    (text) =>
      text.includes("sea") && !/h/iu.test(text) &&
      text.split("\n").every((line) => Array.from(line).length <= 12),
  ],
];

/** Random scores, some of which rule a token out anyway. */
function randomLogits(size: number, random: RandomStream): Float32Array {
  return Float32Array.from({ length: size }, () => 3 * random.normal());
}

/** The token of the largest score. */
function best(logits: Float32Array): number {
  return logits.indexOf(Math.max(...logits));
}

for (const [name, tokenizer] of TOKENIZERS) {
  Deno.test(`constrain() makes every text satisfy its constraint, whatever the model prefers, with ${name}`, () => {
    let written = 0;
    for (const [constraint, accepts] of RULES) {
      for (const maxTokens of [1, 3, 8, 25]) {
        for (const stopWhenComplete of [false, true]) {
          let begin;
          try {
            begin = constrain(constraint, {
              tokenizer,
              maxTokens,
              stopWhenComplete,
            });
          } catch (error) {
            assert(error instanceof RangeError, `${error}`);
            continue; // the next test is about these
          }
          for (let seed = 0; seed < 4; seed++) {
            const random = new RandomStream(seed, "logits");
            const text = begin();
            const ids: number[] = [];
            while (!text.hasEnded) {
              assert(ids.length < maxTokens);
              const logits = randomLogits(tokenizer.vocabSize, random);
              text.mask(logits);
              ids.push(best(logits));
              text.take(ids.at(-1)!);
            }
            const stream = tokenizer.decodeStream();
            const pieces = ids.map((id) => stream.push(id));
            const result = pieces.join("") + stream.flush();
            assert(
              accepts(result),
              `${constraint.description}: ${JSON.stringify(result)}`,
            );
            assert(text.isComplete);
            assertEquals(text.tokensLeft, maxTokens - ids.length);
            written++;
          }
        }
      }
    }
    assert(written >= 100, `${written} texts`);
  });
}

const DIGITS = CharTokenizer.train("0123456789.");
const NUMBER = manyOf("0", "9", 1, 3);

/** Takes tokens by their names. */
function takeAll(options: Partial<ConstrainOptions>, row: string) {
  const text = constrain(NUMBER, {
    tokenizer: DIGITS,
    maxTokens: 9,
    ...options,
  })();
  for (const id of DIGITS.encode(row)) text.take(id);
  return text;
}

Deno.test("constrain() ends a text where nothing can follow, where tokens end, or where it is complete if that is wanted", () => {
  assertEquals(takeAll({}, "").hasEnded, false);
  assertEquals(takeAll({}, "1").hasEnded, false);
  assertEquals(takeAll({}, "1").isComplete, true);
  assertEquals(takeAll({}, "123").hasEnded, true);
  assertEquals(takeAll({ maxTokens: 2 }, "12").hasEnded, true);
  assertEquals(takeAll({ stopWhenComplete: true }, "1").hasEnded, true);
  assertEquals(
    constrain(withoutLetters("e"), { tokenizer: DIGITS, maxTokens: 0 })()
      .hasEnded,
    true,
  );
});

Deno.test("constrain() lets the model end a complete text by its end token", () => {
  const endToken = DIGITS.encode(".")[0]!;
  const logits = () => new Float32Array(DIGITS.vocabSize);
  const first = logits();
  const text = takeAll({ endToken }, "");
  text.mask(first);
  assertEquals(first[endToken], -Infinity);
  const next = logits();
  text.take(DIGITS.encode("7")[0]!);
  text.mask(next);
  assertEquals(next, logits());
  text.take(endToken);
  assertEquals([text.hasEnded, text.isComplete, text.tokensLeft], [
    true,
    true,
    7,
  ]);
  assertThrows(
    () => takeAll({ endToken }, "").take(endToken),
    RangeError,
    `one that is allowed here: ${endToken}`,
  );
});

Deno.test("ConstrainedText.mask() leaves the scores of what is allowed as they are", () => {
  const logits = Float32Array.from(DIGITS.vocabulary.keys());
  takeAll({}, "").mask(logits);
  assertEquals([...logits], [-Infinity, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]); // "." comes first
});

Deno.test("constrain() keeps what a text has found out for the next", () => {
  let asked = 0;
  class Counted extends Automaton {
    override next(state: number, codePoint: number): number | undefined {
      asked++;
      return super.next(state, codePoint);
    }
  }
  const counted = new Counted(NUMBER.edges, new Set([1, 2, 3]));
  for (let n = 0; n < 2; n++) {
    const text = constrain(counted, {
      tokenizer: DIGITS,
      maxTokens: 9,
    })();
    text.take(1);
    text.take(2);
    if (n === 0) assert(asked > 0);
    else assertEquals(asked, 0);
    asked = 0;
  }
});

Deno.test("constrain() takes several constraints at once", () => {
  const begin = constrain([NUMBER, withoutLetters("1")], {
    tokenizer: DIGITS,
    maxTokens: 2,
  });
  const logits = new Float32Array(DIGITS.vocabSize);
  begin().mask(logits);
  assertEquals([...logits].map((score) => score === 0), [
    false,
    true,
    false,
    ...new Array<boolean>(8).fill(true),
  ]);
});

Deno.test("constrain() says how many tokens a text takes at least, or that none can be written", () => {
  const begin =
    (constraint: Acceptor, tokenizer: Tokenizer, maxTokens: number) => () =>
      constrain(constraint, { tokenizer, maxTokens });
  assertThrows(
    begin(manyOf("0", "9", 4) as Acceptor, DIGITS, 3),
    RangeError,
    "Cannot constrain: maxTokens must be 4 or more for 4 to Infinity of 0-9: 3",
  );
  assertThrows(
    begin(NUMBER, DIGITS, 0),
    RangeError,
    "Cannot constrain: maxTokens must be 1 or more for 1 to 3 of 0-9: 0",
  );
  assertThrows(
    begin(NUMBER, CharTokenizer.train("abc"), 10),
    RangeError,
    'Cannot constrain: the tokens of the vocabulary must be able to make 1 to 3 of 0-9: none has "0"',
  );
  assertThrows(
    begin(
      allOf(mustContain(["sea"]), withoutLetters("e")),
      CharTokenizer.train("sea"),
      10,
    ),
    RangeError,
    "Cannot constrain: constraints must have a text in common, whatever the tokens are: nothing is " +
      'a text with "sea" in it that is also a text without the letters "e"',
  );
  assertThrows(
    begin(
      allOf(matching(/[ab]/), matching(/[bc]/)),
      CharTokenizer.train("ac"),
      3,
    ),
    RangeError,
    "the tokens of the vocabulary must be able to make a text that matches /[ab]/ that is also a text that matches /[bc]/: " +
      "no such text was found with 2 tokens",
  );
  assertThrows(
    begin(
      oneOfTexts(["a blue whale 🐋", "no, a xyz"]) as Acceptor,
      CharTokenizer.train("a blue wh"),
      20,
    ),
    RangeError,
    ': none has "🐋"',
  );
});

Deno.test("constrain() refuses constraints and options that are none", () => {
  const refuse = (
    constraint: unknown,
    options: unknown,
    type: typeof Error,
    message: string,
  ) =>
    assertThrows(
      () => constrain(constraint as Acceptor, options as ConstrainOptions),
      type,
      message,
    );
  const good = { tokenizer: DIGITS, maxTokens: 3 };
  for (
    const [constraint, shown] of [[null, "null"], [undefined, "undefined"], [
      /[0-9]/,
      "/[0-9]/",
    ], [[null], "null"]]
  ) {
    refuse(
      constraint,
      good,
      TypeError,
      `Cannot constrain: a constraint must be an acceptor, such as matching(/[a-z]+/) or withoutLetters("e"): ${shown}`,
    );
  }
  refuse(
    [],
    good,
    TypeError,
    "Cannot constrain: allOf() must be given a constraint at least: none",
  );
  refuse(
    NUMBER,
    null,
    TypeError,
    "Cannot constrain: options must be an object: null",
  );
  refuse(
    NUMBER,
    { ...good, stop: true },
    TypeError,
    'Cannot constrain: there is no option "stop" (known: tokenizer, maxTokens, endToken, stopWhenComplete)',
  );
  refuse(
    NUMBER,
    { ...good, stopWhenComplete: 1 },
    TypeError,
    "Cannot constrain: stopWhenComplete must be true or false: 1",
  );
  refuse(
    NUMBER,
    { ...good, endToken: 11 },
    RangeError,
    "Cannot constrain: endToken must be an id from 0 to 10: 11",
  );
  refuse(
    NUMBER,
    { maxTokens: 3 },
    TypeError,
    "Cannot constrain: what tokens add to a text is known of tokenizers of this library",
  );
  for (const maxTokens of [-1, 0.5, NaN, Infinity, "64", null, undefined]) {
    refuse(
      NUMBER,
      { ...good, maxTokens },
      RangeError,
      "Cannot constrain: maxTokens must be an integer from 0: ",
    );
  }
});

Deno.test("ConstrainedText refuses scores of another size, tokens that are not allowed, and to go on after the end", () => {
  const text = takeAll({}, "12");
  for (const logits of [new Float32Array(3), [0], null]) {
    assertThrows(
      () => text.mask(logits as Float32Array),
      TypeError,
      "Cannot constrain: logits must be a Float32Array of 11 numbers: ",
    );
  }
  for (const id of [0, -1, 11, 0.5, NaN]) {
    assertThrows(
      () => text.take(id),
      RangeError,
      `Cannot constrain: a token must be one that is allowed here: ${id}, where the text must be 1 to 3 of 0-9 and 7 tokens are left`,
    );
  }
  text.take(1);
  assertThrows(
    () => text.take(1),
    RangeError,
    "Cannot constrain: a text that has ended goes on no more: hasEnded is true",
  );
  assertThrows(
    () => text.mask(new Float32Array(11)),
    RangeError,
    "Cannot constrain: a text that has ended goes on no more",
  );
});
