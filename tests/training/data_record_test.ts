import { assertEquals } from "@std/assert";
import { describeData, differenceOf } from "../../src/training/data_record.ts";

const text = (...ids: number[]) =>
  describeData({ kind: "text", tokens: Uint8Array.from(ids) }, 5);
const documents = (...all: number[][]) =>
  describeData({
    kind: "documents",
    documents: all.map((ids) => Uint8Array.from(ids)),
  }, 5);

Deno.test("describeData() counts tokens and documents", async () => {
  const { fingerprint, ...rest } = await documents([0, 1], [2]);
  assertEquals(rest, {
    kind: "documents",
    tokens: 3,
    documents: 2,
    vocabSize: 5,
  });
  assertEquals(fingerprint.length, 64);
  const { fingerprint: _, ...one } = await text(0, 1, 2);
  assertEquals(one, { kind: "text", tokens: 3, vocabSize: 5 });
});

Deno.test("differenceOf() finds none in the same data, and names lengths, kinds or fingerprints", async () => {
  const was = await text(0, 1, 2);
  assertEquals(differenceOf(was, await text(0, 1, 2)), undefined);
  assertEquals(differenceOf(null, null), undefined);
  assertEquals(
    differenceOf(was, await text(0, 1)),
    "a text of 2 tokens of a vocabulary of 5 instead of a text of 3 tokens of a vocabulary of 5",
  );
  assertEquals(
    differenceOf(was, await documents([0, 1, 2])),
    "1 document of 3 tokens of a vocabulary of 5 instead of a text of 3 tokens of a vocabulary of 5",
  );
  assertEquals(
    differenceOf(null, was),
    "a text of 3 tokens of a vocabulary of 5 instead of nothing",
  );
  const other = await text(0, 1, 3);
  assertEquals(
    differenceOf(was, other),
    "a text of 3 tokens of a vocabulary of 5, as it was, but other ones: fingerprint " +
      `${other.fingerprint.slice(0, 12)} instead of ${
        was.fingerprint.slice(0, 12)
      }`,
  );
});
