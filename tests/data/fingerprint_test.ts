import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { fingerprintOf } from "../../src/data/fingerprint.ts";
import { TokenCache } from "../../src/data/token_cache.ts";
import type { TokenSource } from "../../src/data/token_source.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

const OPTIONS = { vocabSize: 4 };

/** Ids that are read one by one, and how many were. */
function counting(length: number): TokenSource & { readonly count: number } {
  let count = 0;
  return {
    length,
    get count() {
      return count;
    },
    read(start, end) {
      count += end - start;
      return Int32Array.from(
        { length: end - start },
        (_, i) => (start + i) % 4,
      );
    },
  };
}

Deno.test("fingerprintOf() is SHA-256 over vocabulary, number of texts, lengths and ids", async () => {
  const head = new Uint8Array(Float64Array.of(4, 2, 3, 1).buffer);
  const expected = createHash("sha256").update(head)
    .update(Uint8Array.of(0, 1, 2, 3)).digest("hex");
  assertEquals(
    await fingerprintOf([Uint8Array.of(0, 1, 2), Uint8Array.of(3)], OPTIONS),
    expected,
  );
});

Deno.test("fingerprintOf() gives the same for a string's ids, other arrays and a token cache", async () => {
  const text = "to be or not to be, that is the question";
  const tokenizer = CharTokenizer.train(text);
  const { vocabSize } = tokenizer;
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, text);
  const ids = tokenizer.encode(text);
  const expected = await fingerprintOf([ids], { vocabSize });
  {
    using cache = await TokenCache.open(path, { tokenizer });
    assertEquals(await fingerprintOf([cache], { vocabSize }), expected);
  }
  assertEquals(
    await fingerprintOf([Uint8Array.from(ids)], { vocabSize }),
    expected,
  );
  await Deno.remove(path);
  await Deno.remove(`${path}.tokens`);
});

Deno.test("fingerprintOf() gives another for another id, order, length, cut or vocabulary", async () => {
  const of = (...texts: number[][]) =>
    fingerprintOf(texts.map((text) => Uint8Array.from(text)), OPTIONS);
  const all = await Promise.all([
    of([0, 1, 2]),
    of([0, 1, 3]),
    of([0, 2, 1]),
    of([0, 1]),
    of([0, 1], [2]),
    of([0], [1, 2]),
    of([0, 1, 2], []),
    fingerprintOf([Uint8Array.of(0, 1, 2)], { vocabSize: 5 }),
  ]);
  assertEquals(new Set(all).size, all.length);
});

Deno.test("fingerprintOf() reads evenly spread blocks of data above the limit, and all of it up to there", async () => {
  const length = 20 * 2 ** 16;
  const [whole, part, other] = [
    counting(length),
    counting(length),
    counting(length - 1),
  ];
  await fingerprintOf([whole], { vocabSize: 4, mostBytes: length });
  assertEquals(whole.count, length);
  const options = { vocabSize: 4, mostBytes: length / 4 };
  const fingerprint = await fingerprintOf([part], options);
  assertEquals(part.count, length / 4);
  assertNotEquals(await fingerprintOf([other], options), fingerprint);
});

Deno.test("fingerprintOf() refuses ids beyond the vocabulary", async () => {
  await assertRejects(
    () => fingerprintOf([Uint8Array.of(0, 4)], OPTIONS),
    RangeError,
    "Cannot take ids: token ids must be from 0 to 3: 4 at place 1",
  );
});
