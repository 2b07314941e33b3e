import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../src/engine/random.ts";
import { clean } from "../../src/text/clean.ts";
import type { CleanTextOptions } from "../../src/text/clean_options.ts";
import { Corpus } from "../../src/text/corpus.ts";
import type { NdArray } from "../../src/text/nd_array.ts";
import golden from "../golden/missing.json" with { type: "json" };

type AnyData = Parameters<typeof clean>[0];

function matrix(shape: number[], ...data: number[]): NdArray<"float64"> {
  return { shape, dtype: "float64", data: Float64Array.from(data) };
}

function messageOf(data: unknown, options: object = {}): string {
  const error = assertThrows(() =>
    clean(data as AnyData, options as CleanTextOptions)
  );
  assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
  return error.message;
}

Deno.test("clean() takes the cells for missing that pandas takes", () => {
  assert(golden.cells.length > 25);
  for (const [cell, isMissing] of golden.cells as [string, boolean][]) {
    assertEquals(clean([cell, "x"]).data.length, isMissing ? 1 : 2, cell);
  }
  assertEquals(clean([" NA\n", null, undefined, "x"]).data, ["x"]); // trimmed, unlike pandas
});

Deno.test("clean() drops and fills the columns of a matrix as pandas and NumPy do", () => {
  for (const { shape, data, mean, median, dropped } of golden.fills) {
    const array = matrix(shape, ...data.map((value) => value ?? NaN));
    const fill = (rule: string) =>
      clean(array, { missing: "fill", fill: rule }).data.data;
    assertClose(fill("mean"), mean);
    assertEquals(Array.from(fill("median")), median);
    const rest = clean(array).data;
    assertEquals(Array.from(rest.data), dropped);
    assertEquals(rest.shape, [dropped.length / shape[1]!, shape[1]!]);
  }
});

/** Sums in another order may differ in the last bits. */
function assertClose(actual: Float64Array, expected: number[]): void {
  assertEquals(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    assert(Math.abs(value - expected[i]!) < 1e-12, `${value}: ${expected[i]}`);
  }
}

Deno.test("clean() leaves the data as it is", () => {
  const array = matrix([2, 1], NaN, 1);
  clean(array, { missing: "fill", fill: 0 });
  assertEquals(array, matrix([2, 1], NaN, 1));
  const documents = [{ text: " e\u0301 ", metadata: { n: null } }];
  clean(documents, {
    whitespace: "trim",
    columns: ["n"],
    missing: "fill",
    fill: "x",
  });
  assertEquals(documents, [{ text: " e\u0301 ", metadata: { n: null } }]);
});

Deno.test("clean() cleans typed arrays and lists of numbers", () => {
  const floats = Float32Array.of(1, NaN, 3);
  assertEquals(clean(floats).data, Float32Array.of(1, 3));
  assertEquals(
    clean(floats, { missing: "fill", fill: "mean" }).data,
    Float32Array.of(1, 2, 3),
  );
  assertEquals(clean([1, null, 3, NaN, undefined]).data, [1, 3]);
  assertEquals(
    clean([4, null, 1, 4, 9], { missing: "fill", fill: "mode" }).data,
    [4, 4, 1, 4, 9],
  );
  // Of several values that are there most often, the first one.
  assertEquals(
    clean([3, 1, 1, 3, null], { missing: "fill", fill: "mode" }).data,
    [3, 1, 1, 3, 3],
  );
  assertEquals(
    clean(Int32Array.of(5, -1, 7), { missingValues: [-1] }).data,
    Int32Array.of(5, 7),
  );
  assertEquals(
    clean(BigInt64Array.of(5n, -1n), {
      missingValues: [-1n],
      missing: "fill",
      fill: 8n,
    }).data,
    BigInt64Array.of(5n, 8n),
  );
  assertEquals(
    clean(Float32Array.of(0.1, 1), { missingValues: [0.1] }).data,
    Float32Array.of(1),
  );
  assertEquals(
    clean(Float16Array.of(0.1, 1), { missingValues: [0.1] }).data,
    Float16Array.of(1),
  );
  assertEquals(
    messageOf(BigInt64Array.of(-1n), { missingValues: [-1] }),
    "Cannot clean: missingValues must be bigints for this array: number",
  );
  assertEquals(clean(new Float64Array(0)).data, new Float64Array(0));
});

Deno.test("clean() names rows and columns of arrays of any number of dimensions", () => {
  const cube = matrix([2, 2, 3], 1, 2, 3, 4, 5, NaN, 7, 8, NaN, 1, 2, NaN);
  const dropped = clean(cube);
  assertEquals(dropped.data.shape, [0, 2, 3]);
  assertEquals(dropped.report.missing, [
    { row: 0, column: "1,2", source: undefined, action: "dropped" },
    { row: 1, column: "0,2", source: undefined, action: "dropped" },
  ]);
  const filled = clean(cube, { missing: "fill", fill: 0 });
  assertEquals(
    filled.data,
    matrix([2, 2, 3], 1, 2, 3, 4, 5, 0, 7, 8, 0, 1, 2, 0),
  );
  assertEquals(
    filled.report.missing.map(({ row, column }) => [row, column]),
    [[0, "1,2"], [1, "0,2"], [1, "1,2"]],
  );
});

Deno.test("clean() cleans arrays of strings, truth values and complex numbers", () => {
  const texts: NdArray = {
    shape: [3, 1],
    dtype: "str",
    data: ["a", " NA", "b"],
  };
  assertEquals(clean(texts).data, {
    shape: [2, 1],
    dtype: "str",
    data: ["a", "b"],
  });
  const bool: NdArray = {
    shape: [2],
    dtype: "bool",
    data: Uint8Array.of(1, 0),
  };
  assertEquals(clean(bool).data, bool);
  const complex: NdArray<"complex64"> = {
    shape: [3],
    dtype: "complex64",
    data: Float32Array.of(1, 2, 0, NaN, 3, 6),
  };
  assertEquals(clean(complex).data, {
    shape: [2],
    dtype: "complex64",
    data: Float32Array.of(1, 2, 3, 6),
  });
  assertEquals(
    clean(complex, { missing: "fill", fill: "mean" }).data.data,
    Float32Array.of(1, 2, 2, 4, 3, 6),
  );
  assertEquals(
    clean(complex, { missing: "fill", fill: 9 }).data.data,
    Float32Array.of(1, 2, 9, 0, 3, 6),
  );
});

Deno.test("clean() refuses to fill what cannot be filled", () => {
  const fill = (data: unknown, fill: unknown, rest: object = {}) =>
    messageOf(data, { missing: "fill", fill, ...rest });
  assertEquals(
    fill(matrix([2, 2], 1, NaN, 1, NaN), "mean"),
    "Cannot clean column 1: the mean needs a value: all are missing; give fill a value",
  );
  assertEquals(
    fill(Int32Array.of(1, 2, -1), "mean", { missingValues: [-1] }),
    'Cannot clean: a Int32Array cannot hold the fill: 1.5; fill with "mode" or another value',
  );
  assertEquals(
    fill(Uint8Array.of(1), 300, { missingValues: [1] }),
    'Cannot clean: a Uint8Array cannot hold the fill: 300; fill with "mode" or another value',
  );
  assertEquals(
    fill(BigInt64Array.of(1n, 2n), "mean", { missingValues: [1n] }),
    'Cannot clean: the mean needs numbers: 2n; fill with "mode" or a value',
  );
  assertEquals(
    fill(BigInt64Array.of(1n), 2, { missingValues: [1n] }),
    "Cannot clean: fill must be a bigint for this array: number",
  );
  assertEquals(
    fill(
      { shape: [1], dtype: "complex64", data: Float32Array.of(NaN, 0) },
      "mode",
    ),
    'Cannot clean: complex numbers have no mode; fill with "mean" or a number',
  );
  assertEquals(
    fill(["a", "NA"], "mean"),
    'Cannot clean column text: the mean needs numbers: "a"; fill with "mode" or a value',
  );
  assertEquals(
    fill(["a", "NA"], 5),
    "Cannot clean column text: fill must be a string for texts: number",
  );
});

Deno.test("clean() refuses missing values when told to, and says where", () => {
  const missing = "error";
  assertEquals(
    messageOf(["a", "NA"], { missing }),
    'Cannot clean: no value may be missing: row 1, column text has none; set missing to "drop" or "fill"',
  );
  assertEquals(
    messageOf([{ text: "a" }, { text: null, source: "t.csv:3" }], { missing }),
    'Cannot clean: no value may be missing: t.csv:3, column text has none; set missing to "drop" or "fill"',
  );
  assertEquals(
    messageOf(matrix([2, 2], 1, 2, 3, NaN), { missing }),
    'Cannot clean: no value may be missing: row 1, column 1 has none; set missing to "drop" or "fill"',
  );
  assertEquals(
    messageOf([1, null], { missing }),
    'Cannot clean: no value may be missing: row 1 has none; set missing to "drop" or "fill"',
  );
  assertEquals(clean(["a"], { missing }).data, ["a"]);
});

Deno.test("clean() treats the documents of a corpus, and metadata where asked", () => {
  const corpus = new Corpus([
    { text: "one", source: "t.csv:2", metadata: { stars: "5", id: "" } },
    { text: "", source: "t.csv:3", metadata: { stars: "NA", id: "2" } },
    { text: "two", source: "t.csv:4", metadata: { stars: "", id: "3" } },
    { text: "three", source: "t.csv:5", metadata: { stars: "2", id: "4" } },
  ]);
  const text = clean(corpus);
  assert(text.data instanceof Corpus);
  assertEquals(text.data.join(), "one\n\ntwo\n\nthree");
  const both = clean(corpus, { columns: ["stars"] });
  assertEquals(both.data.join(), "one\n\nthree");
  assertEquals(both.report.missing, [
    { row: 1, column: "text", source: "t.csv:3", action: "dropped" },
    { row: 2, column: "stars", source: "t.csv:4", action: "dropped" },
  ]);
  const filled = clean(corpus, {
    columns: ["stars"],
    missing: "fill",
    fill: "mode",
  });
  assertEquals(
    filled.data.documents.map(({ text, metadata }) => [text, metadata]),
    [
      ["one", { stars: "5", id: "" }],
      ["one", { stars: "5", id: "2" }],
      ["two", { stars: "5", id: "3" }],
      ["three", { stars: "2", id: "4" }],
    ],
  );
  assertEquals(
    messageOf(corpus, { columns: ["price"] }),
    'Cannot clean: no such column: "price"; metadata has "stars", "id"',
  );
});

Deno.test("clean() fills a column of numbers in metadata with their mean or median", () => {
  const documents = [1, 2, null, 6].map((n) => ({
    text: "a",
    metadata: { n },
  }));
  const fill = (rule: string) =>
    clean(documents, { columns: ["n"], missing: "fill", fill: rule }).data
      .map(({ metadata }) => metadata.n);
  assertEquals(fill("mean"), [1, 2, 3, 6]);
  assertEquals(fill("median"), [1, 2, 2, 6]);
  const words = ["4", "", "2"].map((n) => ({ text: "a", metadata: { n } }));
  assertEquals(
    clean(words, { columns: ["n"], missing: "fill", fill: "mean" }).data
      .map(({ metadata }) => metadata.n),
    ["4", "3", "2"],
  );
});

Deno.test("clean() brings texts to one form of Unicode, and counts them", () => {
  const texts = ["e\u0301", "é", "ﬁ", "Ａ"];
  assertEquals(clean(texts).data, ["é", "é", "ﬁ", "Ａ"]);
  assertEquals(clean(texts).report.normalized, 1);
  const { data, report } = clean(texts, { normalize: "NFKC" });
  assertEquals(data, ["é", "é", "fi", "A"]);
  assertEquals(report.normalized, 3);
  assertEquals(clean(texts, { normalize: "none" }).data, texts);
  assertEquals(clean(["é"], { normalize: "NFD" }).data, ["e\u0301"]);
});

Deno.test("clean() treats white space by each rule", () => {
  const text = "\n \n  The\t whale \n\n\n\n swam\u00A0\u3000on.  \n\n";
  const by = (whitespace: CleanTextOptions["whitespace"] & string) =>
    clean([text], { whitespace }).data[0];
  assertEquals(by("keep"), text);
  assertEquals(by("trim"), "  The\t whale\n\n\n\n swam\u00A0\u3000on.");
  assertEquals(by("collapse"), "The whale\n\nswam on.");
  assertEquals(by("line"), "The whale swam on.");
  const { report } = clean([text, "a", "b "], { whitespace: "trim" });
  assertEquals(report.respaced, 2);
});

Deno.test("clean() leaves out texts that are the same once they are clean", () => {
  const { data, report } = clean(["a b", "e\u0301", "a  b", "é", "a b"], {
    whitespace: "line",
    duplicates: "exact",
  });
  assertEquals(data, ["a b", "é"]);
  assertEquals(
    report.duplicates.map(({ row, of, similarity }) => [row, of, similarity]),
    [[2, 0, 1], [3, 1, 1], [4, 0, 1]],
  );
});

/** The pairs that sets of shingles say, going from the first text on: each is left out for the nearest one kept. */
function bySets(similarity: number): [number, number, number][] {
  const pairs = golden.pairs as [number, number, number][];
  const found: [number, number, number][] = [];
  const out = new Set<number>();
  for (const [row] of golden.texts.entries()) {
    const near = pairs.filter(([i, j, share]) =>
      j === row && !out.has(i) && share >= similarity
    ).sort((a, b) =>
      b[2] - a[2] || a[0] - b[0]
    )[0];
    if (near === undefined) continue;
    out.add(row);
    found.push([row, near[0], near[2]]);
  }
  return found;
}

Deno.test("clean() leaves out near duplicates as sets of shingles in Python say", () => {
  for (const similarity of [0.6, 0.8, 0.95]) {
    const { report } = clean(golden.texts, { duplicates: "near", similarity });
    const found = report.duplicates.map(({ row, of, similarity }) =>
      [row, of, similarity] as [number, number, number]
    );
    const expected = bySets(similarity);
    assert(expected.length > 3, `${expected.length}`);
    assertEquals(found, expected);
  }
});

Deno.test("clean() finds near duplicates among many texts, and short ones only if they are equal", () => {
  const random = new RandomStream(3, "texts");
  const word = () =>
    String.fromCharCode(
      ...Array.from({ length: 5 }, () => 97 + random.integer(26)),
    );
  const texts = Array.from(
    { length: 1000 },
    () => Array.from({ length: 40 }, word).join(" "),
  );
  const copies = texts.slice(0, 100).map((text) => text.replace(/\w$/, "!"));
  const { data, report } = clean([...texts, ...copies], { duplicates: "near" });
  assertEquals(data, texts);
  assertEquals(report.duplicates.length, 100);
  // 240 characters have 235 shingles or so; another last character changes one of them.
  assert(
    report.duplicates.every(({ similarity }) =>
      similarity > 0.98 && similarity < 1
    ),
  );
  assertEquals(
    clean(["ab", "ac", "ab"], { duplicates: "near" }).data,
    ["ab", "ac"],
  );
});

Deno.test("clean() refuses data and options that cannot be", () => {
  assertEquals(
    messageOf("a text"),
    "Cannot clean: data must be a corpus, a list of texts, documents or numbers, a typed array, or an array with a shape: string; put it in a list",
  );
  assertEquals(
    messageOf(undefined),
    "Cannot clean: data must be a corpus, a list of texts, documents or numbers, a typed array, or an array with a shape: undefined",
  );
  assertEquals(
    messageOf(matrix([], 5)),
    "Cannot clean: an array must have a dimension: its shape is []",
  );
  assertEquals(
    messageOf(matrix([3], 5)),
    "Cannot clean: shape [3] of dtype float64 takes 3 elements: data has 1",
  );
  assertEquals(
    messageOf(["a", 1]),
    "Cannot clean: a text must be a string, or missing: number in row 1",
  );
  assertEquals(
    messageOf([1, "a"]),
    "Cannot clean: a list must have numbers only, or texts only: string in row 1",
  );
  assertEquals(
    messageOf([{ text: "a" }, "b"]),
    "Cannot clean: a list must have documents only: string in row 1",
  );
  assertEquals(
    messageOf([1], { normalize: "NFC" }),
    'Cannot clean: there is no option "normalize" (known: missing, fill, missingValues)',
  );
  assertEquals(
    messageOf(["a"], { normalise: "NFC" }),
    'Cannot clean: there is no option "normalise", did you mean "normalize"? (known: missing, fill, missingValues, columns, normalize, whitespace, duplicates, similarity, shingle)',
  );
  assertEquals(
    messageOf(["a"], { whitespace: "strip" }),
    'Cannot clean: whitespace must be one of keep, trim, collapse, line: "strip"',
  );
  assertEquals(
    messageOf(["a"], { missing: "fill" }),
    'Cannot clean: missing: "fill" needs fill: a value, "mean", "median" or "mode"',
  );
  for (const fill of [NaN, null, true]) {
    assertEquals(
      messageOf([1], { missing: "fill", fill }),
      `Cannot clean: fill must be a string, a number or a bigint that is there: ${fill}`,
    );
  }
  assertEquals(
    messageOf(["a"], { fill: "b" }),
    'Cannot clean: fill has no effect with missing: "drop"; set missing: "fill"',
  );
  assertEquals(
    messageOf(["a"], { similarity: 0.5, duplicates: "exact" }),
    'Cannot clean: similarity has no effect without duplicates: "near"',
  );
  assertEquals(
    messageOf(["a"], { similarity: 0, duplicates: "near" }),
    "Cannot clean: similarity must be above 0 up to 1: 0",
  );
  assertEquals(
    messageOf(["a"], { shingle: 0.5, duplicates: "near" }),
    "Cannot clean: shingle must be a whole number from 1: 0.5",
  );
  assertEquals(
    messageOf(["a"], { columns: ["n"] }),
    "Cannot clean: columns has no effect on texts, leave it out",
  );
});

Deno.test("clean() has nothing to do for nothing", () => {
  const { data, report } = clean([]);
  assertEquals(data, []);
  assertEquals(String(report), "Cleaned 0 rows: 0 kept");
  assertEquals(clean(new Corpus([])).data.length, 0);
});

Deno.test("clean() refuses an array whose lengths are no lengths", () => {
  for (const shape of [[-1, -2], [0.5, 4]]) {
    assertThrows(
      () => clean({ shape, dtype: "int8", data: Int8Array.of(1, 2) }),
      TypeError,
      `Cannot clean: a shape must have whole numbers from 0: [${shape}]`,
    );
  }
});
