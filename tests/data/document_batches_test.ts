import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DocumentBatches,
  type DocumentBatchesOptions,
} from "../../src/data/document_batches.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { countingSource } from "./_tokens.ts";

/** Documents of random lengths: token p of document d is 1000 · d + p + 1. */
function documents(number: number, longest: number): Int32Array[] {
  const random = new RandomStream(7, "documents");
  return Array.from({ length: number }, (_, d) =>
    Int32Array.from(
      { length: random.integer(longest + 1) },
      (_, p) => 1000 * d + p + 1,
    ));
}

function batchesOf(
  given: readonly Int32Array[],
  options: Partial<DocumentBatchesOptions> = {},
): DocumentBatches {
  return new DocumentBatches(given, {
    batchSize: 4,
    sequenceLength: 16,
    ...options,
  });
}

for (const layout of ["bucketed", "packed"] as const) {
  Deno.test(`DocumentBatches counts every token of a document but the first once, ${layout}`, () => {
    const given = documents(40, 50);
    const batches = batchesOf(given, { layout });
    const expected = given.flatMap((ids) => [...ids.subarray(1)]).sort((a, b) =>
      a - b
    );
    assertEquals(batches.tokensPerEpoch, expected.length);
    for (const epoch of [0, 1]) {
      const targets: number[] = [];
      for (let step = 0; step < batches.stepsPerEpoch; step++) {
        const batch = batches.batch(epoch, step);
        for (const [i, counts] of batch.mask!.entries()) {
          if (!counts) {
            assertEquals([batch.inputs[i], batch.targets[i]], [0, 0]);
            continue;
          }
          assertEquals(batch.targets[i], batch.inputs[i]! + 1); // the next token of the same document
          targets.push(batch.targets[i]!);
        }
      }
      assertEquals(targets.sort((a, b) => a - b), expected);
    }
  });

  Deno.test(`DocumentBatches gives the same batch whenever it is asked, and another order in each epoch, ${layout}`, () => {
    const given = documents(40, 50);
    const [batches, again] = [
      batchesOf(given, { layout, seed: 3 }),
      batchesOf(given, { layout, seed: 3 }),
    ];
    const epochOf = (epoch: number) =>
      Array.from(
        { length: batches.stepsPerEpoch },
        (_, step) => batches.batch(epoch, step),
      );
    const first = epochOf(0);
    assertEquals(again.batch(0, 2), first[2]);
    assert(
      String(epochOf(1).map(({ inputs }) => inputs)) !==
        String(first.map(({ inputs }) => inputs)),
    );
  });
}

Deno.test("DocumentBatches pads rows to the next power of two from 8, up to the width of a row", () => {
  const given = [2, 4, 9, 10, 17, 18, 60].map((length) =>
    new Int32Array(length).fill(1)
  );
  const batches = batchesOf(given, { batchSize: 2, sequenceLength: 20 });
  const widths = Array.from(
    { length: batches.stepsPerEpoch },
    (_, step) => batches.batch(0, step).inputs.length / batches.batchSize,
  );
  // Targets: 1, 3, 8 in rows of 8; 9, 16 in rows of 16; 17 and 20 + 20 + 19 in rows of 20. Two rows a batch.
  assertEquals(widths.sort((a, b) => a - b), [8, 8, 16, 20, 20]);
});

Deno.test("DocumentBatches packs pieces into few rows and numbers them in each", () => {
  const given = [6, 5, 4, 3, 2].map((targets, d) =>
    Int32Array.from({ length: targets + 1 }, (_, p) => 100 * d + p + 1)
  );
  const batches = batchesOf(given, {
    layout: "packed",
    batchSize: 8,
    sequenceLength: 10,
  });
  assertEquals([batches.batchSize, batches.stepsPerEpoch], [2, 1]); // 20 targets fill two rows of 10
  const { inputs, segments, mask } = batches.batch(0, 0);
  assertEquals(mask, new Uint8Array(20).fill(1));
  for (const [i, segment] of segments!.entries()) {
    const sameRow = Math.floor(i / 10) === Math.floor((i - 1) / 10);
    const sameDocument = Math.floor(inputs[i]! / 100) ===
      Math.floor(inputs[i - 1]! / 100);
    if (i > 0 && sameRow) {
      assertEquals(segment - segments![i - 1]!, sameDocument ? 0 : 1);
    } else assertEquals(segment, 1);
  }
});

Deno.test("DocumentBatches fills padding with the id that was asked for", () => {
  const batches = batchesOf([Int32Array.of(1, 2, 3, 4)], { padId: 9 });
  const { inputs, targets, mask } = batches.batch(0, 0);
  assertEquals([...inputs], [1, 2, 3, 9, 9, 9, 9, 9]);
  assertEquals([...targets], [2, 3, 4, 9, 9, 9, 9, 9]);
  assertEquals([...mask!], [1, 1, 1, 0, 0, 0, 0, 0]);
});

Deno.test("DocumentBatches takes sources, such as parts of a cache", () => {
  const batches = new DocumentBatches([countingSource(5)], {
    batchSize: 1,
    sequenceLength: 4,
  });
  assertEquals([...batches.batch(0, 0).targets], [1, 2, 3, 4]);
});

Deno.test("DocumentBatches refuses what it cannot make batches of", () => {
  assertThrows(
    () => batchesOf([new Int32Array(1), new Int32Array(0)]),
    RangeError,
    "Cannot make batches of documents: a document needs 2 tokens, one to read and one to predict: none of 2 has them",
  );
  assertThrows(
    () => batchesOf(documents(3, 9), { layout: "mixed" as "packed" }),
    RangeError,
    'Cannot make batches of documents: layout must be "bucketed" or "packed": "mixed"',
  );
  assertThrows(
    () => batchesOf(documents(3, 9), { padId: -1 }),
    RangeError,
    "Cannot make batches of documents: padId must be an integer from 0: -1",
  );
  assertThrows(
    () => batchesOf(documents(3, 9), { batchSize: 0 }),
    RangeError,
    "Cannot make batches of documents: batchSize must be a positive integer: 0",
  );
  assertThrows(
    () => batchesOf(new Int32Array(9) as never),
    TypeError,
    "Cannot make batches of documents: the documents must be an array: object",
  );
});

Deno.test("DocumentBatches reads a document of more than 2^32 tokens at its own places", () => {
  const starts = new Set<number>();
  const source = {
    length: 2 ** 33 + 1,
    read(start: number, end: number) {
      starts.add(start);
      return new Uint8Array(end - start);
    },
  };
  const batches = new DocumentBatches([source], {
    batchSize: 1,
    sequenceLength: 2 ** 20,
  });
  assertEquals(batches.stepsPerEpoch, 2 ** 13);
  for (let step = 0; step < 16; step++) batches.batch(0, step);
  assertEquals(starts.size, 16);
  assert(Math.max(...starts) >= 2 ** 32);
});
