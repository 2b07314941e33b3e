import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { TokenSource } from "../../../src/data/token_source.ts";
import { TokenCache } from "../../../src/data/token_cache.ts";
import { RandomStream } from "../../../src/engine/random.ts";
import { KneserNey } from "../../../src/networks/ngram/kneser_ney.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";

/** Ids by chance, small ones more often. */
function idsByChance(length: number, vocabSize: number): Uint16Array {
  const random = new RandomStream(1, 0);
  return Uint16Array.from(
    { length },
    () => vocabSize * random.uniform() ** 2,
  );
}

Deno.test("without data every token is as likely as any other", () => {
  const row = new KneserNey({ vocabSize: 4 }).logProbabilities([1, 2]);
  assertEquals(row, new Float32Array(4).fill(Math.log(1 / 4)));
});

Deno.test("probabilities of a bigram model are those of a calculation by hand", () => {
  const model = new KneserNey({ vocabSize: 3, order: 2 });
  model.update(Uint8Array.of(0, 1, 0, 1, 0));
  // Too few counts of counts: the discounts are 0.5, 1, 1.5. Bigrams: ^0 once, 01 twice, 10 twice.
  // Unigrams by what is before them: 0 after ^ and 1, so 2; 1 after 0, so 1; total 3; held back (1 + 0.5) / 3 = 1/2.
  // p(0) = (2 − 1)/3 + 1/2 · 1/3 = 1/2, p(1) = (1 − 0.5)/3 + 1/6 = 1/3, p(2) = 1/6.
  // After 0: total 2, held back 1/2: p(1|0) = (2 − 1)/2 + 1/2 · 1/3 = 2/3, p(0|0) = 1/4, p(2|0) = 1/12.
  // At the begin: total 1, held back 1/2: p(0|^) = 1/2 + 1/4 = 3/4, p(1|^) = 1/6, p(2|^) = 1/12.
  const expected: [number[], number[]][] = [
    [[], [1 / 2, 1 / 3, 1 / 6]],
    [[0], [1 / 4, 2 / 3, 1 / 12]],
    [[3], [3 / 4, 1 / 6, 1 / 12]],
    [[2], [1 / 2, 1 / 3, 1 / 6]], // never seen: as without context
  ];
  for (const [context, probabilities] of expected) {
    const row = model.logProbabilities(context);
    for (const [id, probability] of probabilities.entries()) {
      assertAlmostEquals(Math.exp(row[id]!), probability, 1e-6);
    }
  }
});

Deno.test("every row sums to 1, whatever the context", () => {
  const model = new KneserNey({ vocabSize: 7, order: 4 });
  const ids = idsByChance(5000, 7);
  model.update(ids);
  for (let at = 0; at < 100; at++) {
    const row = model.logProbabilities(ids.subarray(at, at + at % 6));
    assertAlmostEquals(row.reduce((sum, x) => sum + Math.exp(x), 0), 1, 1e-5);
  }
});

Deno.test("a token cache, a source and an array are counted and measured alike, over many pieces", async () => {
  const ids = idsByChance(150_000, 300);
  const letters = Array.from(
    { length: 300 },
    (_, i) => String.fromCodePoint(0x4e00 + i),
  ).join("");
  const tokenizer = CharTokenizer.train(letters);
  assertEquals(tokenizer.vocabSize, 300);
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, tokenizer.decode(ids));
  const source: TokenSource = {
    length: ids.length,
    read: (start, end) => Int32Array.from(ids.subarray(start, end)),
  };
  {
    using cache = await TokenCache.open(path, { tokenizer });
    const [fromArray, ...others] = [ids, source, cache].map((document) => {
      const model = new KneserNey({ vocabSize: 300, order: 3 });
      model.update(document);
      return { kept: model.kept, loss: model.lossOn(document) };
    });
    for (const other of others) assertEquals(other, fromArray);
    const sum = fromArray!.kept.counts
      .filter((_, i) => fromArray!.kept.parents[i] === 0)
      .reduce((sum, count) => sum + count, 0);
    assertEquals(sum, 150_000);
  }
  await Deno.remove(path);
  await Deno.remove(`${path}.tokens`);
});

Deno.test("KneserNey.updating() and measuring() go piece by piece, to the same counts and loss", () => {
  const ids = idsByChance(30_000, 50);
  const [whole, parts] = [5, 5].map((order) =>
    new KneserNey({ vocabSize: 50, order })
  );
  whole!.update(ids);
  const pieces = [...parts!.updating(ids)];
  assertEquals(pieces, [8192, 8192, 8192, 30_000 - 3 * 8192]);
  assertEquals(parts!.kept, whole!.kept);
  const losses = [...parts!.measuring(ids)];
  assertEquals(losses.reduce((sum, loss) => sum + loss), whole!.lossOn(ids));
  assertEquals(losses.slice(-4).every((loss) => loss > 0), true);
  assertEquals(losses.slice(0, -4).every((loss) => loss === 0), true);
  assertEquals(losses.length > 4, true, "the smoothing is made in pieces too");
  assertEquals([...parts!.measuring(ids)].length, 4, "and only once");
});

Deno.test("KneserNey.measuring() refuses to go on with other counts", () => {
  const ids = idsByChance(20_000, 50);
  const model = new KneserNey({ vocabSize: 50, order: 2 });
  model.update(ids);
  const { kept } = model;
  for (
    const change of [
      () => model.update(Uint8Array.of(1, 2)),
      () => model.restore(kept),
    ]
  ) {
    const measuring = model.measuring(ids);
    while (measuring.next().value === 0) continue; // until the first loss
    change();
    assertThrows(
      () => measuring.next(),
      Error,
      "Cannot measure a loss: the counts must not change meanwhile, begin again",
    );
  }
});

Deno.test("a smoothing that is made while tokens are counted is of all of them in the end", () => {
  const ids = idsByChance(30_000, 50);
  const model = new KneserNey({ vocabSize: 50, order: 5 });
  model.update(ids);
  const measuring = model.measuring(ids);
  assertEquals(measuring.next().value, 0); // it has only begun
  model.update(ids);
  let loss = 0;
  for (const part of measuring) loss += part;
  const other = new KneserNey({ vocabSize: 50, order: 5 });
  other.update(ids);
  other.update(ids);
  assertEquals(loss, other.lossOn(ids));
});

Deno.test("what a source gave before it failed is counted, and what is predicted follows it", () => {
  const model = new KneserNey({ vocabSize: 3, order: 2 });
  model.update(Uint8Array.of(0, 1));
  const before = model.logProbabilities([0]);
  const source: TokenSource = {
    length: 10_000,
    read: (start, end) => {
      if (start > 0) throw new Error("the disk is gone");
      return new Uint8Array(end - start);
    },
  };
  assertThrows(() => model.update(source), Error, "the disk is gone");
  const after = model.logProbabilities([0]);
  assertEquals(after[0]! > before[0]!, true);
});

Deno.test("ids, documents and options that are none are refused", () => {
  const model = new KneserNey({ vocabSize: 3, order: 2 });
  const cases: [() => void, typeof RangeError, string][] = [
    [
      () => model.update(Uint8Array.of(0, 3)),
      RangeError,
      "Cannot count n-grams: token ids must be from 0 to 2: 3 at place 1",
    ],
    [
      () => model.lossOn(Uint8Array.of(0, 3)),
      RangeError,
      "Cannot measure a loss: token ids must be from 0 to 2: 3 at place 1",
    ],
    [
      () => model.logProbabilities([4]),
      RangeError,
      "Cannot predict: token ids must be from 0 to 3: 4 at place 0",
    ],
    [
      () => model.logProbabilities([NaN]),
      RangeError,
      "Cannot predict: token ids must be whole numbers: NaN at place 0",
    ],
    [
      () => model.update(null as never),
      TypeError,
      "Cannot count n-grams: a document must be a typed array of ids, or a source of tokens: null",
    ],
    [
      () => model.lossOn([0, 1] as never),
      TypeError,
      "Cannot measure a loss: a document must be a typed array of ids, or a source of tokens: object",
    ],
    [
      () => model.discounts(3),
      RangeError,
      "Cannot give discounts: the length must be an integer from 1 to 2: 3",
    ],
    [
      () => new KneserNey({ vocabSize: 3, order: 0 }),
      RangeError,
      "Cannot count n-grams: order must be an integer from 1 to 32: 0",
    ],
    [
      () => new KneserNey({ vocabSize: 3.5 }),
      RangeError,
      "Cannot count n-grams: vocabSize must be a positive integer below 2147483647: 3.5",
    ],
  ];
  for (const [call, error, message] of cases) {
    const thrown = assertThrows(call, error);
    assertEquals(thrown.message, message);
  }
  assertEquals(model.ngramCount, 0);
});
