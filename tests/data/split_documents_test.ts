import { assert, assertEquals, assertThrows } from "@std/assert";
import { splitDocuments } from "../../src/data/split_documents.ts";
import { RandomStream } from "../../src/engine/random.ts";

const SONGS = Array.from({ length: 50 }, (_, i) => `song ${i}`);

Deno.test("splitDocuments() puts every document into one part, in its old order", () => {
  const { train, validation, test } = splitDocuments(SONGS, {
    validation: 0.2,
    test: 0.1,
  });
  assertEquals([train.length, validation.length, test.length], [35, 10, 5]);
  assertEquals(
    [...train, ...validation, ...test].sort(),
    SONGS.toSorted(),
  );
  for (const part of [train, validation, test]) {
    const places = part.map((song) => SONGS.indexOf(song));
    assertEquals(places, places.toSorted((a, b) => a - b));
  }
});

Deno.test("splitDocuments() chooses by the seed", () => {
  const kept = (seed: number): string =>
    splitDocuments(SONGS, { seed }).validation.join();
  assertEquals(kept(1), kept(1));
  assert(new Set([0, 1, 2, 3].map(kept)).size === 4);
});

Deno.test("splitDocuments() never puts the same document into two parts", () => {
  const random = new RandomStream(5, "documents");
  for (let seed = 0; seed < 30; seed++) {
    const songs = Array.from(
      { length: 60 },
      () => `song ${random.integer(12)}`,
    );
    const ids = songs.map((song) => new TextEncoder().encode(song));
    for (const documents of [songs, ids] as unknown[][]) {
      const parts = splitDocuments(documents, {
        validation: 0.2,
        test: 0.2,
        seed,
      });
      const [train, validation, test] = [
        parts.train,
        parts.validation,
        parts.test,
      ]
        .map((part) => new Set(part.map(String)));
      assert(train!.isDisjointFrom(validation!));
      assert(train!.isDisjointFrom(test!));
      assert(validation!.isDisjointFrom(test!));
    }
  }
});

Deno.test("splitDocuments() keeps a group together", () => {
  const byAuthor = (song: string): number => Number(song.slice(5)) % 7;
  const { train, validation } = splitDocuments(SONGS, {
    validation: 0.3,
    groupOf: byAuthor,
  });
  const authors = new Set(train.map(byAuthor));
  assert(authors.isDisjointFrom(new Set(validation.map(byAuthor))));
  assert(validation.length >= 15);
});

Deno.test("splitDocuments() keeps one document at least where a share is asked for", () => {
  const { train, validation } = splitDocuments(["a", "b"], {
    validation: 0.01,
  });
  assertEquals([train.length, validation.length], [1, 1]);
});

Deno.test("splitDocuments() refuses what it cannot split", () => {
  assertThrows(
    () => splitDocuments(["a", "a"]),
    RangeError,
    "Cannot split the documents: every part needs a document that is in no other: there are 2, some of them alike or in one " +
      "group perhaps; give more, a smaller share or validation: 0",
  );
  assertThrows(
    () => splitDocuments([]),
    RangeError,
    "Cannot split the documents: there are none",
  );
  assertThrows(
    () => splitDocuments("abc" as never),
    TypeError,
    "Cannot split the documents: the documents must be an array: string",
  );
  assertThrows(
    () => splitDocuments(SONGS, { validation: 1 }),
    RangeError,
    "Cannot split the documents: validation must be a share from 0 up to but not 1: 1",
  );
  assertThrows(
    () => splitDocuments(SONGS, { gap: 3 } as never),
    TypeError,
    'Cannot split the documents: there is no option "gap" (known: validation, test, seed, groupOf)',
  );
});

Deno.test("splitDocuments() keeps a group together that is larger than a call's arguments", () => {
  const documents = Array.from({ length: 400_000 }, (_, i) => `text ${i % 2}`);
  const { train, validation } = splitDocuments(documents, { validation: 0.5 });
  assertEquals([train.length, validation.length], [200_000, 200_000]);
  assertEquals(new Set(train).size, 1);
});
