import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
import type { JsonObject } from "../../src/tokenizers/tokenizer.ts";
import { testTokenizerContract } from "./_contract.ts";
import { readGolden } from "./_golden.ts";

testTokenizerContract(
  "BPETokenizer",
  (text) => BPETokenizer.train(text, { vocabSize: 600 }),
);

Deno.test("BPETokenizer.train() joins the most frequent pair first, the lower ids first among equals", () => {
  // low, low, lower: l+o and o+w three times each. In the order of the alphabet l = 76 and o = 79 in GPT-2's list of
  // printable bytes from "!": (l, o) comes before (o, w). Then lo+w three times; after it e+r and low+e once each.
  const tokenizer = BPETokenizer.train("low low lower", {
    vocabSize: 259,
    minFrequency: 1,
  });
  assertEquals(tokenizer.merges.slice(0, 2), [["l", "o"], ["lo", "w"]]);
  assertEquals(tokenizer.vocab.get("low"), 257);
  assertEquals(tokenizer.encode("low"), Int32Array.of(257));
});

Deno.test("BPETokenizer.train() gives special tokens the first ids, finds them in texts, and keeps them from the text", () => {
  const tokenizer = BPETokenizer.train(["one two", "two three"], {
    vocabSize: 300,
    specialTokens: ["<|end|>", "<|pad|>"],
  });
  assertEquals([...tokenizer.specialTokens], [["<|end|>", 0], ["<|pad|>", 1]]);
  const ids = tokenizer.encode("two<|end|>");
  assertEquals(ids.at(-1), 0);
  assertEquals(tokenizer.decode(ids), "two");
  assertEquals(
    tokenizer.decode(ids, { skipSpecialTokens: false }),
    "two<|end|>",
  );
  assertEquals(
    tokenizer.explain("two<|end|>").tokens.at(-1)!.isSpecial,
    true,
  );
});

Deno.test("BPETokenizer.train() stops at the minimum frequency, and at once where there is no room", () => {
  const often = BPETokenizer.train("ab ab ab cd", { minFrequency: 3 });
  assertEquals(often.merges, [["a", "b"]]); // Ġ+ab comes twice only
  assertEquals(BPETokenizer.train("ab ab", { vocabSize: 256 }).merges, []);
});

Deno.test("BPETokenizer takes Chinese in bytes and joins them to characters and words", () => {
  const text = "老人说：“今天的风不大。”今天的海很安静，今天的鱼很多。\n"
    .repeat(4);
  const tokenizer = BPETokenizer.train(text, { vocabSize: 320 });
  assertEquals(tokenizer.decode(tokenizer.encode(text)), text);
  assert(tokenizer.encode("今天的").length < 9); // it has nine bytes
  const { utf16 } = tokenizer.encodeWithOffsets("鲸");
  assert(utf16.starts.every((start) => start === 0)); // bytes of one character
  assert(utf16.ends.every((end) => end === 1));
});

Deno.test("BPETokenizer.fromVocabAndMerges() reads the two files of GPT-2", async () => {
  const golden = readGolden<JsonObject>("gpt2.json");
  const model = golden["model"] as JsonObject;
  const merges = (model["merges"] as string[][]).map((pair) => pair.join(" "));
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      join(folder, "vocab.json"),
      JSON.stringify(model["vocab"]),
    );
    await Deno.writeTextFile(
      join(folder, "merges.txt"),
      `#version: 0.2\n${merges.join("\n")}\n`,
    );
    const cases = readGolden<{ texts: string[]; gpt2: { ids: number[] }[] }>(
      "cases.json",
    );
    for (const path of [folder, join(folder, "vocab.json")]) {
      const tokenizer = await loadTokenizer(path);
      assertEquals([...tokenizer.specialTokens], [["<|endoftext|>", 0]]);
      for (const [i, text] of cases.texts.entries()) {
        assertEquals([...tokenizer.encode(text)], cases.gpt2[i]!.ids);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("BPETokenizer.fromVocabAndMerges() refuses lines and tokens that do not fit", () => {
  const vocab = { a: 0, b: 1, ab: 2 };
  assertThrows(
    () => BPETokenizer.fromVocabAndMerges(vocab, "a b\na b c\n"),
    SyntaxError,
    'Cannot load tokenizer: a line of merges.txt must be two tokens with a space between: "a b c" in line 2',
  );
  assertThrows(
    () => BPETokenizer.fromVocabAndMerges(vocab, "a c\n"),
    RangeError,
    'Cannot load tokenizer: merges[0] must be of tokens in the vocabulary: "ac"',
  );
  assertThrows(
    () =>
      BPETokenizer.fromVocabAndMerges(vocab, "a b", { specialTokens: ["<s>"] }),
    RangeError,
    'Cannot load tokenizer: a special token must be in the vocabulary: "<s>"',
  );
});

Deno.test("BPETokenizer.train() refuses what it cannot use", () => {
  assertThrows(
    () => BPETokenizer.train(""),
    RangeError,
    "Cannot train BPETokenizer: a text must have a character: it is empty",
  );
  assertThrows(
    () => BPETokenizer.train("a", { vocabSize: 0 }),
    RangeError,
    "Cannot train BPETokenizer: vocabSize must be an integer from 1: 0",
  );
  assertThrows(
    () => BPETokenizer.train("a", { vocabSize: 255 }),
    RangeError,
    "Cannot train BPETokenizer: vocabSize must be an integer from 256, for 256 bytes and 0 special tokens: 255",
  );
  const specialTokens = ["<s>", "</s>", "<s>"]; // one of them twice
  assertThrows(
    () => BPETokenizer.train("a", { vocabSize: 257, specialTokens }),
    RangeError,
    "Cannot train BPETokenizer: vocabSize must be an integer from 258, for 256 bytes and 2 special tokens: 257",
  );
  assertEquals(
    BPETokenizer.train("a", { vocabSize: 258, specialTokens }).vocabSize,
    258,
  );
  assertThrows(
    () => BPETokenizer.train("a", { minFrequency: 0.5 }),
    RangeError,
    "Cannot train BPETokenizer: minFrequency must be an integer from 0: 0.5",
  );
  assertThrows(
    () => BPETokenizer.train("a", { specialTokens: [""] }),
    TypeError,
    'Cannot train BPETokenizer: specialTokens must be an array of strings that are not empty: [""]',
  );
  assertThrows(
    () => BPETokenizer.train("a", { merges: 5 } as never),
    TypeError,
    'Cannot train BPETokenizer: there is no option "merges" (known: vocabSize, minFrequency, specialTokens',
  );
});

Deno.test("BPETokenizer stays with a model in its file", async () => {
  const text = "the whale and the sea and the whale, ".repeat(3);
  const tokenizer = BPETokenizer.train(text, { vocabSize: 270 });
  const model = buildLSTM({ tokenizer, units: 8, embedding: 4, seed: 1 });
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    const options = { maxTokens: 30, seed: 2 };
    const written = (await model.generate("the 🐋", options)).text;
    assert(written.isWellFormed());
    await model.save(path);
    const again = await LanguageModel.load(path);
    assertEquals(again.tokenizer.constructor, BPETokenizer);
    assertEquals((await again.generate("the 🐋", options)).text, written);
    again.dispose();
  } finally {
    model.dispose();
    await Deno.remove(path);
  }
});
