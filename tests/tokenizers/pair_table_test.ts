import { assertEquals } from "@std/assert";
import { PairTable } from "../../src/tokenizers/pair_table.ts";
import { createRandom } from "./_random_text.ts";

Deno.test("PairTable holds what a Map of both ids holds, while it grows", () => {
  const random = createRandom(2);
  const table = new PairTable();
  const map = new Map<string, number>();
  for (let n = 0; n < 20_000; n++) {
    const [first, second] = [random(300), random(300) * 70_000];
    table.set(first, second, n);
    map.set(`${first} ${second}`, n);
  }
  assertEquals(table.size, map.size);
  for (const [key, value] of map) {
    const [first, second] = key.split(" ").map(Number);
    assertEquals(table.get(first!, second!), value);
    assertEquals(table.get(second! + 1, first!), -1);
  }
});
