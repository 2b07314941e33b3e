import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  decodeSafetensors,
  encodeSafetensors,
} from "../../src/checkpoint/safetensors.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import { buildNGram } from "../../src/models/build_ngram.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { ModelFileError } from "../../src/models/model_file.ts";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";
import { assertAllClose } from "../close.ts";

await ensureEngine();

const TEXT = "the whale and the sea and the white whale; ".repeat(12);
const QUIET = { sample: false, display: "none" } as const;

function model(order = 4): LanguageModel {
  return buildNGram({ tokenizer: CharTokenizer.train(TEXT), order });
}

Deno.test("buildNGram() gives a model to which every token is alike, until it has counted", async () => {
  const built = model();
  const { vocabSize } = built.tokenizer;
  assertEquals(
    String(built),
    "4-gram, modified Kneser–Ney, 0 n-grams",
  );
  const { loss } = await built.evaluate(TEXT, { metrics: ["loss"] });
  assertAlmostEquals(loss!, Math.log(vocabSize), 1e-6);
  const history = await built.fit(TEXT, QUIET);
  assertEquals(built.history, [history]);
  assert(history.loss! < 0.7, `${history.loss}`);
  assertEquals(history.stopReason, "completed");
  assertEquals(history.epochs.length, 1);
  assert(
    history.validationLoss! < 0.7 && history.validationBitsPerCharacter! < 1,
  );
  assertEquals(built.parameterCount, 93);
  assertEquals(built.summary().parameters, built.parameterCount);
});

Deno.test("A model of n-grams counts on where it is fitted again, and more text makes it better", async () => {
  const [once, twice] = [model(), model()];
  const half = TEXT.slice(0, 90);
  const options = { ...QUIET, validation: 0 };
  await once.fit(half, options);
  const before = (await once.evaluate(TEXT)).loss!;
  await twice.fit(half, options);
  await twice.fit(TEXT.slice(90), options);
  const after = (await twice.evaluate(TEXT)).loss!;
  assert(after < before, `${after} < ${before}`);
  assertEquals(twice.history.length, 2);
});

Deno.test("A model of n-grams counts documents, each from its beginning", async () => {
  const documents = ["abc", "abd", "acd", "a"];
  const built = buildNGram({
    tokenizer: CharTokenizer.train("abcd"),
    order: 2,
  });
  await built.fit(documents, { ...QUIET, validation: 0 });
  // By hand, orders 1 and 2: too few counts of counts, so the discounts are 0.5, 1 and 1.5.
  // Unigrams by what is before them: a after ^, b after a, c after a and b, d after b and c: 1, 1, 2, 2, together 6.
  // Held back there (0.5 + 0.5 + 1 + 1) / 6 = 1/2, so p(b) = 0.5/6 + 1/8 = 5/24, p(c) = 1/6 + 1/8 = 7/24.
  // After a: b twice, c once, together 3; held back (1 + 0.5) / 3 = 1/2: p(b|a) = 1/3 + 5/48, p(c|a) = 1/6 + 7/48.
  const next = await built.predict("a", { topK: 2 });
  assertEquals(next.map(({ token }) => token), ["b", "c"]);
  assertAllClose(
    next.map(({ probability }) => probability),
    [1 / 3 + 5 / 48, 1 / 6 + 7 / 48],
    1e-6,
  );
});

for (
  const tokenizer of [
    CharTokenizer.train(TEXT),
    new ByteTokenizer(),
    WordTokenizer.train(TEXT),
  ]
) {
  Deno.test(`A model of n-grams over a ${tokenizer.constructor.name} writes, and is the same again from its file`, async () => {
    const built = buildNGram({ tokenizer, order: 5 });
    await built.fit(TEXT, QUIET);
    const options = { maxTokens: 30, seed: 4 };
    const text = (await built.generate("the wh", {
      ...options,
      unknown: "skip",
    })).text;
    assert(text.length >= 30);
    const path = await Deno.makeTempFile({ suffix: ".safetensors" });
    await built.save(path);
    const again = await LanguageModel.load(path);
    assertEquals(
      (await again.generate("the wh", { ...options, unknown: "skip" })).text,
      text,
    );
    assertEquals(String(again), String(built));
    assertEquals(await again.encode(), await Deno.readFile(path));
    await Deno.remove(path);
  });
}

Deno.test("A model of n-grams learns a line by heart", async () => {
  const built = model(14); // more than the 12 characters that are the same in two places
  await built.fit(TEXT, { ...QUIET, validation: 0 });
  assertEquals(
    (await built.generate("the whale and", { maxTokens: 30, temperature: 0 }))
      .text,
    TEXT.slice(13, 43),
  );
});

Deno.test("A file of n-grams is refused where its counts are none", async () => {
  const built = model(2);
  await built.fit(TEXT, QUIET);
  const { tensors, metadata } = decodeSafetensors(await built.encode());
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const refused = async (message: string): Promise<void> => {
    await Deno.writeFile(path, encodeSafetensors(tensors, metadata));
    await assertRejects(
      () => LanguageModel.load(path),
      ModelFileError,
      message,
    );
  };
  const counts = tensors.get("ngrams/counts")!;
  tensors.delete("ngrams/counts");
  await refused("there must be ngrams/tokens and ngrams/parents (I32), and");
  tensors.set("ngrams/counts", counts);
  const parents = tensors.get("ngrams/parents")!.data as Int32Array;
  parents[0] = 7;
  await refused("each n-gram must go on from one before it, once: number 1 ");
  await Deno.remove(path);
});

for (
  const [options, error, message] of [
    [
      { order: 0 },
      RangeError,
      "Cannot count n-grams: order must be an integer from 1 to 32: 0",
    ],
    [
      { order: "6" },
      TypeError,
      'Cannot count n-grams: order must be an integer from 1 to 32: "6"',
    ],
    [
      { units: 3 },
      TypeError,
      'Cannot build an n-gram model: there is no option "units" (known: tokenizer, order)',
    ],
    [
      { tokenizer: null },
      TypeError,
      "Cannot build an n-gram model: tokenizer must be a tokenizer, such as CharTokenizer.train(text): null",
    ],
  ] as [object, typeof RangeError, string][]
) {
  Deno.test(`buildNGram() refuses ${JSON.stringify(options)}`, () => {
    const tokenizer = CharTokenizer.train("abc");
    const thrown = assertThrows(
      () => buildNGram({ tokenizer, ...options }),
      error,
    );
    assertEquals(thrown.message, message);
  });
}
