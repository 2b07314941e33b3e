/**
 * A small tokenizer of every kind.
 *
 * @module
 */
import { tokenizerFromJSON } from "../../../src/tokenizers/resolve.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";
import type {
  JsonObject,
  Tokenizer,
} from "../../../src/tokenizers/tokenizer.ts";
import { WordTokenizer } from "../../../src/tokenizers/word_tokenizer.ts";

/** A tokenizer of given tokens with a given decoder; id 0 is the special token `<unk>`. */
export function withDecoder(
  decoder: JsonObject | null,
  tokens: readonly string[],
): Tokenizer {
  const vocab = Object.fromEntries(
    ["<unk>", ...tokens].map((token, id) => [token, id]),
  );
  return tokenizerFromJSON({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ id: 0, content: "<unk>", special: true }],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder,
    model: { type: "WordLevel", vocab, unk_token: "<unk>" },
  });
}

/** The decoder of Llama 2: bytes among the tokens, and a space is taken from the beginning. */
export const LLAMA: JsonObject = {
  type: "Sequence",
  decoders: [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
    { type: "Strip", content: " ", start: 1, stop: 0 },
  ],
};

/** A tokenizer of each kind, and characters that it can write, or might. */
export const SMALL:
  readonly (readonly [string, Tokenizer, readonly string[]])[] = [
    ["CharTokenizer", new CharTokenizer(["a", "b", "é", "🐋"]), [
      "a",
      "b",
      "é",
      "🐋",
      "c",
    ]],
    [
      "CharTokenizer over graphemes",
      new CharTokenizer(["a", "e\u0301", "\u0301"], { unit: "grapheme" }),
      ["a", "e", "\u0301"],
    ],
    [
      "WordTokenizer",
      new WordTokenizer(["<unk>", "<join>", "a", "b", ",", '"']),
      ["a", "b", ",", '"', " "],
    ],
    [
      "bytes with longer tokens",
      withDecoder({ type: "ByteLevel" }, ["a", "ab", "Ã", "©", "©a", "bÃ"]),
      ["a", "b", "é"],
    ],
    [
      "parts of an emoji",
      withDecoder({ type: "ByteLevel" }, ["ð", "ŁĲ", "ĭ", "ŁĲĭ", "a", "aðŁ"]),
      ["a", "🐋", "🐌"],
    ],
    [
      "WordPiece",
      withDecoder({ type: "WordPiece" }, ["a", "##a", "b", "##ab", ","]),
      ["a", "b", ",", " "],
    ],
    [
      "Metaspace",
      withDecoder({ type: "Metaspace" }, ["▁a", "a", "b", "▁", "▁b▁"]),
      ["a", "b", " "],
    ],
    [
      "Llama",
      withDecoder(LLAMA, ["▁a", "▁", "a", "<0xC3>", "<0xA9>", "<0x20>"]),
      ["a", "é", " "],
    ],
    [
      "word ends",
      withDecoder({ type: "BPEDecoder" }, ["a</w>", "a", "b", "ab</w>"]),
      ["a", "b", " "],
    ],
    ["words with spaces", withDecoder(null, ["a", "b", "ab", ","]), [
      "a",
      "b",
      ",",
      " ",
    ]],
  ];
