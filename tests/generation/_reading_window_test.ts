import { assertEquals } from "@std/assert";
import { ReadingWindow } from "../../src/generation/_reading_window.ts";

Deno.test("ReadingWindow has room for ever where the model never starts over", () => {
  const window = new ReadingWindow(undefined);
  const ids = Int32Array.from({ length: 1000 }, (_, i) => i);
  assertEquals(window.begin(ids), ids);
  window.add([1, 2, 3]);
  assertEquals(window.room, Infinity);
});

Deno.test("ReadingWindow begins anew with the last half", () => {
  const window = new ReadingWindow(5);
  assertEquals(window.begin(Int32Array.of(1, 2)), Int32Array.of(1, 2));
  assertEquals(window.room, 3);
  window.add([3, 4, 5]);
  assertEquals(window.room, 0);
  assertEquals(window.startOver(), Int32Array.of(4, 5));
  assertEquals(window.room, 3);
});

Deno.test("ReadingWindow.begin() ends where reading token by token ends, for every length", () => {
  for (const limit of [1, 2, 3, 6, 7]) {
    for (let length = 0; length < 30; length++) {
      const ids = Int32Array.from({ length }, (_, i) => i);
      const slow = new ReadingWindow(limit);
      let inMemory: number[] = [];
      for (const id of ids) {
        if (slow.room === 0) inMemory = [...slow.startOver()];
        slow.add([id]);
        inMemory.push(id);
      }
      const window = new ReadingWindow(limit);
      assertEquals([...window.begin(ids)], inMemory, `${limit}, ${length}`);
      assertEquals(window.room, slow.room);
    }
  }
});
