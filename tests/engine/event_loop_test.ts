import { assert, assertEquals } from "@std/assert";
import { nextTurn } from "../../src/engine/event_loop.ts";

Deno.test("nextTurn() lets what was queued before run first", async () => {
  const order: string[] = [];
  queueMicrotask(() => order.push("microtask"));
  const turn = nextTurn().then(() => order.push("turn"));
  order.push("now");
  await turn;
  assertEquals(order, ["now", "microtask", "turn"]);
});

Deno.test("nextTurn() lets timers fire while a loop goes on", async () => {
  let fired = false;
  setTimeout(() => fired = true, 1);
  let turns = 0;
  while (!fired && turns < 10_000_000) {
    await nextTurn();
    turns++;
  }
  assert(fired);
});
