import { assertAlmostEquals, assertEquals } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { NGramNetwork } from "../../src/networks/ngram_network.ts";
import { measureCounts } from "../../src/training/_measure_counts.ts";
import {
  measure,
  streamsOf,
  type ValidationTokens,
} from "../../src/training/validate.ts";

await ensureEngine();

const random = new RandomStream(4, 0);
const IDS = Uint8Array.from(
  { length: 20_000 },
  () => 12 * random.uniform() ** 2,
);
const network = new NGramNetwork({ vocabSize: 12, order: 3 });
for (const _ of network.counting.count(IDS.subarray(0, 15_000))) continue;

const onward = (): Promise<boolean> => Promise.resolve(false);

for (
  const [what, tokens] of [
    ["two tokens", IDS.subarray(0, 2)],
    ["one stream", IDS.subarray(0, 256)],
    ["two streams", IDS.subarray(0, 257)],
    ["fewer full streams than are cut", IDS.subarray(0, 16_200)],
    ["as many streams as there are", IDS],
    ["a source", {
      length: 3000,
      read: (start: number, end: number) => IDS.subarray(start, end),
    }],
    ["documents", [
      IDS.subarray(0, 300),
      IDS.subarray(300, 301),
      IDS.subarray(301, 301),
      IDS.subarray(301, 1200),
    ]],
  ] as [string, ValidationTokens][]
) {
  Deno.test(`measureCounts() says of ${what} what measure() says by the logits`, async () => {
    const counted = await measureCounts(network.counting, tokens, onward);
    const read = await measure(network, tokens, { pause: onward });
    assertAlmostEquals(counted!.loss, read!.loss, 1e-6);
  });
}

Deno.test("streamsOf() cuts a text so that every token but the first is predicted once", () => {
  for (const length of [2, 3, 255, 256, 257, 513, 1025, 16_200, 20_000]) {
    const streams = streamsOf(IDS.subarray(0, length)) as Uint8Array[];
    const predicted = streams.flatMap((stream) => [...stream.subarray(1)]);
    assertEquals(predicted, [...IDS.subarray(1, length)], `${length}`);
    assertEquals(streams.every((stream) => stream.length >= 2), true);
  }
});

Deno.test("measureCounts() is given up when pause() says so", async () => {
  let pauses = 0;
  const found = await measureCounts(network.counting, IDS, () => {
    pauses++;
    return Promise.resolve(pauses === 3);
  });
  assertEquals([found, pauses], [undefined, 3]);
});
