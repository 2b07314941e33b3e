import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { KneserNey } from "../../../mod.ts";
import { RandomStream } from "../../../src/engine/random.ts";

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

Deno.test("discounts come from counts of counts", () => {
  const model = new KneserNey({ vocabSize: 12, order: 1 });
  // Five tokens once, three twice, two three times, one four times: n = 5, 3, 2, 1; Y = 5/11.
  const times = [1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4];
  model.update(Uint8Array.from(times.flatMap((n, id) => Array(n).fill(id))));
  const found = model.discounts(1);
  const y = 5 / 11;
  const expected = [1 - 2 * y * 3 / 5, 2 - 3 * y * 2 / 3, 3 - 4 * y * 1 / 2];
  for (const i of [0, 1, 2]) assertAlmostEquals(found[i]!, expected[i]!, 1e-12);
});

Deno.test("every row sums to 1, whatever the context", () => {
  const random = new RandomStream(1, 0);
  const model = new KneserNey({ vocabSize: 7, order: 4 });
  const ids = Uint8Array.from(
    { length: 5000 },
    () => 7 * random.uniform() ** 2,
  );
  model.update(ids);
  for (let at = 0; at < 100; at++) {
    const row = model.logProbabilities(ids.subarray(at, at + at % 6));
    assertAlmostEquals(row.reduce((sum, x) => sum + Math.exp(x), 0), 1, 1e-5);
  }
});

Deno.test("ids and options out of range are refused", () => {
  const model = new KneserNey({ vocabSize: 3, order: 2 });
  assertThrows(
    () => model.update(Uint8Array.of(0, 3)),
    RangeError,
    "Cannot count n-grams: token ids must be from 0 to 2: 3 at place 1",
  );
  assertThrows(
    () => new KneserNey({ vocabSize: 3, order: 0 }),
    RangeError,
    "Cannot count n-grams: order must be an integer from 1 to 32: 0",
  );
});
