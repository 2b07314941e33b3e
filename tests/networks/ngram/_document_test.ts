import { assertEquals, assertThrows } from "@std/assert";
import {
  checkedDocument,
  piecesOf,
} from "../../../src/networks/ngram/_document.ts";

Deno.test("checkedDocument() gives back what is one", () => {
  const ids = Uint8Array.of(0, 1);
  assertEquals(checkedDocument(ids, 2, "count"), ids);
  const source = { length: 2, read: () => ids };
  const checked = checkedDocument(source, 2, "count");
  assertEquals([...piecesOf(checked)], [ids]);
});

for (
  const [document, rule] of [
    [undefined, "undefined"],
    [null, "null"],
    ["01", "string"],
    [[0, 1], "object"],
    [new DataView(new ArrayBuffer(2)), "object"],
  ] as [unknown, string][]
) {
  Deno.test(`checkedDocument() refuses ${rule}: ${JSON.stringify(document)}`, () => {
    const thrown = assertThrows(
      () => checkedDocument(document as Uint8Array, 2, "count"),
      TypeError,
    );
    assertEquals(
      thrown.message,
      `Cannot count: a document must be a typed array of ids, or a source of tokens: ${rule}`,
    );
  });
}

Deno.test("checkedDocument() checks a source as it is read", () => {
  const source = { length: 2, read: () => Uint8Array.of(0, 2) };
  const pieces = piecesOf(checkedDocument(source, 2, "count"));
  assertThrows(
    () => pieces.next(),
    RangeError,
    "Cannot count: token ids must be from 0 to 1: 2 at place 1",
  );
});

Deno.test("piecesOf() reads all ids once, in order, from arrays and sources", () => {
  const ids = Int32Array.from({ length: 20_000 }, (_, i) => i);
  const source = {
    length: ids.length,
    read: (start: number, end: number) => ids.slice(start, end),
  };
  for (const document of [ids, source]) {
    const pieces = [...piecesOf(document)];
    assertEquals(pieces.map(({ length }) => length), [8192, 8192, 3616]);
    assertEquals(pieces.flatMap((piece) => [...piece]), [...ids]);
  }
  assertEquals([...piecesOf(new Uint8Array())], []);
});
