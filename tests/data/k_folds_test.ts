import { assert, assertEquals, assertThrows } from "@std/assert";
import { kFolds } from "../../src/data/k_folds.ts";
import { splitDocuments } from "../../src/data/split_documents.ts";
import { Corpus } from "../../src/text/corpus.ts";
import { toTokenSource } from "../../src/data/token_source.ts";
import { count, countingSource } from "./_tokens.ts";

Deno.test("kFolds() measures on every document once, and never on one that it learns from", () => {
  const documents = Array.from({ length: 23 }, (_, i) => `text ${i % 19}`); // some are there twice
  for (const folds of [2, 5, 19]) {
    const made = kFolds(documents, { folds, seed: 3 });
    assertEquals(made.length, folds);
    assertEquals(
      made.flatMap(({ validation }) => validation).sort(),
      documents.toSorted(),
    );
    for (const { train, validation } of made) {
      assertEquals(train.length + validation.length, documents.length);
      assert(validation.length > 0);
      assert(new Set(train).isDisjointFrom(new Set(validation)));
    }
  }
});

Deno.test("kFolds() measures on every token of a text once, at a gap from what it learns from", () => {
  for (const [length, folds, gap] of [[100, 5, 0], [103, 4, 7], [60, 2, 10]]) {
    for (const ids of [count(length!), countingSource(length!)]) {
      const made = kFolds(ids, { folds: folds!, gap: gap! });
      const read = (
        part: typeof ids,
      ): number[] => [...toTokenSource(part).read(0, part.length)];
      assertEquals(
        made.flatMap(({ validation }) => read(validation)),
        [...count(length!)],
      );
      for (const { train, validation } of made) {
        const measured = read(validation);
        const learnt = train.flatMap(read);
        const [first, last] = [measured[0]!, measured.at(-1)!];
        assert(
          learnt.every((place) => place < first - gap! || place > last + gap!),
        );
        const gaps = (first > 0 ? gap! : 0) + (last < length! - 1 ? gap! : 0);
        assertEquals(learnt.length, length! - measured.length - gaps);
        for (const piece of train.map(read)) {
          assertEquals(piece.at(-1)! - piece[0]!, piece.length - 1); // no hole in it
        }
      }
    }
  }
});

Deno.test("kFolds() refuses what it cannot make folds of", () => {
  assertThrows(
    () => kFolds(["a", "b"], { folds: 1 }),
    RangeError,
    "Cannot make folds: folds must be an integer from 2: 1",
  );
  assertThrows(
    () => kFolds(["a", "b", "b"], { folds: 3 }),
    RangeError,
    "Cannot make folds: 3 folds need as many documents that are not alike: there are 2",
  );
  assertThrows(
    () => kFolds(count(30), { folds: 3, gap: 25 }),
    RangeError,
    "Cannot make folds: every part needs 2 tokens: 3 folds with a gap of 25 leave too few of 30; " +
      "give a longer text, fewer folds or a smaller gap",
  );
  assertThrows(
    () => kFolds(count(30), { gap: -1 }),
    RangeError,
    "Cannot make folds: gap must be an integer from 0: -1",
  );
  assertThrows(
    () => kFolds(count(30), { seed: 1 } as never),
    TypeError,
    'Cannot make folds: there is no option "seed" (known: folds, gap)',
  );
});

Deno.test("kFolds() and splitDocuments() take a corpus, and refuse options that are no object", () => {
  const corpus = new Corpus(
    ["a", "b", "c", "d"].map((text) => ({ text, source: text, metadata: {} })),
  );
  const texts = (documents: readonly { text: string }[]): string[] =>
    documents.map(({ text }) => text).sort();
  const folds = kFolds(corpus, { folds: 2 });
  assertEquals(texts(folds.flatMap(({ validation }) => validation)), [
    ...["a", "b", "c", "d"],
  ]);
  assertEquals(texts(folds[0]!.train), texts(folds[1]!.validation));
  const { train, validation } = splitDocuments(corpus, { validation: 0.25 });
  assertEquals([train.length, validation.length], [3, 1]);
  assertThrows(
    () => kFolds(["a", "b", "c"], 3 as never),
    TypeError,
    "options must be an object, such as { folds: … }: 3",
  );
});
