import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { RandomStream } from "../../src/engine/random.ts";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { tokenizerFromJSON } from "../../src/tokenizers/resolve.ts";
import {
  type TokenTexts,
  tokenTexts,
  withoutToken,
} from "../../src/tokenizers/token_texts.ts";
import type { JsonObject, Tokenizer } from "../../src/tokenizers/tokenizer.ts";
import { UnigramTokenizer } from "../../src/tokenizers/unigram_tokenizer.ts";
import { WordPieceTokenizer } from "../../src/tokenizers/word_piece_tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";
import { readGolden } from "./_golden.ts";

const TEXT =
  "Call me \"Ishmael\". 'Tis the whale (a whale!), don't — 漢字, ¿né? 🐋\n\tcosts $5.  Yes\n";

/** A tokenizer of words with a given decoder. */
function withDecoder(decoder: JsonObject | null, tokens: string[]): Tokenizer {
  const vocab = Object.fromEntries(
    ["<unk>", ...tokens].map((token, id) => [token, id]),
  );
  return tokenizerFromJSON({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ id: 0, content: "<unk>", special: true }, {
      id: tokens.length + 1,
      content: " added é",
      special: false,
    }],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder,
    model: { type: "WordLevel", vocab, unk_token: "<unk>" },
  });
}

const WORDS = [
  "a",
  "▁b",
  "▁",
  "▁▁",
  " ",
  "  ",
  "c▁d",
  "##e",
  "##",
  "n't",
  ".",
  "do",
  "<0x20>",
  "<0x41>",
  "<0xF0>",
  "<0x9F>",
  "<0x90>",
  "<0x8B>",
  "f</w>",
  "</w>",
  "Ġg",
];
const REPLACE = { type: "Replace", pattern: { String: "▁" }, content: " " };
const STRIP = { type: "Strip", content: " ", start: 2, stop: 0 };

const TOKENIZERS: readonly (readonly [string, Tokenizer])[] = [
  ["CharTokenizer", CharTokenizer.train(TEXT)],
  [
    "CharTokenizer over graphemes",
    CharTokenizer.train("e\u0301👩🏽‍🚀a", { unit: "grapheme" }),
  ],
  ["ByteTokenizer", new ByteTokenizer()],
  ["WordTokenizer", WordTokenizer.train(TEXT)],
  [
    "BPETokenizer",
    BPETokenizer.train(TEXT, { vocabSize: 300, specialTokens: ["<end>"] }),
  ],
  ["WordPieceTokenizer", WordPieceTokenizer.train(TEXT, { vocabSize: 120 })],
  [
    "UnigramTokenizer",
    UnigramTokenizer.train(TEXT.repeat(3), { vocabSize: 80 }),
  ],
  ...["gpt2", "roberta", "llama2", "llama3", "qwen", "bert", "t5", "word_level"]
    .map((name) =>
      [name, tokenizerFromJSON(readGolden<JsonObject>(`${name}.json`))] as const
    ),
  ...[
    null,
    { type: "Metaspace" },
    { type: "Metaspace", prepend_scheme: "never" },
    { type: "WordPiece", cleanup: false },
    { type: "BPEDecoder" },
    { type: "Fuse" },
    { type: "ByteFallback" },
    { type: "Strip", content: " ", start: 1, stop: 1 },
    { type: "Sequence", decoders: [] },
    { type: "Sequence", decoders: [{ type: "BPEDecoder" }] },
    {
      type: "Sequence",
      decoders: [REPLACE, { type: "ByteFallback" }, { type: "Fuse" }, STRIP],
    },
    {
      type: "Sequence",
      decoders: [{ type: "Fuse" }, REPLACE, { type: "ByteLevel" }],
    },
    {
      type: "Sequence",
      decoders: [{ type: "Metaspace" }, { type: "Fuse" }, STRIP],
    },
  ].map((decoder) =>
    [JSON.stringify(decoder), withDecoder(decoder, WORDS)] as const
  ),
];

/** Where a token stands in a context. */
function find(texts: TokenTexts, context: number, id: number) {
  for (const move of texts.contexts[context]!) {
    const place = texts.groups[move.group]!.ids.indexOf(id);
    if (place >= 0) {
      return { move, text: texts.groups[move.group]!.texts[place]! };
    }
  }
  return undefined;
}

for (const [name, tokenizer] of TOKENIZERS) {
  Deno.test(`tokenTexts() gives the bytes that decodeStream() writes for ${name}`, () => {
    const texts = tokenTexts(tokenizer);
    assertStrictEquals(tokenTexts(tokenizer), texts);
    assertEquals(texts.vocabSize, tokenizer.vocabSize);
    const random = new RandomStream(1, name);
    let compared = 0;
    for (let n = 0; n < 2000; n++) {
      const bytes: number[] = [];
      const ids: number[] = [];
      let context = 0;
      for (let length = random.integer(8); length > 0; length--) {
        const id = random.integer(tokenizer.vocabSize);
        const found = find(texts, context, id);
        if (found === undefined) continue;
        const { move, text } = found;
        ids.push(id);
        bytes.push(...new TextEncoder().encode(move.lead), ...text);
        context = move.next;
      }
      let expected: string;
      try {
        expected = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
          .decode(Uint8Array.from(bytes));
      } catch {
        continue; // no UTF-8
      }
      const stream = tokenizer.decodeStream();
      const pieces = ids.map((id) => stream.push(id));
      assertEquals(
        pieces.join("") + stream.flush(),
        expected,
        JSON.stringify(ids),
      );
      compared++;
    }
    assert(compared > 100, `${compared}`);
  });

  Deno.test(`tokenTexts() leaves out what adds nothing, and no more, for ${name}`, () => {
    const texts = tokenTexts(tokenizer);
    const special = new Set(tokenizer.specialTokens.values());
    for (const [context, moves] of texts.contexts.entries()) {
      const ids = moves.flatMap(({ group }) => [...texts.groups[group]!.ids]);
      assertEquals(new Set(ids).size, ids.length);
      for (const id of ids) {
        assert(!special.has(id));
        const { move, text } = find(texts, context, id)!;
        assert(move.lead !== "" || text.length > 0 || move.next !== context);
      }
    }
    // At the beginning a token that is left out is special, none at all, or gives no text.
    for (let id = 0; id < tokenizer.vocabSize; id++) {
      if (special.has(id) || find(texts, 0, id) !== undefined) continue;
      if (tokenizer.vocabulary[id] === "") continue;
      assertEquals(tokenizer.decode([id]), "");
    }
  });
}

Deno.test("tokenTexts() has a context for everything that a decoder's text depends on, and no more", () => {
  const counts = Object.fromEntries(
    TOKENIZERS.map((
      [name, tokenizer],
    ) => [name, tokenTexts(tokenizer).contexts.length]),
  );
  assertEquals(counts["CharTokenizer"], 1);
  assertEquals(counts["gpt2"], 1);
  assertEquals(counts["bert"], 2); // first or not
  assertEquals(counts["llama2"], 2); // before and after the space that is taken off
  assertEquals(counts['{"type":"BPEDecoder"}'], 2); // with a space to come or without
  assert(counts["WordTokenizer"]! <= 6 * 2 * 2 * 2); // last side, two kinds of quotes, joined
});

Deno.test("tokenTexts() refuses decoders that hold text back, and tokenizers that it does not know", () => {
  for (
    const decoder of [
      { type: "CTC" },
      { type: "BPEDecoder", suffix: "" },
      {
        type: "Sequence",
        decoders: [{ type: "Fuse" }, {
          type: "Strip",
          content: " ",
          start: 0,
          stop: 1,
        }],
      },
      {
        type: "Sequence",
        decoders: [{ type: "Fuse" }, {
          type: "Replace",
          pattern: { String: "ab" },
          content: "c",
        }],
      },
      { type: "Sequence", decoders: [{ type: "ByteFallback" }, REPLACE] },
      {
        type: "Sequence",
        decoders: [{ type: "BPEDecoder" }, { type: "Fuse" }],
      },
    ]
  ) {
    assertThrows(
      () => tokenTexts(withDecoder(decoder as JsonObject, WORDS)),
      RangeError,
      "Cannot constrain: what a token adds to the text must follow from the tokens before it, and this part of the " +
        "decoder does not allow to tell: {",
    );
  }
  assertThrows(
    () => tokenTexts({ kind: "mine" } as Tokenizer),
    TypeError,
    'Cannot constrain: what tokens add to a text is known of tokenizers of this library: "mine"',
  );
  assertThrows(
    () => tokenTexts(null as never),
    TypeError,
    "of this library: undefined",
  );
});

Deno.test("withoutToken() leaves a token out, and gives the same object each time", () => {
  const texts = tokenTexts(CharTokenizer.train("abc"));
  const rest = withoutToken(texts, 1);
  assertEquals([...rest.groups[0]!.ids], [0, 2]);
  assertEquals(rest.groups[0]!.texts.length, 2);
  assert(withoutToken(texts, 1) === rest);
  assert(withoutToken(rest, 1) === rest);
});
