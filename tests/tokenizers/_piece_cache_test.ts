import { assertEquals } from "@std/assert";
import { IntList } from "../../src/tokenizers/int_list.ts";
import { PieceCache } from "../../src/tokenizers/_piece_cache.ts";
import { createRandom } from "./_random_text.ts";

/** The ids that are kept for a piece; undefined if there are none. */
function find(cache: PieceCache, text: string): number[] | undefined {
  const out = new IntList();
  return cache.copy(`<${text}>`, 1, text.length + 1, out)
    ? [...out.toArray()]
    : undefined;
}

Deno.test("PieceCache finds a piece wherever it stands in a text", () => {
  const cache = new PieceCache();
  cache.add("the whale", 4, 9, [7, 8]);
  cache.add("", 0, 0, []);
  assertEquals(find(cache, "whale"), [7, 8]);
  assertEquals(find(cache, ""), []);
  assertEquals(find(cache, "whal"), undefined);
});

Deno.test("PieceCache keeps many pieces apart, and starts anew when it is full", () => {
  const cache = new PieceCache();
  const random = createRandom(4);
  const kept = new Map<string, number[]>();
  for (let n = 0; n < 50_000; n++) {
    const text = random(1e9).toString(36).slice(0, 1 + random(6));
    if (kept.has(text)) continue;
    const ids = Array.from({ length: random(4) }, () => random(1000));
    kept.set(text, ids);
    cache.add(text, 0, text.length, ids);
  }
  for (const [text, ids] of kept) assertEquals(find(cache, text), ids);
  for (let n = 0; n < 1 << 18; n++) {
    const text = `piece ${n}`;
    cache.add(text, 0, text.length, [n]);
  }
  assertEquals(find(cache, `piece ${(1 << 18) - 1}`), [(1 << 18) - 1]);
  for (const [text, ids] of kept) {
    const found = find(cache, text);
    if (found !== undefined) assertEquals(found, ids);
  }
});

Deno.test("PieceCache does not keep long pieces", () => {
  const cache = new PieceCache();
  const text = "a".repeat(65);
  cache.add(text, 0, 65, [1]);
  cache.add(text, 0, 64, [2]);
  assertEquals(find(cache, text), undefined);
  assertEquals(find(cache, text.slice(1)), [2]);
});
