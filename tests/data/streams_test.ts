import { assert, assertEquals, assertThrows } from "@std/assert";
import { TokenStreams } from "../../src/data/streams.ts";

function count(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

Deno.test("TokenStreams goes on in every row where the batch before stopped", () => {
  const streams = new TokenStreams(count(1000), {
    batchSize: 4,
    sequenceLength: 10,
  });
  for (let step = 1; step < streams.stepsPerEpoch; step++) {
    const [before, now] = [streams.batch(0, step - 1), streams.batch(0, step)];
    for (let row = 0; row < 4; row++) {
      assertEquals(now.inputs[row * 10], before.targets[row * 10 + 9]);
    }
  }
});

Deno.test("TokenStreams gives the token that follows each input as its target", () => {
  const { inputs, targets } = new TokenStreams(count(100), {
    batchSize: 3,
    sequenceLength: 5,
  }).batch(2, 1);
  assertEquals([...targets], [...inputs].map((id) => id + 1)); // the ids count up
});

Deno.test("TokenStreams shows an epoch's tokens once each and leaves out less than a step", () => {
  const streams = new TokenStreams(count(1003), {
    batchSize: 4,
    sequenceLength: 10,
  });
  assertEquals(streams.stepsPerEpoch, 25); // 1,002 predictable tokens, 40 a step: 1,000 used
  for (const epoch of [0, 1, 2]) {
    const seen = new Set<number>();
    for (let step = 0; step < streams.stepsPerEpoch; step++) {
      for (const id of streams.batch(epoch, step).inputs) seen.add(id);
    }
    assertEquals(seen.size, 1000);
    assertEquals(Math.min(...seen), streams.phase(epoch));
  }
});

Deno.test("TokenStreams slides the beginning with the epoch, by the seed", () => {
  const phases = (seed: number): number[] => {
    const streams = new TokenStreams(count(1030), {
      batchSize: 4,
      sequenceLength: 10,
      seed,
    }); // 29 left over
    return Array.from({ length: 60 }, (_, epoch) => streams.phase(epoch));
  };
  assertEquals(phases(1), phases(1));
  assert(phases(1).some((phase, epoch) => phase !== phases(2)[epoch]));
  assert(
    new Set(phases(1)).size > 15 && Math.min(...phases(1)) >= 0 &&
      Math.max(...phases(1)) <= 29,
  );
});

Deno.test("TokenStreams reaches the last token of the text", () => {
  const streams = new TokenStreams(count(41), {
    batchSize: 4,
    sequenceLength: 10,
  }); // nothing left over
  assertEquals(streams.batch(0, 0).targets.at(-1), 40);
});

Deno.test("TokenStreams cuts a small text into fewer streams", () => {
  const streams = new TokenStreams(count(35), {
    batchSize: 64,
    sequenceLength: 10,
  });
  assertEquals([streams.batchSize, streams.stepsPerEpoch], [3, 1]);
  assertEquals(streams.batch(0, 0).inputs.length, 30);
});

Deno.test("TokenStreams takes a text of exactly one window and its follower, and none shorter", () => {
  assertEquals(
    new TokenStreams(count(11), { batchSize: 2, sequenceLength: 10 }).batchSize,
    1,
  );
  assertThrows(
    () => new TokenStreams(count(10), { batchSize: 2, sequenceLength: 10 }),
    RangeError,
    "Cannot cut the text into streams: a window of 10 tokens and the token that follows need 11: there are 10; " +
      "give a longer text or a smaller sequenceLength",
  );
});

Deno.test("TokenStreams refuses sizes that are no positive integers", () => {
  assertThrows(
    () => new TokenStreams(count(100), { batchSize: 0, sequenceLength: 10 }),
    RangeError,
    "Cannot cut the text into streams: batchSize must be a positive integer: 0",
  );
  assertThrows(
    () => new TokenStreams(count(100), { batchSize: 1, sequenceLength: 2.5 }),
    RangeError,
    "Cannot cut the text into streams: sequenceLength must be a positive integer: 2.5",
  );
});

Deno.test("TokenStreams refuses an option that it does not know", () => {
  const options = { batchSize: 2, sequenceLength: 2, sed: 1 };
  assertThrows(
    () => new TokenStreams(count(9), options),
    TypeError,
    'Cannot cut the text into streams: there is no option "sed", did you mean "seed"? (known: batchSize, sequenceLength, seed)',
  );
});
