import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { adviseCorpus } from "../../src/advice/corpus_advice.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

Deno.test("adviseCorpus() counts the parameters of the model that buildLSTM() builds", () => {
  const letters = "abcdefghijklmnopqrstuvwxyz .,";
  const tokenizer = CharTokenizer.train(letters);
  const { units, embedding, parameters, vocabSize } = adviseCorpus({
    characters: 100_000,
    distinctCharacters: tokenizer.vocabSize,
    lineLength: 60,
  });
  assertEquals(vocabSize, tokenizer.vocabSize);
  const model = buildLSTM({ tokenizer, units, embedding });
  assertEquals(model.parameterCount, parameters);
  model.dispose();
});

Deno.test("adviseCorpus() suggests about a parameter a character, from small texts to large ones", () => {
  for (const characters of [5e4, 3e5, 1e6, 4e6, 1.5e7]) {
    const { parameters } = adviseCorpus({
      characters,
      distinctCharacters: 80,
      lineLength: 60,
    });
    const ratio = parameters / characters;
    assert(ratio > 0.5 && ratio < 2, `${characters}: ${parameters}`);
  }
  const reason = (characters: number) =>
    adviseCorpus({ characters, distinctCharacters: 80, lineLength: 60 })
      .reasons.model;
  assertEquals(
    reason(1e6),
    "about as many parameters as the text has characters",
  );
  assertMatch(reason(1000), /^no smaller model learns to write/);
  assertMatch(reason(1e9), /^no larger layer pays/);
});

Deno.test("adviseCorpus() takes characters for small texts, and pieces for large ones and large alphabets", () => {
  const advise = (characters: number, distinctCharacters: number) => {
    const { tokenizer, vocabSize } = adviseCorpus({
      characters,
      distinctCharacters,
      lineLength: 60,
    });
    return [tokenizer, vocabSize];
  };
  assertEquals(advise(4_999_999, 80), ["characters", 80]);
  assertEquals(advise(5_000_000, 80), ["bpe", 2048]); // √5,000,000 = 2,236
  assertEquals(advise(1e9, 80), ["bpe", 32_768]); // √ = 31,623
  assertEquals(advise(1e12, 80), ["bpe", 32_768]);
  assertEquals(advise(100_000, 3000), ["bpe", 512]); // √ = 316, 512 at least
});

Deno.test("adviseCorpus() makes the context hold most lines, within limits", () => {
  const advise = (lineLength: number, characters = 1e6) =>
    adviseCorpus({ characters, distinctCharacters: 80, lineLength });
  assertEquals(advise(0).sequenceLength, 32);
  assertEquals(advise(64).sequenceLength, 64);
  assertEquals(advise(65).sequenceLength, 128);
  assertEquals(advise(5000).sequenceLength, 256);
  assertEquals(advise(200, 1e7).sequenceLength, 64); // 200 / 3.5 = 57 tokens
  assert(advise(65).reasons.context !== advise(5000).reasons.context);
});

Deno.test("adviseCorpus() takes 16 passes at most and 1 at least", () => {
  const epochs = (characters: number) =>
    adviseCorpus({ characters, distinctCharacters: 80, lineLength: 60 }).epochs;
  assertEquals(epochs(1e6), 16); // 20 tokens a parameter, a parameter a token: 20
  // 1e9 characters are 2.9e8 tokens; 2,048 units have 8.6e7 parameters: 20 · 8.6e7 / 2.9e8 = 6.
  assertEquals(epochs(1e9), 6);
  assertEquals(epochs(1e11), 1);
});

Deno.test("adviseCorpus() has a plan for nothing, and refuses what cannot be", () => {
  const nothing = { characters: 0, distinctCharacters: 0, lineLength: 0 };
  assert(
    Object.values(adviseCorpus(nothing)).every((value) => !Number.isNaN(value)),
  );
  assertThrows(
    () => adviseCorpus({ ...nothing, characters: -1 }),
    RangeError,
    "Cannot advise: characters must be a number from 0: -1",
  );
  assertThrows(
    () => adviseCorpus({ ...nothing, lineLength: Infinity }),
    RangeError,
    "Cannot advise: lineLength must be a number from 0: Infinity",
  );
});
