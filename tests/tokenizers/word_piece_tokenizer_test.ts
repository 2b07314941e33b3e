import { assertEquals, assertThrows } from "@std/assert";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { WordPieceTokenizer } from "../../src/tokenizers/word_piece_tokenizer.ts";

const TEXT = "The whale, the whales, the old man and the sea. It's café.";

Deno.test("WordPieceTokenizer gives texts back but for their white space", async () => {
  const tokenizer = WordPieceTokenizer.train(TEXT, { minFrequency: 1 });
  assertEquals(tokenizer.kind, "word_piece");
  for (const copy of [tokenizer, await loadTokenizer(tokenizer.toJSON())]) {
    const ids = copy.encode(" The whale,\nthe old  sea. ");
    assertEquals(copy.decode(ids), "The whale, the old sea.");
    const stream = copy.decodeStream();
    const pieces = [...ids].map((id) => stream.push(id));
    assertEquals(pieces.slice(0, 3), ["The", " whale", ","]);
    assertEquals(copy.constructor, WordPieceTokenizer);
  }
  const { utf16 } = tokenizer.encodeWithOffsets("the whales");
  assertEquals(utf16.starts[1], 4);
  assertEquals(utf16.ends.at(-1), 10);
});

Deno.test("WordPieceTokenizer.train() takes capitals and accents away on demand", () => {
  const tokenizer = WordPieceTokenizer.train(TEXT, {
    minFrequency: 1,
    lowercase: true,
    specialTokens: ["[SEP]"],
  });
  assertEquals(tokenizer.vocabulary.slice(0, 2), ["[UNK]", "[SEP]"]);
  assertEquals(tokenizer.decode(tokenizer.encode("THE Café")), "the cafe");
});

Deno.test("WordPieceTokenizer.encode() does with unknown words what it is told to", () => {
  const tokenizer = WordPieceTokenizer.train(TEXT);
  const text = "the 🐋 and the ŴHALE";
  const all = { skipSpecialTokens: false };
  assertEquals(
    tokenizer.decode(tokenizer.encode(text), all),
    "the [UNK] and the [UNK]",
  );
  assertEquals(
    tokenizer.decode(tokenizer.encode(text, { unknown: "skip" }), all),
    "the and the",
  );
  const error = assertThrows(
    () => tokenizer.encode(text, { unknown: "error" }),
    UnknownCharacterError,
    'these words: "🐋" U+1F40B, "ŴHALE"; the first is at code point 4 (line 1)',
  );
  assertEquals(error.characters, ["🐋", "ŴHALE"]);
  assertEquals(
    tokenizer.decode(tokenizer.encode("the ŴHALE", { unknown: "nearest" })),
    "the whale",
  );
});

Deno.test("WordPieceTokenizer.train() refuses what it cannot use", () => {
  assertThrows(
    () => WordPieceTokenizer.train(TEXT, { lowercase: 1 as never }),
    TypeError,
    "Cannot train WordPieceTokenizer: lowercase must be true or false: 1",
  );
  assertThrows(
    () => WordPieceTokenizer.train(TEXT, { vocabSize: 5 }),
    RangeError,
    "Cannot train WordPiece: vocabSize must have room for",
  );
});
