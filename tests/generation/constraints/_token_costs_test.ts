import { assertEquals } from "@std/assert";
import { tokenCosts } from "../../../src/generation/constraints/_token_costs.ts";
import { ByteTokenizer } from "../../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";
import { tokenTexts } from "../../../src/tokenizers/token_texts.ts";
import { LLAMA, withDecoder } from "./_small_tokenizers.ts";

/** The cost of one character. */
function costsOf(
  cost: { cheapest(from: number, to: number): number },
  characters: string,
): number[] {
  return Array.from(characters, (character) => {
    const point = character.codePointAt(0)!;
    return cost.cheapest(point, point);
  });
}

Deno.test("tokenCosts() of characters is one each, and Infinity for those that have no token", () => {
  const { least, certain, bytewise } = tokenCosts(
    tokenTexts(new CharTokenizer(["a", "é", "🐋"])),
  );
  for (const cost of [least, certain[0]!]) {
    assertEquals(costsOf(cost, "aé🐋b🐌"), [1, 1, 1, Infinity, Infinity]);
    assertEquals(cost.cheapest(0, 0x60), Infinity);
    assertEquals(cost.cheapest(0x62, 0x10FFFF), 1);
    assertEquals(cost.cheapest(0xEA, 0x10000), Infinity);
  }
  assertEquals(bytewise, [false]);
});

Deno.test("tokenCosts() gives a character of a long token a share of it", () => {
  const texts = tokenTexts(
    withDecoder({ type: "ByteLevel" }, ["a", "abcd", "Ġb", "c"]),
  );
  const { least, certain } = tokenCosts(texts);
  assertEquals(costsOf(least, "abcd e"), [
    1 / 4,
    1 / 4,
    1 / 4,
    1 / 4,
    1 / 2,
    Infinity,
  ]);
  assertEquals(least.cheapest(0x20, 0x7F), 1 / 4);
  assertEquals(least.cheapest(0x20, 0x60), 1 / 2);
  assertEquals(costsOf(certain[0]!, "abcd "), [
    1,
    Infinity,
    1,
    Infinity,
    Infinity,
  ]);
});

Deno.test("tokenCosts() counts the bytes of a character that has no token, where every byte has one", () => {
  const { least, certain, bytewise } = tokenCosts(
    tokenTexts(new ByteTokenizer()),
  );
  assertEquals(costsOf(certain[0]!, "aé漢🐋"), [1, 2, 3, 4]);
  assertEquals(costsOf(least, "aé漢🐋"), [1, 1, 1, 1]); // no less is known of parts of characters
  assertEquals(certain[0]!.cheapest(0xD800, 0xDFFF), Infinity);
  assertEquals(bytewise, [true]);
});

Deno.test("tokenCosts() counts in each context what leads back to it", () => {
  const { least, certain } = tokenCosts(
    tokenTexts(withDecoder(LLAMA, ["▁", "▁ab", "a"])),
  );
  // At the beginning nothing leads back.
  assertEquals(costsOf(certain[0]!, "a "), [Infinity, Infinity]);
  assertEquals(costsOf(certain[1]!, "ab "), [1, Infinity, 1]);
  assertEquals(
    costsOf(least, "ab "),
    [1 / 3, 1 / 3, 1 / 3].map((share, i) => i < 2 ? 1 / 3 : share),
  );
});

Deno.test("tokenCosts() names the character of a range that the longest token has", () => {
  const { mostGenerous } = tokenCosts(
    tokenTexts(withDecoder({ type: "ByteLevel" }, ["a", "bcd", "ĠĠĠĠ"])),
  );
  assertEquals(mostGenerous(0x61, 0x7A), 0x62); // b, c and d alike
  assertEquals(mostGenerous(0, 0x10FFFF), 0x20);
  assertEquals(mostGenerous(0x65, 0x7A), 0x65); // none is known
});
