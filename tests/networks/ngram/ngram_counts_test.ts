import { assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import {
  type KeptCounts,
  NGramCounts,
} from "../../../src/networks/ngram/ngram_counts.ts";

function counted(
  { order, vocabSize }: { order: number; vocabSize: number },
  ...documents: Uint8Array[]
): NGramCounts {
  const counts = new NGramCounts(order, vocabSize);
  for (const ids of documents) {
    for (const _ of counts.counting(ids)) continue;
  }
  return counts;
}

Deno.test("NGramCounts has the n-grams of a document in the order in which they were seen", () => {
  // ^ is the begin. Read are ^, 0: 0, ^0; then 1: 1, 01; then 0: 0 again, 10. The numbers are those of the nodes.
  const counts = counted({ order: 2, vocabSize: 2 }, Uint8Array.of(0, 1, 0));
  assertEquals(counts.size, 7); // the empty one, ^, 0, ^0, 1, 01, 10
  assertEquals(counts.kept(), {
    tokens: Int32Array.of(2, 0, 0, 1, 1, 0),
    parents: Int32Array.of(0, 0, 1, 0, 2, 4),
    counts: Uint32Array.of(0, 2, 1, 1, 1, 1),
  });
  assertEquals([...counts.continuations.subarray(0, 7)], [
    ...[0, 0, 2, 0, 1, 0, 0], // 0 after ^ and 1; 1 after 0
  ]);
  assertEquals([...counts.lengths.subarray(0, 7)], [0, 1, 1, 2, 1, 2, 2]);
  assertEquals([...counts.begins.subarray(0, 7)], [0, 1, 0, 1, 0, 0, 0]);
});

Deno.test("NGramCounts finds what was seen, and says -1 of the rest", () => {
  const counts = counted({ order: 2, vocabSize: 2 }, Uint8Array.of(0, 1, 0));
  assertEquals(counts.find(0, 2), 1);
  assertEquals(counts.find(4, 0), 6);
  assertEquals(counts.find(2, 0), -1);
  assertEquals(counts.findLast([9, 9, 1, 0], 2), 6);
  assertEquals(counts.findLast([1, 1], 2), -1);
  assertEquals(counts.findLast([], 0), 0);
  assertEquals([...counts.begin()], [0, 1]);
  assertEquals([...new NGramCounts(3, 2).begin()], [0, -1, -1]);
  assertEquals([...new NGramCounts(1, 2).begin()], [0]);
});

for (const order of [1, 2, 5]) {
  Deno.test(`NGramCounts of order ${order} has what a map of strings has, however often it grows`, () => {
    const random = new RandomStream(order, 0);
    const vocabSize = 20;
    const documents = [4000, 1, 0, 2500].map((length) =>
      Uint8Array.from({ length }, () => vocabSize * random.uniform() ** 2)
    );
    const counts = counted({ order, vocabSize }, ...documents);
    const seen = new Map<string, number>();
    for (const ids of documents) {
      const padded = order > 1 ? [vocabSize, ...ids] : [...ids];
      const first = padded.length - ids.length;
      for (let end = first + 1; end <= padded.length; end++) {
        for (let length = 1; length <= Math.min(order, end); length++) {
          const key = padded.slice(end - length, end).join();
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
      }
    }
    const before = new Map<string, number>();
    for (const key of seen.keys()) {
      const rest = key.split(",").slice(1).join();
      if (rest !== "") before.set(rest, (before.get(rest) ?? 0) + 1);
    }
    const begins = order > 1 ? 1 : 0; // the begin itself is no n-gram that was predicted
    assertEquals(counts.size - 1, seen.size + begins);
    for (const [key, count] of seen) {
      const gram = key.split(",").map(Number);
      const node = counts.findLast(gram, gram.length);
      assertEquals(counts.counts[node], count, key);
      assertEquals(counts.continuations[node], before.get(key) ?? 0, key);
      assertEquals(counts.lengths[node], gram.length, key);
    }
  });

  Deno.test(`NGramCounts.restore() of order ${order} gives back all that was counted`, () => {
    const ids = Uint8Array.from({ length: 3000 }, (_, i) => i * i % 17);
    const counts = counted({ order, vocabSize: 17 }, ids, ids.slice(5, 9));
    const again = NGramCounts.restore(order, 17, counts.kept());
    assertEquals(again.kept(), counts.kept());
    const { size } = counts;
    for (
      const name of [
        "lengths",
        "begins",
        "continuations",
        "children",
        "siblings",
      ] as const
    ) {
      assertEquals(
        again[name].subarray(0, size),
        counts[name].subarray(0, size),
        name,
      );
    }
  });
}

Deno.test("NGramCounts.restore() refuses what no document can have", () => {
  const [tokens, parents] = [Int32Array.of(0, 1), Int32Array.of(0, 1)];
  const counts = Uint32Array.of(1, 1);
  const rule =
    "Cannot take over counts: each n-gram must go on from one before it, once: ";
  const cases: [Partial<KeptCounts>, string][] = [
    [
      { counts: Uint32Array.of(1) },
      "Cannot take over counts: tokens, parents and counts must be of one length: 2, 2 and 1",
    ],
    [
      { tokens: Int32Array.of(3, 1) },
      `${rule}number 1 is token 3 after number 0`,
    ],
    [
      { tokens: Int32Array.of(-1, 1) },
      `${rule}number 1 is token -1 after number 0`,
    ],
    [
      { tokens: Int32Array.of(0, 2) },
      `${rule}number 2 is token 2 after number 1`,
    ], // the begin, but not first
    [{}, `${rule}number 2 is token 1 after number 1`], // 01 without 1
    [
      { parents: Int32Array.of(0, 2) },
      `${rule}number 2 is token 1 after number 2`,
    ],
    [
      { parents: Int32Array.of(-1, 0) },
      `${rule}number 1 is token 0 after number -1`,
    ],
    [
      { tokens: Int32Array.of(0, 0), parents: Int32Array.of(0, 0) },
      `${rule}number 2 is token 0 after number 0`,
    ],
  ];
  for (const [changed, message] of cases) {
    const thrown = assertThrows(
      () => NGramCounts.restore(2, 2, { tokens, parents, counts, ...changed }),
      RangeError,
    );
    assertEquals(thrown.message, message);
  }
});
