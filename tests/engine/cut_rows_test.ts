import { assertEquals } from "@std/assert";
import { cutRows } from "../../src/engine/cut_rows.ts";

Deno.test("cutRows() leaves a small batch whole", () => {
  assertEquals(cutRows(3, { most: 4, smallest: 32 }), [[0, 1, 2]]);
  assertEquals(cutRows(63, { most: 4, smallest: 32 }).length, 1);
});

Deno.test("cutRows() makes no part smaller than it may be, and no more parts than there may be", () => {
  assertEquals(cutRows(64, { most: 4, smallest: 32 }).map((p) => p.length), [
    32,
    32,
  ]);
  assertEquals(cutRows(7, { most: 3, smallest: 2 }), [[0, 1], [2, 3, 4], [
    5,
    6,
  ]]);
});

Deno.test("cutRows() gives every row once, in order, in parts of about the same length", () => {
  for (let batch = 1; batch < 80; batch++) {
    for (let most = 1; most < 9; most++) {
      for (const smallest of [1, 5]) {
        const parts = cutRows(batch, { most, smallest });
        assertEquals(parts.flat(), [...Array(batch).keys()]);
        const lengths = parts.map((part) => part.length);
        assertEquals(Math.max(...lengths) - Math.min(...lengths) <= 1, true);
        if (parts.length > 1) {
          assertEquals(Math.min(...lengths) >= smallest, true);
        }
      }
    }
  }
});
