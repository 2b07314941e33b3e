import { assert, assertEquals } from "@std/assert";
import { Breather, nextTurn } from "../../src/engine/event_loop.ts";

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

/** Counts the event loop's turns while some work goes on. */
async function turnsDuring(work: () => Promise<void>): Promise<number> {
  let [turns, isOver] = [0, false];
  const others = (async () => {
    for (; !isOver; turns++) await nextTurn();
  })();
  await work();
  isOver = true;
  await others;
  return turns;
}

Deno.test("Breather takes a turn after a piece of 20 milliseconds", async () => {
  const turns = await turnsDuring(async () => {
    const breather = new Breather();
    for (let piece = 0; piece < 5; piece++) {
      const until = performance.now() + 21;
      while (performance.now() < until);
      await breather.pause();
    }
  });
  assert(turns >= 5, `${turns} turns`);
});

Deno.test("Breather takes no turn for each of many short pieces", async () => {
  const turns = await turnsDuring(async () => {
    const breather = new Breather();
    for (let piece = 0; piece < 1000; piece++) await breather.pause();
  });
  assert(turns < 500, `${turns} turns`);
});

Deno.test("Breather says that a turn is due after 20 milliseconds", () => {
  const breather = new Breather();
  const until = performance.now() + 21;
  while (performance.now() < until);
  assert(breather.isDue);
});
