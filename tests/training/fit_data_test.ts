import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { TokenCache } from "../../src/data/token_cache.ts";
import type { TokenArray, TokenSource } from "../../src/data/token_source.ts";
import { Corpus } from "../../src/text/corpus.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { type FitData, fitTokens } from "../../src/training/fit_data.ts";

const TOKENIZER = CharTokenizer.train("abcdef"); // ids 0 … 5

/** What `fitTokens()` makes of data, as plain numbers: one list for a text, a list of lists for documents. */
function read(data: FitData): number[] | number[][] {
  const numbers = (tokens: TokenArray | TokenSource): number[] => [
    ...ArrayBuffer.isView(tokens) ? tokens : tokens.read(0, tokens.length),
  ];
  const found = fitTokens(data, TOKENIZER, {});
  return found.kind === "text"
    ? numbers(found.tokens)
    : found.documents.map(numbers);
}

Deno.test("fitTokens() reads a text from a string, from ids of every type, and from a source", () => {
  const expected = [0, 5, 2];
  for (
    const data of [
      "afc",
      Int8Array.from(expected),
      Uint8Array.from(expected),
      Int16Array.from(expected),
      Uint16Array.from(expected),
      Int32Array.from(expected),
      Uint32Array.from(expected),
      Float32Array.from(expected),
      Float64Array.from(expected),
      BigInt64Array.of(0n, 5n, 2n),
      BigUint64Array.of(0n, 5n, 2n),
      {
        length: 3,
        read: (start: number, end: number) =>
          Uint8Array.from(expected).slice(start, end),
      },
      { shape: [3], dtype: "int64", data: BigInt64Array.of(0n, 5n, 2n) },
      { shape: [3], dtype: "float32", data: Float32Array.from(expected) },
      { shape: [], dtype: "str", data: ["afc"] },
    ]
  ) assertEquals(read(data), expected);
});

Deno.test("fitTokens() reads documents from lists, from rows of ids, and from arrays of strings", () => {
  const expected = [[0, 1], [2, 3]];
  for (
    const data of [
      ["ab", "cd"],
      [Uint8Array.of(0, 1), BigInt64Array.of(2n, 3n)],
      { shape: [2, 2], dtype: "int64", data: BigInt64Array.of(0n, 1n, 2n, 3n) },
      { shape: [2, 2], dtype: "uint16", data: Uint16Array.of(0, 1, 2, 3) },
      { shape: [2], dtype: "str", data: ["ab", "cd"] },
      { shape: [2, 1], dtype: "str", data: ["ab", "cd"] },
    ]
  ) assertEquals(read(data), expected);
});

Deno.test("fitTokens() copies ids, which the caller may change while a run reads them", () => {
  const ids = Uint8Array.of(0, 1, 2, 3);
  for (
    const [data, expected] of [
      [ids, [0, 1, 2, 3]],
      [[ids.subarray(0, 2), ids.subarray(2)], [[0, 1], [2, 3]]],
      [{ shape: [4], dtype: "uint8", data: ids }, [0, 1, 2, 3]],
      [{ shape: [2, 2], dtype: "uint8", data: ids }, [[0, 1], [2, 3]]],
    ] as [FitData, unknown][]
  ) {
    ids.set([0, 1, 2, 3]);
    const kept = fitTokens(data, TOKENIZER);
    ids.fill(5);
    assertEquals(
      kept.kind === "text"
        ? [...kept.tokens as Uint8Array]
        : kept.documents.map((document) => [...document as Uint8Array]),
      expected,
    );
  }
});

Deno.test("fitTokens() keeps ids in one byte where the vocabulary is small", () => {
  const found = fitTokens(Float64Array.of(1, 2), TOKENIZER, {});
  assertInstanceOf(found.kind === "text" && found.tokens, Uint8Array);
});

for (
  const [data, Type, message] of [
    ["", RangeError, "Cannot train: the text must not be empty"],
    [[], RangeError, "Cannot train: the list of documents must not be empty"],
    [
      null,
      TypeError,
      "Cannot train: the data must be a string, token ids in a typed array, a corpus, documents in an array, an array with " +
      "shape, dtype and data, or a source of tokens: null",
    ],
    [{ length: 3 }, TypeError, "or a source of tokens: object"],
    [
      [1, 2, 3],
      TypeError,
      "Cannot train: a list must hold documents, each a string or a typed array of ids: number at place 0; " +
      "put the ids of one text into an Int32Array",
    ],
    [
      ["ab", null],
      TypeError,
      "Cannot train: a list must hold documents, each a string or a typed array of ids: null at place 1",
    ],
    [
      ["ab", "xy"],
      UnknownCharacterError,
      'the tokenizer does not know these characters: "x" U+0078, "y" U+0079',
    ],
    [["ab", "xy"], UnknownCharacterError, "(in document 1)"],
    [
      [Uint8Array.of(1), Uint8Array.of(0, 6)],
      RangeError,
      "Cannot train: token ids must be from 0 to 5: 6 at place 1 of document 1",
    ],
    [
      Float32Array.of(1, 2.5),
      RangeError,
      "Cannot train: token ids must be whole numbers: 2.5 at place 1",
    ],
    [
      Float64Array.of(NaN),
      RangeError,
      "Cannot train: token ids must be whole numbers: NaN at place 0",
    ],
    [
      {
        shape: [2, 3],
        dtype: "int64",
        data: BigInt64Array.of(0n, 1n, 2n, 3n, -1n, 5n),
      },
      RangeError,
      "Cannot train: token ids must be from 0 to 5: -1 at row 1, column 1",
    ],
    [
      { shape: [2, 2], dtype: "float64", data: Float64Array.of(0, 1, 2, NaN) },
      RangeError,
      "Cannot train: token ids must be whole numbers: NaN at row 1, column 1",
    ],
    [
      { shape: [2, 2], dtype: "int32", data: Int32Array.of(0, 1, 2) },
      RangeError,
      "Cannot train: an array's shape must match its data: [2,2] and 3 elements",
    ],
    [
      { shape: [1, 2, 2], dtype: "int32", data: Int32Array.of(0, 1, 2, 3) },
      TypeError,
      "Cannot train: an array of ids must have 1 dimension for a text, or 2 for documents by row: its shape is [1,2,2]",
    ],
    [
      { shape: [3, 0], dtype: "int32", data: new Int32Array() },
      RangeError,
      "Cannot train: the array must not be empty: its shape is [3,0]",
    ],
    [
      { shape: [2], dtype: "bool", data: Uint8Array.of(0, 1) },
      TypeError,
      'Cannot train: an array must hold token ids or strings: its dtype is "bool"',
    ],
    [
      { shape: [1], dtype: "complex64", data: Float32Array.of(0, 1) },
      RangeError,
      "Cannot train: an array's shape must match its data: [1] and 2 elements",
    ],
  ] as [unknown, typeof RangeError, string][]
) {
  Deno.test(`fitTokens() refuses ${Deno.inspect(data)}: ${message.slice(-40)}`, () => {
    assertThrows(
      () => fitTokens(data as FitData, TOKENIZER, {}),
      Type,
      message,
    );
  });
}

Deno.test("fitTokens() checks the ids of a source as they are read", () => {
  const source = { length: 4, read: () => Uint8Array.of(1, 6) };
  const found = fitTokens(source, TOKENIZER, {});
  assertThrows(
    () => found.kind === "text" && (found.tokens as TokenSource).read(2, 4),
    RangeError,
    "Cannot train: token ids must be from 0 to 5: 6 at place 3",
  );
});

Deno.test("fitTokens() refuses a cache of another tokenizer, and leaves unknown characters to strings", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "abba");
  {
    using cache = await TokenCache.open(path, {
      tokenizer: CharTokenizer.train("ab"),
    });
    assertThrows(
      () => fitTokens(cache, TOKENIZER, {}),
      RangeError,
      `Cannot train: the token cache "${path}.tokens" was made with another tokenizer than the model's; ` +
        "open it with the model's tokenizer",
    );
  }
  using cache = await TokenCache.open(path, { tokenizer: TOKENIZER });
  assertEquals(read(cache), [0, 1, 1, 0]);
  for (const data of [cache, Uint8Array.of(1), [Uint8Array.of(1)]]) {
    assertThrows(
      () => fitTokens(data, TOKENIZER, { unknown: "skip" }),
      TypeError,
      "Cannot train: unknown has no effect on token ids, leave it out",
    );
  }
  const found = fitTokens(["axb"], TOKENIZER, { unknown: "skip" });
  assertEquals(found.kind === "documents" && found.documents[0]!.length, 2);
  await Deno.remove(path);
  await Deno.remove(`${path}.tokens`);
});

Deno.test("fitTokens() takes the texts of a corpus and of things that have a text as documents", () => {
  const documents = [
    { text: "ab", source: "a.txt", metadata: {} },
    { text: "ba", source: "b.txt", metadata: {} },
  ];
  for (const data of [new Corpus(documents), documents, ["ab", "ba"]]) {
    const found = fitTokens(data, TOKENIZER, {});
    assertEquals(
      found.kind === "documents" && found.documents.map((d) => read(d)),
      [[0, 1], [1, 0]],
    );
  }
});

Deno.test("fitTokens() refuses an array whose shape is none, and a list with holes", () => {
  const data = [1, 2, 3, 4];
  for (const shape of [[-2, -2], [0.5, 8], "4", null, [NaN]]) {
    assertThrows(
      () => read({ shape, dtype: "int32", data } as unknown as FitData),
      TypeError,
      `Cannot train: an array's shape must be a list of whole numbers from 0: ${
        JSON.stringify(shape)
      }`,
    );
  }
  assertThrows(
    () =>
      read({ shape: [4], dtype: "int32", data: null } as unknown as FitData),
    RangeError,
    "Cannot train: an array's shape must match its data: [4] and undefined elements",
  );
  assertThrows(
    () => read(new Array(2) as FitData),
    TypeError,
    "a list must hold documents, each a string or a typed array of ids: undefined at place 0",
  );
});
