import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  bytesPerId,
  checkedSource,
  compactIds,
} from "../../src/data/compact_ids.ts";
import { countingSource } from "./_tokens.ts";

for (
  const [vocabSize, Narrow, bytes] of [
    [1, Uint8Array, 1],
    [256, Uint8Array, 1],
    [257, Uint16Array, 2],
    [65_536, Uint16Array, 2],
    [65_537, Uint32Array, 4],
    [2 ** 32, Uint32Array, 4],
  ] as const
) {
  Deno.test(`compactIds() takes ${bytes} bytes an id for ${vocabSize} tokens`, () => {
    assertEquals(bytesPerId(vocabSize), bytes);
    assertEquals(
      compactIds([0, vocabSize - 1], vocabSize),
      Narrow.of(0, vocabSize - 1),
    );
  });
}

Deno.test("compactIds() takes whole numbers of every kind", () => {
  const expected = Uint8Array.of(0, 3, 9);
  for (
    const ids of [
      Int8Array.of(0, 3, 9),
      Int32Array.of(0, 3, 9),
      Float32Array.of(0, 3, 9),
      Float64Array.of(-0, 3, 9),
      BigInt64Array.of(0n, 3n, 9n),
      BigUint64Array.of(0n, 3n, 9n),
    ]
  ) assertEquals(compactIds(ids, 10), expected);
});

Deno.test("compactIds() gives an array of the right type back as it is", () => {
  const ids = Uint16Array.of(1, 299);
  assertStrictEquals(compactIds(ids, 300), ids);
});

Deno.test("compactIds() refuses what is no id, by value and place", () => {
  for (
    const [ids, rule] of [
      [[0, 10], "must be from 0 to 9: 10 at place 1"],
      [[0, 1, -1], "must be from 0 to 9: -1 at place 2"],
      [[Infinity], "must be from 0 to 9: Infinity at place 0"],
      [[1.5], "must be whole numbers: 1.5 at place 0"],
      [[1, NaN], "must be whole numbers: NaN at place 1"],
      [BigInt64Array.of(5n, -2n), "must be from 0 to 9: -2 at place 1"],
      [
        BigInt64Array.of(2n ** 62n),
        `must be from 0 to 9: ${2n ** 62n} at place 0`,
      ],
    ] as const
  ) {
    assertThrows(
      () => compactIds(ids as ArrayLike<number>, 10),
      RangeError,
      `Cannot take ids: token ids ${rule}`,
    );
  }
  assertThrows(
    () => compactIds([0], 0),
    RangeError,
    "Cannot take ids: the vocabulary's size must be an integer from 1 to 4294967296: 0",
  );
});

Deno.test("checkedSource() finds an id that is not in the vocabulary when it is read", () => {
  const source = checkedSource(countingSource(20), 12, "train");
  assertEquals([...source.read(9, 12)], [9, 10, 11]);
  assertThrows(
    () => source.read(10, 14),
    RangeError,
    "Cannot train: token ids must be from 0 to 11: 12 at place 12",
  );
});

Deno.test("checkedSource() refuses fractions, another number of ids than asked for, and a length that is none", () => {
  const read = (ids: unknown) =>
    checkedSource(
      { length: 2, read: () => ids as Int32Array },
      12,
      "train",
    ).read(0, 2);
  const fractions = Float64Array.of(1, 2.5);
  assertThrows(
    () => read(fractions),
    RangeError,
    "Cannot train: token ids must be whole numbers: 2.5 at place 1",
  );
  assertThrows(
    () => read(Int32Array.of(1)),
    TypeError,
    "Cannot train: a source must read the ids asked for into a typed array: 2 from place 0 on: 1",
  );
  assertThrows(() => read([1, 2]), TypeError, "2 from place 0 on: object");
  for (const length of [-1, 2.5, NaN, 2 ** 53]) {
    assertThrows(
      () => checkedSource({ ...countingSource(2), length }, 12, "train"),
      RangeError,
      `Cannot train: a source's length must be a whole number from 0: ${length}`,
    );
  }
});
