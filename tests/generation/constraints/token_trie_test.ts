import { assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { TokenTrie } from "../../../src/generation/constraints/token_trie.ts";

function trieOf(...texts: string[]): TokenTrie {
  return new TokenTrie({
    ids: Int32Array.from(texts.keys(), (id) => id * 10),
    texts: texts.map((text) => new TextEncoder().encode(text)),
  });
}

Deno.test("TokenTrie has its nodes in the order of a walk, and knows where to jump", () => {
  const trie = trieOf("ab", "", "b", "abc", "ad", "ab");
  //   a          b          c         d        b
  assertEquals(String.fromCharCode(...trie.bytes), "abcdb");
  assertEquals([...trie.depths], [1, 2, 3, 2, 1]);
  assertEquals([...trie.skips], [4, 3, 3, 4, 5]);
  assertEquals([...trie.ids], [10, 0, 50, 30, 40, 20]); // "", ab, ab, abc, ad, b
  assertEquals([...trie.places], [1, 1, 3, 4, 5, 6]);
  assertEquals([...trie.heights], [2, 1, 0, 0, 0]);
  assertEquals(trie.depth, 3);
});

Deno.test("TokenTrie knows how long the tokens are that begin within a character", () => {
  const group = (...texts: number[][]) => ({
    ids: Int32Array.from(texts.keys()),
    texts: texts.map((text) => Uint8Array.from(text)),
  });
  const two = new TokenTrie(group([0x61, 0x62, 0x63], [0xA9, 0x61], [0x80]));
  assertEquals([two.longestRest, trieOf("abc").longestRest], [2, 0]);
});

Deno.test("TokenTrie of no tokens, or of one without bytes, has no nodes", () => {
  assertEquals([...trieOf().places], [0]);
  assertEquals([...trieOf("").places], [1]);
  assertEquals([...trieOf("").ids], [0]);
});

Deno.test("TokenTrie finds every token by its bytes, and no other", () => {
  const random = new RandomStream(1, "trie");
  for (let n = 0; n < 100; n++) {
    const texts = Array.from(
      { length: random.integer(30) },
      () =>
        Array.from(
          { length: random.integer(6) },
          () => "abé🐋"[random.integer(3)],
        ).join(""),
    );
    const trie = trieOf(...texts.map((text) => text.toWellFormed()));
    const found: [number, string][] = [...trie.ids.subarray(0, trie.places[0])]
      .map((id) => [id, ""]);
    const path: number[] = [];
    for (let node = 0; node < trie.bytes.length; node++) {
      path.length = trie.depths[node]! - 1;
      path.push(trie.bytes[node]!);
      for (
        const id of trie.ids.subarray(trie.places[node], trie.places[node + 1])
      ) {
        found.push([id, new TextDecoder().decode(Uint8Array.from(path))]);
      }
    }
    for (const text of texts) {
      let node = -1;
      for (const byte of new TextEncoder().encode(text)) {
        node = trie.step(node, byte);
      }
      const ids = node < 0
        ? trie.ids.subarray(0, trie.places[0])
        : trie.ids.subarray(trie.places[node], trie.places[node + 1]);
      assertEquals(
        [...ids].map((id) => texts[id / 10]),
        [...ids].map(() => text.toWellFormed()),
      );
      assertEquals(trie.step(node, 0x63), -1); // no c
    }
    const expected = texts.map((
      text,
      id,
    ): [number, string] => [id * 10, text.toWellFormed()]);
    assertEquals(found.toSorted((a, b) => a[0] - b[0]), expected);
  }
});
