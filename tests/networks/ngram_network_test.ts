import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { TensorData } from "../../src/checkpoint/safetensors.ts";
import { ensureEngine, useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { KneserNey } from "../../src/networks/ngram/kneser_ney.ts";
import { NGramNetwork } from "../../src/networks/ngram_network.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const IDS = Uint8Array.of(0, 1, 2, 3, 1, 2, 4, 0, 1);

function network(order: number): NGramNetwork {
  const built = new NGramNetwork({ vocabSize: 5, order });
  for (const _ of built.counting.count(IDS)) continue;
  return built;
}

for (const engine of ["tensorflow", "wasm", "cpu"] as const) {
  Deno.test(`NGramNetwork on ${engine} says the same by step() as by forward(), in rows of their own`, async () => {
    await useEngine(engine);
    const built = network(3);
    const ids = [[0, 1, 2, 3, 1], [4, 1, 2, 0, 0]];
    await assertNoLeak(() =>
      tf.tidy(() => {
        const whole = built.forward(
          tf.tensor2d(ids, undefined, "int32"),
          built.zeroState(2),
        );
        let state = built.zeroState(2);
        const rows: number[] = [];
        for (let t = 0; t < 5; t++) {
          const next = built.step(
            tf.tensor1d(ids.map((row) => row[t]!), "int32"),
            state,
          );
          rows.push(...next.logits.dataSync());
          state = next.state;
        }
        const byTime = tf.transpose(whole.logits, [1, 0, 2]);
        assertEquals(rows, [...byTime.dataSync()]);
        assertEquals(
          [...state[0]!.dataSync()],
          [...whole.state[0]!.dataSync()],
        );
        const sums = tf.sum(tf.exp(whole.logits), 2);
        assertAllClose(sums.dataSync(), new Array(10).fill(1), 1e-5);
      })
    );
    await useEngine("tensorflow");
  });
}

for (const order of [1, 2, 4]) {
  Deno.test(`NGramNetwork of order ${order} predicts what KneserNey does after the begin of the document and the last tokens`, () => {
    const built = network(order);
    const model = new KneserNey({ vocabSize: 5, order });
    model.update(IDS);
    const ids = [0, 1, 2, 4];
    tf.tidy(() => {
      const { logits, state } = built.forward(
        tf.tensor2d([ids], undefined, "int32"),
        built.zeroState(1),
      );
      const rows = ids.flatMap((_, t) => [
        ...model.logProbabilities([5, ...ids.slice(0, t + 1)]),
      ]);
      assertEquals([...logits.dataSync()], rows);
      const kept = { 1: [4], 2: [4], 4: [1, 2, 4] }[order]!;
      assertEquals([...state[0]!.dataSync()], kept);
    });
  });
}

Deno.test("NGramNetwork measures by its counting what its logits say", () => {
  const built = network(4);
  let loss = 0;
  for (const part of built.counting.measure(IDS)) loss += part;
  tf.tidy(() => {
    const ids = tf.tensor2d([[...IDS]], undefined, "int32");
    const { logits } = built.forward(ids, built.zeroState(1)); // (1, T, V)
    const rows = logits.dataSync();
    let sum = 0;
    for (let t = 1; t < IDS.length; t++) sum -= rows[(t - 1) * 5 + IDS[t]!]!;
    assertAlmostEquals(loss, sum, 1e-5);
  });
});

Deno.test("NGramNetwork says its order and how many n-grams it has counted", () => {
  // By hand: ^, five tokens, and after the begin and each of 0 to 4 the pairs ^0, 01, 12, 23, 31, 24, 40.
  assertEquals(
    network(2).description,
    "2-gram, modified Kneser–Ney, 13 n-grams",
  );
  assertEquals(network(2).counting.size, 13);
});

Deno.test("NGramNetwork takes over what another kept, and refuses anything else", () => {
  const built = network(3);
  const tensors = built.counting.tensors();
  const again = new NGramNetwork({ vocabSize: 5, order: 3 });
  again.counting.setTensors(tensors);
  assertEquals(again.counting.tensors(), tensors);
  const counts = tensors.get("ngrams/counts")!;
  const [length] = counts.shape as [number];
  const rule =
    "Cannot take over counts: there must be ngrams/tokens and ngrams/parents (I32), and ngrams/counts (U32), all of one length: ";
  const listed =
    `ngrams/tokens I32 [${length}], ngrams/parents I32 [${length}]`;
  const wrong: [Map<string, TensorData>, string][] = [
    [new Map(), "none"],
    [
      new Map([...tensors, ["ngrams/counts", {
        dtype: "I32",
        shape: [length],
        data: new Int32Array(length),
      }]]),
      `${listed}, ngrams/counts I32 [${length}]`,
    ],
    [
      new Map([...tensors, ["ngrams/counts", {
        dtype: "U32",
        shape: [2],
        data: new Uint32Array(2),
      }]]),
      `${listed}, ngrams/counts U32 [2]`,
    ],
    [
      new Map([...tensors, ["more", counts]]),
      `${listed}, ngrams/counts U32 [${length}], more U32 [${length}]`,
    ],
  ];
  for (const [given, found] of wrong) {
    const thrown = assertThrows(
      () => again.counting.setTensors(given),
      RangeError,
    );
    assertEquals(thrown.message, rule + found);
  }
  assertEquals(again.counting.tensors(), tensors);
});

Deno.test("NGramNetwork refuses sizes out of range, and unknown ones", () => {
  assertThrows(
    () => new NGramNetwork({ vocabSize: 0, order: 2 }),
    RangeError,
    "Cannot count n-grams: vocabSize must be a positive integer below 2147483647: 0",
  );
  assertThrows(
    () => new NGramNetwork({ vocabSize: 5, order: 2, units: 3 } as never),
    TypeError,
    'Cannot build an n-gram model: there is no option "units" (known: vocabSize, order)',
  );
});
