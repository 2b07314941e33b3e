import { assertEquals, assertThrows } from "@std/assert";
import { textChain } from "../../src/generation/text_chain.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
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
