import { assert, assertEquals, assertThrows } from "@std/assert";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { UnigramTokenizer } from "../../src/tokenizers/unigram_tokenizer.ts";
import { testTokenizerContract } from "./_contract.ts";

testTokenizerContract(
  "UnigramTokenizer",
  (text) =>
    UnigramTokenizer.train(text.replaceAll("▁", ""), { vocabSize: 3000 }),
);

const TEXT = "the whale and the sea, the old man and the sea. ".repeat(3);

Deno.test("UnigramTokenizer.train() gives special tokens the first ids", () => {
  const tokenizer = UnigramTokenizer.train(TEXT, {
    vocabSize: 40,
    specialTokens: ["<pad>", "</s>"],
  });
  assertEquals(tokenizer.vocabulary.slice(0, 3), ["<unk>", "<pad>", "</s>"]);
  assertEquals(tokenizer.decode(tokenizer.encode("the sea</s>")), "the sea");
  assert(tokenizer.encode("the sea").length < "the sea".length);
});

Deno.test("UnigramTokenizer.encode() does with unknown characters what it is told to", () => {
  const tokenizer = UnigramTokenizer.train(TEXT, { vocabSize: 40 });
  const unknown = tokenizer.specialTokens.get("<unk>")!;
  const text = "the Séa 🐋🐋!";
  assert(tokenizer.encode(text).includes(unknown));
  const error = assertThrows(
    () => tokenizer.encode(text, { unknown: "error" }),
    UnknownCharacterError,
  );
  assertEquals(error.characters, ["S", "é", "🐋", "!"]);
  assertEquals(error.index, 4);
  assertEquals(
    tokenizer.decode(tokenizer.encode(text, { unknown: "skip" })),
    "the a ",
  );
  const near = tokenizer.encodeWithOffsets("the Séa", { unknown: "nearest" });
  assertEquals(tokenizer.decode(near.ids), "the sea");
  assertEquals(near.utf16.ends.at(-1), 7);
  assertThrows(
    () => tokenizer.encode(text, { unknown: "nearest" }),
    UnknownCharacterError,
  );
});
