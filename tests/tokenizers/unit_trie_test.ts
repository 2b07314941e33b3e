import { assertEquals } from "@std/assert";
import { RandomStream } from "../../src/engine/random.ts";
import { UnitTrie } from "../../src/tokenizers/unit_trie.ts";

/** The number of a token, or -1. */
function find(trie: UnitTrie, token: string): number {
  let node = 0;
  for (let i = 0; i < token.length; i++) {
    node = trie.step(node, token.charCodeAt(i));
    if (node === 0) return -1;
  }
  return trie.valueAt(node);
}

Deno.test("UnitTrie finds every token that it was given, and no other", () => {
  const random = new RandomStream(9, 1);
  const below = (count: number) => Math.floor(random.uniform() * count);
  const word = () =>
    Array.from(
      { length: 1 + below(6) },
      () => String.fromCodePoint([97, 98, 0x6E21, 0x1F6A2][below(4)]!),
    ).join("");
  const tokens = new Map(Array.from({ length: 3000 }, (_, i) => [word(), i])); // the table grows several times
  const trie = new UnitTrie(tokens);
  for (const [token, value] of tokens) assertEquals(find(trie, token), value);
  for (let i = 0; i < 3000; i++) {
    const other = word();
    assertEquals(find(trie, other), tokens.get(other) ?? -1, other);
  }
});

Deno.test("UnitTrie leaves out tokens that no text has, and keeps the last number of a token", () => {
  const trie = new UnitTrie([["", 0], ["\uD83D", 1], ["a", 2], ["a", 3]]);
  assertEquals(trie.valueAt(0), -1);
  assertEquals(trie.step(0, 0xD83D), 0);
  assertEquals(find(trie, "a"), 3);
});
