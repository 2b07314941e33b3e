import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { toTokenSource } from "../../../src/data/token_source.ts";
import { KneserNey } from "../../../src/networks/ngram/kneser_ney.ts";
import { assertAllClose } from "../../close.ts";
import golden from "../../golden/ngram.json" with { type: "json" };
import kenlm from "../../golden/ngram_kenlm.json" with { type: "json" };

for (const { vocabSize, documents, contexts, cases } of golden) {
  for (
    const { order, isFallback, discounts, probabilities, ofDocuments } of cases
  ) {
    const counted = (): KneserNey => {
      const model = new KneserNey({ vocabSize, order });
      for (const ids of documents) model.update(Uint8Array.from(ids));
      return model;
    };

    Deno.test(`KneserNey of order ${order} over ${vocabSize} tokens gives the probabilities of the formulas in exact fractions`, () => {
      const model = counted();
      for (const [i, expected] of discounts.entries()) {
        assertAllClose(model.discounts(i + 1), expected, 1e-12);
        assertEquals(
          model.discounts(i + 1).join() === "0.5,1,1.5",
          isFallback[i],
        );
      }
      for (const [i, context] of contexts.entries()) {
        const row = model.logProbabilities(context);
        assertAllClose(row, probabilities[i]!.map(Math.log), 1e-6);
      }
    });

    Deno.test(`KneserNey.lossOn() of order ${order} over ${vocabSize} tokens sums up the formulas' losses of all tokens but the first`, () => {
      const model = counted();
      let [at, length] = [0, 0];
      for (const ids of documents) {
        length = ids.length - 1;
        const expected = ofDocuments.slice(at, at + length)
          .reduce((sum, p) => sum - Math.log(p), 0);
        assertAlmostEquals(model.lossOn(Uint8Array.from(ids)), expected, 1e-9);
        at += length;
      }
      assertEquals(at, ofDocuments.length);
    });

    Deno.test(`KneserNey of order ${order} over ${vocabSize} tokens is the same again from what a file keeps, and goes on counting`, () => {
      const model = counted();
      const again = new KneserNey({ vocabSize, order });
      again.restore(model.kept);
      for (let round = 0; round < 2; round++) {
        for (const context of contexts) {
          assertEquals(
            again.logProbabilities(context),
            model.logProbabilities(context),
          );
        }
        assertEquals(again.ngramCount, model.ngramCount);
        model.update(Uint8Array.of(4, 4, 4, 0, 1));
        again.update(toTokenSource(Uint8Array.of(4, 4, 4, 0, 1)));
      }
    });
  }
}

for (const { order, fallbacks, log10 } of kenlm.cases) {
  Deno.test(`KneserNey of order ${order} gives KenLM's probabilities, to the digits of its files`, () => {
    const { vocabSize, documents, contexts } = kenlm;
    const model = new KneserNey({ vocabSize, order });
    for (const ids of documents) model.update(Uint8Array.from(ids));
    const fallen = Array.from(
      { length: order },
      (_, i) => model.discounts(i + 1),
    ).filter(([one]) => one === 0.5);
    assertEquals(fallen.length, fallbacks);
    for (const [i, context] of contexts.entries()) {
      const row = Array.from(
        model.logProbabilities(context),
        (x) => x / Math.LN10,
      );
      assertAllClose(row, log10[i]!, 1e-6);
    }
  });
}

Deno.test("KneserNey refuses kept counts that are not those of n-grams, and keeps its own", () => {
  const { vocabSize, documents } = golden[0]!;
  const model = new KneserNey({ vocabSize, order: 2 });
  for (const ids of documents) model.update(Uint8Array.from(ids));
  const before = model.logProbabilities([1]);
  const { tokens, parents, counts } = model.kept;
  for (
    const damaged of [
      { tokens: tokens.map((id) => id + 1), parents, counts },
      { tokens, parents: parents.map((_, i) => i + 1), counts },
      { tokens, parents: parents.map(() => 0), counts },
      { tokens: tokens.map(() => 0), parents, counts },
    ]
  ) {
    assertThrows(
      () => model.restore(damaged),
      RangeError,
      "Cannot take over counts: each n-gram must go on from one before it, once: number ",
    );
  }
  assertEquals(model.logProbabilities([1]), before);
});
