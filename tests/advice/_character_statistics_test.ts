import { assertEquals } from "@std/assert";
import {
  countCharacters,
  measureEntropies,
} from "../../src/advice/_character_statistics.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/corpus.json" with { type: "json" };

function entropies(...texts: string[]): number[] {
  return measureEntropies(texts, countCharacters(texts));
}

Deno.test("countCharacters() counts code points, the most frequent first", () => {
  assertEquals(countCharacters(["b🐋a", "ba🐋b"]), [
    { character: "b", count: 3 },
    { character: "a", count: 2 },
    { character: "🐋", count: 2 },
  ]);
  assertEquals(countCharacters(["\uD800"]), [{
    character: "\uD800",
    count: 1,
  }]);
});

Deno.test("measureEntropies() agrees with NumPy", () => {
  assertAllClose(entropies(golden.text), golden.entropies, 1e-12);
});

Deno.test("measureEntropies() knows texts whose entropy is clear", () => {
  assertEquals(entropies("aaaaa"), [0, 0, 0, 0]);
  // a and b by turns: one bit, and none once the one before is known.
  assertEquals(entropies("ab".repeat(50)), [1, 0, 0, 0]);
  assertEquals(entropies(""), []);
  assertEquals(entropies("a"), [0]); // nothing comes after another one
});

Deno.test("measureEntropies() takes no group of characters across two texts", () => {
  // In "ab", "ab" b follows a, and nothing follows b.
  assertEquals(entropies("ab", "ab"), [1, 0]);
});

Deno.test("measureEntropies() leaves out orders whose groups would not fit into a number", () => {
  const wide = Array.from(
    { length: 20_000 },
    (_, i) => String.fromCodePoint(0x4E00 + i),
  ).join("");
  // 20,000^3 fits below 2^53, 20,000^4 does not.
  assertEquals(entropies(wide).length, 3);
});
