import { assertEquals, assertThrows } from "@std/assert";
import { textChain } from "../../src/generation/text_chain.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";

const LETTERS = new CharTokenizer([..." abc"]);

/** The ids that stay of four equal scores after a text. */
function left(
  options: Parameters<typeof textChain>[0],
  tokens: number[] = [1],
): number[] {
  const row = textChain(options, LETTERS).apply(new Float32Array(4), {
    tokens,
    promptLength: 1,
  });
  return [...row.keys()].filter((id) => row[id]! > -Infinity);
}

Deno.test("textChain() takes words for ids", () => {
  assertEquals(left({ suppress: ["b", 0] }), [1, 3]);
  assertEquals(left({ suppressAtBegin: ["a"] }), [0, 2, 3]);
  assertEquals(left({ badWords: ["ab", "zebra"] }), [0, 1, 3]); // the text is a
  assertEquals(left({ logitBias: [["ac", -Infinity]] }), [0, 1, 2]);
  assertEquals(left({ logitBias: { 1: -Infinity } }), [0, 2, 3]);
  const both = { b: -Infinity, 0: -Infinity };
  assertEquals(left({ logitBias: both }), [1, 3]);
  const map = new Map<string | number, number>([["ac", -Infinity], [
    2,
    -Infinity,
  ]]);
  assertEquals(left({ logitBias: map }), [0, 1]);
});

Deno.test("textChain() takes a name of digits for an id, and a pair for its text", () => {
  const digits = new CharTokenizer([..."2a1"]);
  const scores = (options: Parameters<typeof textChain>[0]) => [
    ...textChain(options, digits).apply(new Float32Array(3), {
      tokens: [1],
      promptLength: 1,
    }),
  ];
  assertEquals(scores({ logitBias: { 2: 3, a: 1 } }), [0, 1, 3]);
  assertEquals(scores({ logitBias: [["2", 3], ["a", 1]] }), [3, 1, 0]);
});

Deno.test("textChain() takes special tokens by name, and no unknown text for the unknown token", () => {
  const words = WordTokenizer.train("the sea the ship");
  const unknown = words.encode("zebra", { unknown: "token" })[0]!;
  const name = words.vocabulary[unknown]!;
  const row = textChain({ logitBias: { [name]: 2, sea: 1 } }, words)
    .apply(new Float32Array(words.vocabSize), { tokens: [0], promptLength: 1 });
  assertEquals(row[unknown], 2);
  assertEquals(row[words.encode("sea")[0]!], 1);
  for (
    const options of [
      { logitBias: { zebra: 1 } },
      { logitBias: [["zebra", 1]] as const },
      { suppress: ["zebra"] },
    ]
  ) {
    assertThrows(
      () => textChain(options, words),
      UnknownCharacterError,
      "zebra",
    );
  }
  // Nothing needs a ban that cannot be written.
  const chain = textChain({ badWords: ["zebra"] }, words);
  assertEquals(
    chain.apply(new Float32Array(words.vocabSize), {
      tokens: [0],
      promptLength: 1,
    })[unknown],
    0,
  );
});

Deno.test("textChain() bans a word after a blank too, where that is another token", async () => {
  const tokenizer = await loadTokenizer(
    new URL("../golden/tokenizers/gpt2.json", import.meta.url),
  );
  const rows = ["the", " the"].map((text) => tokenizer.encode(text));
  const logits = new Float32Array(tokenizer.vocabSize);
  const chain = textChain({ badWords: ["the"] }, tokenizer);
  for (const ids of rows) {
    const tokens = [...ids.subarray(0, -1)];
    const row = chain.apply(logits, {
      tokens: [0, ...tokens],
      promptLength: 1,
    });
    assertEquals(row[ids.at(-1)!], -Infinity);
  }
});

Deno.test("textChain() breaks repeats at texts", () => {
  const tokens = [1, 2, 3, 1, 2]; // abcab: c would go on
  const score = (breakers: string[]) =>
    textChain(
      { dry: { multiplier: 1, base: 2, allowedLength: 1, breakers } },
      LETTERS,
    )
      .apply(new Float32Array(4), { tokens, promptLength: 1 })[3];
  assertEquals(score([]), -2);
  assertEquals(score(["b"]), 0);
});

Deno.test("textChain() refuses texts that are not what is wanted", () => {
  assertThrows(
    () => textChain({ suppress: ["ab"] }, LETTERS),
    RangeError,
    'Cannot sample: suppress must have single tokens: "ab" has 2; badWords takes several',
  );
  assertThrows(
    () => textChain({ logitBias: { a: 1, ab: -2 } }, LETTERS),
    RangeError,
    'Cannot sample: logitBias must have single tokens: "ab" has 2; a pair such as [[text, -2]] takes several, and so does ' +
      "badWords",
  );
  assertThrows(
    () => textChain({ logitBias: { "": 1 } }, LETTERS),
    RangeError,
    'Cannot sample: a text of logitBias must have a token: ""',
  );
  assertThrows(
    () => textChain({ logitBias: { x: 1 } }, LETTERS),
    UnknownCharacterError,
    '"x"',
  );
  assertThrows(
    () => textChain({ logitBias: "a" as never }, LETTERS),
    TypeError,
    "Cannot sample: logitBias must be an object of numbers by id",
  );
  assertThrows(
    () => textChain({ badWords: [""] }, LETTERS),
    RangeError,
    'Cannot sample: a text of badWords must have a character: ""',
  );
  assertThrows(() => textChain({ suppress: 3 as never }, LETTERS), TypeError);
  assertThrows(
    () => textChain({ badWords: "ab" as never }, LETTERS),
    TypeError,
  );
});
