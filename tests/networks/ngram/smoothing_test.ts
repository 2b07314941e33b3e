import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { NGramCounts } from "../../../src/networks/ngram/ngram_counts.ts";
import { Smoothing } from "../../../src/networks/ngram/smoothing.ts";
import { assertAllClose } from "../../close.ts";

/** Counts some ids, and how many pieces the smoothing of them takes. */
function smoothed(
  { order, vocabSize }: { order: number; vocabSize: number },
  ids: Uint8Array,
): { counts: NGramCounts; smoothing: Smoothing; pieces: number } {
  const counts = new NGramCounts(order, vocabSize);
  for (const _ of counts.counting(ids)) continue;
  const making = Smoothing.of(counts);
  for (let pieces = 1;; pieces++) {
    const made = making.next();
    if (made.done) return { counts, smoothing: made.value, pieces };
  }
}

/** Ids from 0 on, each as often as it is told. */
function repeated(...times: number[]): Uint8Array {
  return Uint8Array.from(times.flatMap((n, id) => Array(n).fill(id)));
}

Deno.test("discounts come from counts of counts", () => {
  // Five tokens once, three twice, two three times, one four times: n = 5, 3, 2, 1; Y = 5/11.
  const ids = repeated(1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4);
  const { smoothing } = smoothed({ order: 1, vocabSize: 12 }, ids);
  const y = 5 / 11;
  const expected = [1 - 2 * y * 3 / 5, 2 - 3 * y * 2 / 3, 3 - 4 * y * 1 / 2];
  assertAllClose(smoothing.discounts[1]!, [0, ...expected], 1e-12);
});

for (
  const [times, why] of [
    [[1, 1, 1, 2, 3], "no token was seen four times"],
    [[2, 2, 3, 4], "no token was seen once"],
    // n = 4, 1, 1, 1; Y = 2/3: the second discount is 2 − 3 · 2/3 · 1 = 0.
    [[1, 1, 1, 1, 2, 3, 4], "the second discount is 0"],
    // n = 2, 4, 1, 4; Y = 1/5: the third discount is 3 − 4 · 1/5 · 4 = −1/5.
    [[1, 1, 2, 2, 2, 2, 3, 4, 4, 4, 4], "the third discount is below 0"],
  ] as [number[], string][]
) {
  Deno.test(`discounts are 0.5, 1 and 1.5 where ${why}, and every token has some probability`, () => {
    const { smoothing } = smoothed(
      { order: 1, vocabSize: 12 },
      repeated(...times),
    );
    assertEquals(smoothing.discounts[1], [0, 0.5, 1, 1.5]);
    const row = smoothing.logRow([]);
    assert(row.every(Number.isFinite));
    assertAlmostEquals(row.reduce((sum, x) => sum + Math.exp(x), 0), 1, 1e-6);
  });
}

Deno.test("Smoothing.next() says of a token what its place in Smoothing.logRow() says, and moves the contexts on", () => {
  const random = new RandomStream(2, 0);
  const ids = Uint8Array.from(
    { length: 2000 },
    () => 9 * random.uniform() ** 2,
  );
  const sizes = { order: 4, vocabSize: 10 }; // token 9 is never seen
  const { counts, smoothing } = smoothed(sizes, ids);
  const contexts = counts.begin();
  const read = [10];
  for (let i = 0; i < 300; i++) {
    const id = i % 50 === 49 ? 9 : random.integer(9);
    const row = smoothing.logRow([...contexts.slice(1)].filter((c) => c > 0));
    const probability = smoothing.next(contexts, id);
    assertAlmostEquals(row[id]!, Math.log(probability), 1e-5);
    read.push(id);
    for (let k = 1; k < 4; k++) {
      const known = k <= read.length ? counts.findLast(read, k) : -1;
      assertEquals(contexts[k], known, `after ${read.slice(-k)}`);
    }
  }
});

Deno.test("Smoothing is made in pieces where there are many n-grams", () => {
  const random = new RandomStream(3, 0);
  const ids = Uint8Array.from({ length: 40_000 }, () => random.integer(256));
  const many = smoothed({ order: 3, vocabSize: 256 }, ids);
  assert(many.counts.size > 2 ** 16);
  assert(many.pieces > 3, `${many.pieces}`);
  const few = smoothed({ order: 3, vocabSize: 256 }, ids.subarray(0, 9));
  assertEquals(few.pieces, 1);
});
