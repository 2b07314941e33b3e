import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
import {
  type JsonObject,
  UnknownCharacterError,
} from "../../src/tokenizers/tokenizer.ts";
import { readGolden } from "./_golden.ts";

interface Row {
  ids: number[];
  offsets: number[];
  bare: number;
  decoded: string;
  decodedAll: string;
}

type Family = (typeof FAMILIES)[number];
const FAMILIES = [
  "gpt2",
  "roberta",
  "llama2",
  "llama3",
  "qwen",
  "bert",
  "t5",
  "mistral",
  "word_level",
] as const;

const cases = readGolden<{ texts: string[] } & Record<Family, Row[]>>(
  "cases.json",
);

/** The tokenizer.json of a family; Mistral's has the model of Llama 2. */
function readFamily(family: Family): JsonObject {
  const json = readGolden<JsonObject>(`${family}.json`);
  return json["model"] === "llama2"
    ? { ...json, model: readGolden<JsonObject>("llama2.json")["model"]! }
    : json;
}

for (const family of FAMILIES) {
  Deno.test(`loadTokenizer() gives the ids, offsets and texts of Hugging Face for ${family}`, async () => {
    const json = readFamily(family);
    const tokenizer = await loadTokenizer(json);
    for (const [i, text] of cases.texts.entries()) {
      const golden = cases[family][i]!;
      const where = JSON.stringify(text);
      const options = {
        unknown: tokenizer.kind === "bpe" ? undefined : "token",
      } as never;
      assertEquals([...tokenizer.encode(text, options)], golden.ids, where);
      assertEquals([...tokenizer.encode(text, options)], golden.ids, where); // from the cache
      const { ids, codePoints, utf16 } = tokenizer.encodeWithOffsets(
        text,
        options,
      );
      assertEquals([...ids], golden.ids, where);
      assertEquals(
        [...codePoints.starts].flatMap((s, n) => [s, codePoints.ends[n]!]),
        golden.offsets,
        where,
      );
      const points = Array.from(text);
      for (const [n, start] of codePoints.starts.entries()) {
        assertEquals(
          text.slice(utf16.starts[n], utf16.ends[n]),
          points.slice(start, codePoints.ends[n]).join(""),
        );
      }
      assertEquals(tokenizer.decode(ids), golden.decoded, where);
      const all = { skipSpecialTokens: false };
      assertEquals(tokenizer.decode(ids, all), golden.decodedAll, where);
      const stream = tokenizer.decodeStream(all);
      const pieces = golden.ids.map((id) => stream.push(id));
      assertEquals(pieces.join("") + stream.flush(), golden.decodedAll, where);
      const bare = { ...options as object, addSpecialTokens: false };
      assertEquals(tokenizer.encode(text, bare).length, golden.bare, where);
    }
    const { kind, ...saved } = tokenizer.toJSON();
    assertEquals(saved, json);
    assertEquals(kind, tokenizer.kind);
  });
}

/** A small tokenizer.json that loads, with members replaced. */
function broken(members: object): object {
  return {
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: { "<unk>": 0, a: 1 },
      unk_token: "<unk>",
    },
    ...members,
  };
}

const REFUSED: [members: object, error: ErrorConstructor, message: string][] = [
  [{ model: null }, TypeError, "model must be an object: undefined"],
  [{ model: [] }, TypeError, "model must be an object: []"],
  [
    { model: { type: "Magic" } },
    RangeError,
    'model has an unknown type: "Magic"; known types: BPE, Unigram, WordLevel, WordPiece',
  ],
  [
    { model: { type: "WordLevel", vocab: {} } },
    RangeError,
    "model.vocab must have a token: {}",
  ],
  [
    { model: { type: "WordLevel", vocab: { a: "0" } } },
    TypeError,
    'model.vocab must have ids from 0 to 4194304: "0" for "a"',
  ],
  [
    { model: { type: "WordLevel", vocab: { a: 1e9 } } },
    TypeError,
    'model.vocab must have ids from 0 to 4194304: 1000000000 for "a"',
  ],
  [
    {
      post_processor: { type: "BertProcessing", cls: ["x", 0], sep: ["y", 2] },
    },
    RangeError,
    "post_processor must add tokens of the vocabulary: 2",
  ],
  [{ added_tokens: {} }, TypeError, "added_tokens must be an array: {}"],
  [
    { added_tokens: [{ id: 1.5, content: "x" }] },
    TypeError,
    "added_tokens[0].id must be a whole number from 0: 1.5",
  ],
  [
    { added_tokens: [{ id: 2 ** 40, content: "x" }] },
    TypeError,
    "added_tokens[0].id must be a whole number up to 4194304: 1099511627776",
  ],
  [
    { normalizer: { type: "Sequence", normalizers: [{ type: "Magic" }] } },
    RangeError,
    'normalizer.normalizers[0] has an unknown type: "Magic"; known types: ',
  ],
  [
    { normalizer: "NFC" },
    TypeError,
    'normalizer must be an object: "NFC"',
  ],
  [
    { pre_tokenizer: { type: "Split", pattern: {}, behavior: "Isolated" } },
    TypeError,
    'pre_tokenizer.pattern must be an object with "String" or "Regex": {}',
  ],
  [
    {
      pre_tokenizer: {
        type: "Split",
        pattern: { Regex: "(" },
        behavior: "Isolated",
      },
    },
    SyntaxError,
    'the regular expression must be one that JavaScript can run: "("',
  ],
  [
    {
      pre_tokenizer: {
        type: "Split",
        pattern: { String: " " },
        behavior: "Eaten",
      },
    },
    RangeError,
    'pre_tokenizer.behavior must be one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous: "Eaten"',
  ],
  [
    { pre_tokenizer: { type: "Metaspace", replacement: "__" } },
    RangeError,
    'pre_tokenizer.replacement must be one character: "__"',
  ],
  [
    { pre_tokenizer: { type: "Metaspace", prepend_scheme: "last" } },
    RangeError,
    'pre_tokenizer.prepend_scheme must be always, first or never: "last"',
  ],
  [
    { decoder: { type: "Strip", content: " ", start: -1 } },
    TypeError,
    "decoder.start must be a whole number from 0: -1",
  ],
];

for (const [members, error, message] of REFUSED) {
  Deno.test(`loadTokenizer() refuses ${JSON.stringify(members)}`, async () => {
    assertEquals((await loadTokenizer(broken({}))).vocabSize, 2);
    await assertRejects(
      () => loadTokenizer(broken(members)),
      error,
      `Cannot load tokenizer: ${message}`,
    );
  });
}

Deno.test("loadTokenizer() names a JSON file that is no tokenizer, and says what one has", async () => {
  const folder = await Deno.makeTempDir({ prefix: "long_name_".repeat(9) });
  const path = join(folder, "tokenizer.json");
  // A list, a configuration, and a vocabulary with the words of a tokenizer.
  for (const json of ["[]", '{"vocab_size":5}', '{"kind":0,"model":1}']) {
    await Deno.writeTextFile(path, json);
    for (const source of [path, toFileUrl(path), folder]) {
      const { message } = await assertRejects(
        () => loadTokenizer(source as string),
        TypeError,
      );
      assertEquals(
        message,
        `Cannot load tokenizer: ${
          JSON.stringify(path)
        } must be a tokenizer.json of Hugging Face tokenizers, ` +
          `which has a model, or a file that save() wrote, which has a kind: ${json}; ` +
          "a vocabulary must be called vocab.json, with merges.txt beside it",
      );
    }
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("loadTokenizer() refuses files that are none", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assertRejects(
      () => loadTokenizer(folder),
      RangeError,
      "Cannot load tokenizer: the folder must have a tokenizer.json, or vocab.json and merges.txt: ",
    );
    const path = join(folder, "tokenizer.json");
    await Deno.writeTextFile(path, '{"model":');
    await assertRejects(
      () => loadTokenizer(toFileUrl(path)),
      SyntaxError,
      'tokenizer.json" must be JSON: ',
    );
    await assertRejects(
      () => loadTokenizer(5 as never),
      TypeError,
      "Cannot load tokenizer: the source must be a path or the content of a file: 5",
    );
    await assertRejects(
      () => loadTokenizer(join(folder, "missing")),
      Deno.errors.NotFound,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("loadTokenizer() keeps tokens with the names of JavaScript's own members", async () => {
  const vocab = JSON.parse('{"<unk>":0,"__proto__":1,"constructor":2,"12":3}');
  const tokenizer = await loadTokenizer(
    broken({
      pre_tokenizer: { type: "WhitespaceSplit" },
      model: { type: "WordLevel", vocab, unk_token: "<unk>" },
    }),
  );
  const text = "__proto__ constructor 12 toString";
  assertEquals(tokenizer.encode(text), Int32Array.of(1, 2, 3, 0));
  const copy = await loadTokenizer(JSON.parse(JSON.stringify(tokenizer)));
  assertEquals(copy.encode(text), Int32Array.of(1, 2, 3, 0));
});

Deno.test("loadTokenizer() keeps what it does not apply: truncation and padding", async () => {
  const members = { truncation: { max_length: 2 }, padding: { pad_id: 0 } };
  const tokenizer = await loadTokenizer(broken(members));
  assertEquals(tokenizer.encode("a a a").length, 3);
  const { truncation, padding } = tokenizer.toJSON();
  assertEquals({ truncation, padding } as object, members);
});

Deno.test("loadTokenizer() gives a tokenizer that counts more unknown words than a call has arguments", async () => {
  const tokenizer = await loadTokenizer({
    pre_tokenizer: { type: "Whitespace" },
    model: {
      type: "WordLevel",
      vocab: { "<unk>": 0, a: 1 },
      unk_token: "<unk>",
    },
  });
  const text = "a " +
    Array.from({ length: 200_000 }, (_, i) => `w${i}`).join(" ");
  assertThrows(
    () => tokenizer.encode(text, { unknown: "error" }),
    UnknownCharacterError,
    "and 199990 more; the first is at code point 2 (line 1)",
  );
});

Deno.test("loadTokenizer() reads a file with a byte order mark, and refuses one that is not UTF-8 or not there", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "tokenizer.json");
  const json = '{"model":{"type":"WordLevel","vocab":{"?":0},"unk_token":"?"}}';
  await Deno.writeTextFile(path, `\uFEFF${json}`);
  assertEquals((await loadTokenizer(path)).vocabulary, ["?"]);
  const bytes = new TextEncoder().encode(json);
  bytes[json.indexOf("?")] = 0xFF;
  await Deno.writeFile(path, bytes);
  await assertRejects(
    () => loadTokenizer(path),
    SyntaxError,
    "text must be UTF-8",
  );
  await Deno.rename(path, join(folder, "vocab.json"));
  await Deno.writeTextFile(join(folder, "vocab.json"), '{"a":0}');
  for (const missing of [path, join(folder, "merges.txt")]) {
    await assertRejects(
      () => loadTokenizer(missing === path ? path : folder),
      Deno.errors.NotFound,
      `Cannot load tokenizer: no such file: ${JSON.stringify(missing)}`,
    );
  }
  await Deno.remove(folder, { recursive: true });
});
