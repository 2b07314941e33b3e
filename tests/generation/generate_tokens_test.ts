import { assertEquals, assertRejects } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { generateTokens } from "../../src/generation/generate_tokens.ts";
import { Sampler } from "../../src/generation/sampler.ts";
import { assertNoLeak } from "../no_leak.ts";
import { CountingPredictor } from "./_counting_predictor.ts";

await ensureEngine();

const GREEDY = new Sampler({ temperature: 0 });

function options(prompt: number[], maxTokens: number) {
  return { prompt: Int32Array.from(prompt), maxTokens, sampler: GREEDY };
}

Deno.test("generateTokens() reads the prompt once and carries the state from there", async () => {
  const predictor = new CountingPredictor(10);
  assertEquals(
    await Array.fromAsync(generateTokens(predictor, options([3, 5, 7], 4))),
    [8, 9, 0, 1],
  );
  assertEquals(predictor.calls, [
    "forward [3,5] after 0",
    "step [7] after 2",
    "step [8] after 3",
    "step [9] after 4",
    "step [0] after 5", // and nothing after the last token
  ]);
});

Deno.test("generateTokens() reads a long prompt in pieces, one after the other", async () => {
  const predictor = new CountingPredictor(200);
  const prompt = Array.from({ length: 130 }, (_, i) => i);
  assertEquals(
    await Array.fromAsync(generateTokens(predictor, options(prompt, 1))),
    [130],
  );
  assertEquals(predictor.calls.map((call) => call.replace(/\[.*\]/, "")), [
    "forward  after 0",
    "forward  after 64",
    "forward  after 128",
    "step  after 129",
  ]);
});

Deno.test("generateTokens() reads the last half again where the model starts over, and of a long prompt only the end", async () => {
  const predictor = Object.assign(new CountingPredictor(20), {
    startsOverAfter: 4,
  });
  const prompt = [0, 1, 2, 3, 4, 5, 6];
  await assertNoLeak(async () => {
    assertEquals(
      await Array.fromAsync(generateTokens(predictor, options(prompt, 4))),
      [7, 8, 9, 10],
    );
  });
  assertEquals(predictor.calls, [
    "forward [2,3,4,5] after 0", // what is left of 6 tokens after starting over once
    "forward [4,5] after 0",
    "step [6] after 2",
    "step [7] after 3",
    "forward [6,7] after 0",
    "step [8] after 2",
    "step [9] after 3",
  ]);
});

Deno.test("generateTokens() leaves no tensor behind, finished, left, failed or aborted", async () => {
  await assertNoLeak(async () => {
    await Array.fromAsync(
      generateTokens(new CountingPredictor(10), options([1], 5)),
    );
    for await (
      const id of generateTokens(new CountingPredictor(10), options([1], 5))
    ) if (id === 3) break;
    const broken = new CountingPredictor(10);
    broken.step = (): never => {
      tf.zeros([2]);
      throw new Error("broken");
    };
    await assertRejects(
      () => Array.fromAsync(generateTokens(broken, options([1], 5))),
      Error,
      "broken",
    );
    const aborted = {
      ...options([1], 5),
      signal: AbortSignal.abort(new Error("enough")),
    };
    await assertRejects(
      () => Array.fromAsync(generateTokens(new CountingPredictor(10), aborted)),
      Error,
      "enough",
    );
    await Array.fromAsync(
      generateTokens(new CountingPredictor(10), options([1], 0)),
    );
  });
});

Deno.test("generateTokens() stops the work when its reader leaves", async () => {
  const predictor = new CountingPredictor(10);
  for await (const id of generateTokens(predictor, options([1], 100))) {
    if (id === 3) break;
  }
  assertEquals(predictor.calls, ["step [1] after 0", "step [2] after 1"]);
});

Deno.test("generateTokens() fails with the signal's reason between two tokens", async () => {
  const predictor = new CountingPredictor(10);
  const controller = new AbortController();
  const ids: number[] = [];
  const error = await assertRejects(async () => {
    for await (
      const id of generateTokens(predictor, {
        ...options([1], 100),
        signal: controller.signal,
      })
    ) {
      ids.push(id);
      if (id === 4) controller.abort(new Error("that will do"));
    }
  });
  assertEquals((error as Error).message, "that will do");
  assertEquals([ids, predictor.calls.length], [[2, 3, 4], 3]);
});

Deno.test("generateTokens() lets timers run between two tokens", async () => {
  let fired = false;
  setTimeout(() => fired = true, 1);
  for await (
    const _ of generateTokens(new CountingPredictor(10), options([1], 100_000))
  ) if (fired) break;
  assertEquals(fired, true);
});

Deno.test("generateTokens() names the token where the logits are no numbers", async () => {
  const predictor = new CountingPredictor(10);
  const { step } = predictor;
  predictor.step = (ids, state) => {
    const next = step.call(predictor, ids, state);
    return ids.dataSync()[0] === 3
      ? { ...next, logits: tf.mul(next.logits, NaN) }
      : next;
  };
  await assertRejects(
    () => Array.fromAsync(generateTokens(predictor, options([1], 100))),
    RangeError,
    "Cannot sample token 2: the logits must be numbers below Infinity: NaN for id 0",
  );
});
