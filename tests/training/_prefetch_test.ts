import { assertEquals, assertThrows } from "@std/assert";
import type { TokenBatches } from "../../src/data/batches.ts";
import { Prefetch } from "../../src/training/_prefetch.ts";

/** Batches of one token, three an epoch, that note when they were made. */
function noted(): { batches: TokenBatches; made: string[] } {
  const made: string[] = [];
  const batches: TokenBatches = {
    batchSize: 1,
    stepsPerEpoch: 3,
    tokensPerEpoch: 3,
    carriesState: false,
    batch(epoch, step) {
      made.push(`${epoch}.${step}`);
      if (epoch === 1 && step === 1) throw new RangeError("broken");
      const inputs = Int32Array.of(10 * epoch + step);
      return { inputs, targets: inputs };
    },
  };
  return { batches, made };
}

Deno.test("Prefetch makes each batch once, ahead of its time, over the end of an epoch", async () => {
  const { batches, made } = noted();
  const prefetch = new Prefetch(batches);
  assertEquals(prefetch.take(0, 1).inputs[0], 1);
  await prefetch.prepareAfter(0, 1);
  assertEquals(made, ["0.1", "0.2"]);
  assertEquals(prefetch.take(0, 2).inputs[0], 2);
  await prefetch.prepareAfter(0, 2);
  assertEquals(prefetch.take(1, 0).inputs[0], 10);
  assertEquals(made, ["0.1", "0.2", "1.0"]);
});

Deno.test("Prefetch lets what was begun before it leave first", async () => {
  const { batches, made } = noted();
  const work = Promise.resolve().then(() => {}).then(() => made.push("step"));
  const prepared = new Prefetch(batches).prepareAfter(0, 0);
  assertEquals(made, []);
  await Promise.all([work, prepared]);
  assertEquals(made, ["step", "0.1"]);
});

Deno.test("Prefetch makes another batch than the one that is ready", async () => {
  const { batches } = noted();
  const prefetch = new Prefetch(batches);
  await prefetch.prepareAfter(0, 0);
  assertEquals(prefetch.take(2, 2).inputs[0], 22);
});

Deno.test("Prefetch fails when the broken batch is taken, not before", async () => {
  const { batches } = noted();
  const prefetch = new Prefetch(batches);
  await prefetch.prepareAfter(1, 0);
  assertThrows(() => prefetch.take(1, 1), RangeError, "broken");
  assertEquals(prefetch.take(1, 2).inputs[0], 12);
});
