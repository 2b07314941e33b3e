import { assert, assertEquals, assertThrows } from "@std/assert";
import { TextAfter } from "../../src/generation/text_after.ts";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
import { tokenizerFromJSON } from "../../src/tokenizers/resolve.ts";
import {
  type JsonObject,
  type Tokenizer,
  UnknownCharacterError,
} from "../../src/tokenizers/tokenizer.ts";
import { UnigramTokenizer } from "../../src/tokenizers/unigram_tokenizer.ts";
import { WordPieceTokenizer } from "../../src/tokenizers/word_piece_tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";
import { readGolden } from "../tokenizers/_golden.ts";
import { createRandom } from "../tokenizers/_random_text.ts";

const TEXT = 'the king said, "the thing is (not) his!" and the queen sings. ';

/** A tokenizer of whole words, or of what is found between blanks, with a given decoder; id 0 stands for the unknown. */
function withDecoder(
  decoder: JsonObject | null,
  tokens: readonly string[],
  preTokenizer: JsonObject = { type: "WhitespaceSplit" },
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
    pre_tokenizer: preTokenizer,
    post_processor: null,
    decoder,
    model: { type: "WordLevel", vocab, unk_token: "<unk>" },
  });
}

/** A tokenizer as a well-known family builds it; Mistral's has the model of Llama 2. */
function family(name: string): Promise<Tokenizer> {
  const json = readGolden<JsonObject>(`${name}.json`);
  return loadTokenizer(
    json["model"] === "llama2"
      ? { ...json, model: readGolden<JsonObject>("llama2.json")["model"]! }
      : json,
  );
}

const FUSE = { type: "Fuse" };

/** A tokenizer of every kind, and one for every decoder. */
const KINDS: Readonly<Record<string, Tokenizer>> = {
  characters: CharTokenizer.train(TEXT),
  graphemes: CharTokenizer.train(`${TEXT}e\u0301`, { unit: "grapheme" }),
  bytes: new ByteTokenizer(),
  words: WordTokenizer.train(TEXT),
  "byte-level BPE": BPETokenizer.train(TEXT, { vocabSize: 280 }),
  WordPiece: WordPieceTokenizer.train(TEXT, { vocabSize: 60 }),
  Unigram: UnigramTokenizer.train(TEXT, { vocabSize: 40 }),
  bert: await family("bert"),
  gpt2: await family("gpt2"),
  llama2: await family("llama2"),
  llama3: await family("llama3"),
  mistral: await family("mistral"),
  qwen: await family("qwen"),
  roberta: await family("roberta"),
  t5: await family("t5"),
  word_level: await family("word_level"),
  Metaspace: withDecoder(
    { type: "Metaspace" },
    ["▁the", "▁king", "▁said", "▁"],
    {
      type: "Metaspace",
    },
  ),
  "word ends": tokenizerFromJSON({
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: null,
    decoder: { type: "BPEDecoder" },
    model: {
      type: "BPE",
      vocab: { a: 0, b: 1, "a</w>": 2, "b</w>": 3, "ab</w>": 4 },
      merges: [["a", "b</w>"]],
      end_of_word_suffix: "</w>",
    },
  }),
  CTC: withDecoder({ type: "CTC", pad_token: "-" }, ["a", "b", "|", "-"]),
  "a strip at both ends": withDecoder(
    {
      type: "Sequence",
      decoders: [FUSE, { type: "Strip", content: "a", start: 1, stop: 2 }],
    },
    ["a", "aa", "b", "ba"],
  ),
  "a replacement over all": withDecoder(
    {
      type: "Sequence",
      decoders: [FUSE, {
        type: "Replace",
        pattern: { String: "ab" },
        content: "x",
      }],
    },
    ["a", "b", "c"],
  ),
  "no decoder": withDecoder(null, ["the", "king", "said"]),
};

const PROMPTS: readonly string[] = [
  "the",
  "the king",
  "the king ",
  "the king,",
  'the king said, "the',
  "the (",
  "the\nking",
  "é 渡 🚢",
  "é",
  "Naïve travellers from",
  "a",
  "ab ab",
  "b a",
  "The Harbour",
];

/** Kinds whose decoder may change what it wrote for the prompt once there are more tokens. */
const REWRITING = new Set([
  "llama2", // bytes that are no UTF-8 spoil those of the prompt before them
  "mistral",
  "a replacement over all",
]);

for (const [kind, tokenizer] of Object.entries(KINDS)) {
  Deno.test(`TextAfter gives what the decoding of all tokens has beyond that of the prompt's, with ${kind}`, () => {
    const random = createRandom(5);
    const special = new Set(tokenizer.specialTokens.values());
    const ids = Array.from(tokenizer.vocabulary.keys()).filter((id) =>
      tokenizer.vocabulary[id] !== ""
    );
    let compared = 0;
    for (const prompt of PROMPTS) {
      const own = [
        ...tokenizer.encode(prompt, {
          addSpecialTokens: false,
          unknown: "skip",
        }),
      ];
      const before = tokenizer.decode(own);
      const after = new TextAfter(tokenizer, prompt, "skip");
      for (let n = 0; n < 40; n++) {
        const written = Array.from(
          { length: n % 8 },
          () => ids[random(ids.length)]!,
        );
        const text = after.decode(written);
        const stream = after.decodeStream();
        const pieces = written.map((id) => stream.push(id));
        assertEquals(pieces.join("") + stream.flush(), text);
        for (const [i, piece] of pieces.entries()) {
          assert(piece.isWellFormed());
          if (special.has(written[i]!)) assertEquals(piece, "");
        }
        const all = tokenizer.decode([...own, ...written]);
        if (!all.startsWith(before)) {
          assert(REWRITING.has(kind), `${prompt} ${written}`);
          continue;
        }
        const hasTwoBlanks = prompt.endsWith(" ") && !before.endsWith(" ") &&
          all.startsWith(" ", before.length);
        assertEquals(
          text,
          all.slice(before.length + (hasTwoBlanks ? 1 : 0)),
        );
        if (before === prompt) assertEquals(prompt + text, all);
        compared++;
      }
    }
    assert(compared >= 0.8 * 40 * PROMPTS.length, `${compared}`);
  });
}

/** What is written after prompts, by hand: the tokenizer, the prompt, the tokens, the text. */
const CASES: readonly (readonly [string, string, readonly string[], string])[] =
  [
    ["words", "the king", ["said", ",", "the", "queen"], " said, the queen"],
    ["words", "the king", [",", "said"], ", said"],
    ["words", "the king", ["<join>", "said"], "said"],
    ["words", "the king ", ["said"], "said"],
    ["words", "(", ["the", ")", "king"], "the) king"],
    ["words", 'the king said, "', ["the", '"', "king"], 'the" king'],
    ["words", "", ["the", "king"], "the king"],
    ["words", "Zebulon", ["said"], " said"],
    ["words", "the (Zebulon", ["said"], " said"],
    ["words", "the Zebulon ", ["said"], "said"],
    ["words", "the king\n", ["said"], "said"],
    ["bert", "the harbour", ["was", ",", "the"], " was, the"],
    ["bert", "THE", ["the"], " the"],
    ["bert", "the ", ["the"], "the"],
    ["bert", "the \n", ["the"], "the"],
    ["bert", "the", ["##s", "the"], "s the"],
    ["bert", "the", ["[SEP]", "the", "[CLS]", "the"], " the the"],
    ["bert", "\u{1F6A2}", ["the"], " the"],
    ["bert", "[CLS]", ["the"], "the"],
    ["bert", "", ["the", "was"], "the was"],
    ["bert", " ", ["the", "was"], "the was"],
    ["llama2", "the", ["▁the"], " the"],
    ["llama2", "the", ["e", "▁the"], "e the"],
    ["llama2", "", ["▁the", "▁the"], "the the"],
    ["llama2", "the\n", ["<0x0A>", "▁the"], "\n the"],
    ["llama2", "the\n", ["<0xC3>", "<0xA9>", "<0x0A>"], "é\n"],
    ["llama2", "the\n", ["<0xC3>", "e"], "\uFFFDe"],
    ["mistral", "the ", ["▁the"], " the"],
    ["t5", "the ", ["▁the"], "the"],
    ["t5", "the", ["▁the", "</s>"], " the"],
    ["Metaspace", "the", ["▁king", "▁said"], " king said"],
    ["word ends", "a", ["ab</w>", "b</w>"], " ab b"],
    ["word ends", "a", [], ""],
    ["word ends", "a ", ["b", "a</w>"], "ba"],
    ["CTC", "a", ["a", "|", "a"], " a"],
    ["a replacement over all", "a", ["c", "a", "b"], "cx"],
    ["no decoder", "the", ["king", "said"], " king said"],
    ["no decoder", "the ", ["king"], "king"],
    ["gpt2", "the", ["Ġthe"], " the"],
    ["gpt2", "the ", ["Ġthe"], " the"],
    ["characters", "the ", [" ", "k"], " k"],
  ];

Deno.test("TextAfter has the blank that a reader expects between prompt and text, and no other", () => {
  for (const [kind, prompt, tokens, expected] of CASES) {
    const tokenizer = KINDS[kind]!;
    const ids = tokens.map((token) => tokenizer.vocabulary.indexOf(token));
    assert(ids.every((id) => id >= 0), `${kind}: ${tokens}`);
    assertEquals(
      [kind, prompt, new TextAfter(tokenizer, prompt).decode(ids)],
      [kind, prompt, expected],
    );
  }
});

Deno.test("TextAfter gives the pieces token by token, the blank with the word after it", () => {
  for (
    const [kind, prompt, tokens, expected] of [
      ["words", "the king", ["said", ",", "the"], [" said", ",", " the"]],
      ["words", "the king\n", ["the", "king"], ["the", " king"]],
      ["bert", "the", ["##s", "was"], ["s", " was"]],
      ["bert", "the ", ["[SEP]", "was"], ["", "was"]],
      ["llama2", "the\n", ["<0xC3>", "<0xA9>", "e"], ["", "", "ée"]],
      ["word ends", "a", ["b</w>", "a</w>"], [" ", "b "]],
      ["word ends", "a ", ["b</w>", "a</w>"], ["", "b "]],
    ] as const
  ) {
    const tokenizer = KINDS[kind]!;
    const stream = new TextAfter(tokenizer, prompt).decodeStream();
    assertEquals(
      tokens.map((token) => stream.push(tokenizer.vocabulary.indexOf(token))),
      [...expected],
    );
  }
});

Deno.test("TextAfter refuses a prompt that cannot be encoded", () => {
  assertThrows(
    () => new TextAfter(KINDS["words"]!, "Zebulon", "error"),
    UnknownCharacterError,
    '"Zebulon"',
  );
});
