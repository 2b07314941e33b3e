import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomWindows } from "../../src/data/random_windows.ts";
import { count, counted, countingSource } from "./_tokens.ts";

/** First tokens of the windows of an epoch, in its order; the ids count up. */
function startsOf(windows: RandomWindows, epoch: number): number[] {
  const starts: number[] = [];
  for (let step = 0; step < windows.stepsPerEpoch; step++) {
    const { inputs, mask } = windows.batch(epoch, step);
    for (let row = 0; row < windows.batchSize; row++) {
      const at = row * windows.sequenceLength;
      if (mask === undefined || mask[at] === 1) starts.push(inputs[at]!);
    }
  }
  return starts;
}

for (
  const [length, batchSize, sequenceLength, stride] of [
    [101, 4, 5, 5],
    [100, 4, 7, 3],
    [23, 64, 4, 1],
    [12, 3, 11, 4],
    [1003, 8, 10, 25],
  ] as [number, number, number, number][]
) {
  Deno.test(`RandomWindows visits each window of ${length} tokens once, at a stride of ${stride}`, () => {
    for (const ids of [count(length), countingSource(length)]) {
      const windows = new RandomWindows(ids, {
        batchSize,
        sequenceLength,
        stride,
        seed: 5,
      });
      assertEquals(
        windows.windows,
        Math.floor((length - 1 - sequenceLength) / stride) + 1,
      );
      for (const epoch of [0, 1]) {
        const sorted = startsOf(windows, epoch).sort((a, b) => a - b);
        assertEquals(
          sorted,
          Array.from(
            { length: windows.windows },
            (_, i) => sorted[0]! + i * stride,
          ),
        );
        assert(sorted[0]! >= 0 && sorted[0]! < Math.max(stride, 1));
        assert(sorted.at(-1)! + sequenceLength <= length - 1);
      }
    }
  });
}

Deno.test("RandomWindows gives the token that follows each input as its target, and counts what counts", () => {
  const windows = new RandomWindows(count(50), {
    batchSize: 4,
    sequenceLength: 8,
  }); // 6 windows: a batch of 4 and one of 2
  assertEquals([windows.stepsPerEpoch, windows.tokensPerEpoch], [2, 48]);
  let targets = 0;
  for (const step of [0, 1]) {
    const batch = windows.batch(3, step);
    const inputs = counted(batch.inputs, batch.mask);
    assertEquals(
      counted(batch.targets, batch.mask),
      inputs.map((id) => id + 1),
    );
    targets += inputs.length;
  }
  assertEquals(targets, 48);
});

Deno.test("RandomWindows has no mask where the windows divide", () => {
  const windows = new RandomWindows(count(65), {
    batchSize: 4,
    sequenceLength: 8,
  });
  assertEquals(windows.batch(0, 1).mask, undefined);
});

Deno.test("RandomWindows gives the same batch whenever it is asked, and another order in each epoch and for each seed", () => {
  const make = (seed: number): RandomWindows =>
    new RandomWindows(count(1001), { batchSize: 4, sequenceLength: 10, seed });
  const whole = make(1);
  const inOrder = Array.from({ length: 25 }, (_, step) => whole.batch(2, step));
  assertEquals(make(1).batch(2, 17), inOrder[17]);
  const orders = [[1, 0], [1, 1], [2, 0]].map(([seed, epoch]) =>
    String(startsOf(make(seed!), epoch!))
  );
  assertEquals(new Set(orders).size, 3);
});

Deno.test("RandomWindows refuses what it cannot cut", () => {
  const options = { batchSize: 4, sequenceLength: 10 };
  assertThrows(
    () => new RandomWindows(count(10), options),
    RangeError,
    "Cannot cut the text into windows: a window of 10 tokens and the token that follows need 11: there are 10; " +
      "give a longer text or a smaller sequenceLength",
  );
  assertThrows(
    () => new RandomWindows(count(100), { ...options, stride: 0 }),
    RangeError,
    "Cannot cut the text into windows: stride must be a positive integer: 0",
  );
  assertThrows(
    () => new RandomWindows(count(100), { ...options, shuffle: true } as never),
    TypeError,
    'Cannot cut the text into windows: there is no option "shuffle" (known: batchSize, sequenceLength, stride, seed)',
  );
  const windows = new RandomWindows(count(100), options);
  assertThrows(
    () => windows.batch(0, 3),
    RangeError,
    "Cannot cut the text into windows: the step must be an integer from 0 to 2: 3",
  );
  assertThrows(
    () => windows.batch(-1, 0),
    RangeError,
    "Cannot cut the text into windows: the epoch must be an integer from 0: -1",
  );
});
