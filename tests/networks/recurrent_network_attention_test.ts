/** Recurrent networks with attention over their past states. @module */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import {
  completeConfig,
  type RecurrentConfig,
  type RecurrentKind,
} from "../../src/networks/recurrent_config.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import {
  dispose,
  idTensor,
  randomIds,
  testNetwork,
  withWeights,
} from "./_network_contract.ts";
import golden from "../golden/state_attention.json" with { type: "json" };

await ensureEngine();

const CONFIG: RecurrentConfig = {
  vocabSize: 7,
  embedding: 4,
  units: 5,
  layers: 1,
  attentionWindow: 3,
};

for (const { kind, config, ...rest } of golden.models) {
  const make = (change = {}): RecurrentNetwork =>
    new RecurrentNetwork(kind as RecurrentKind, { ...config, ...change }, 2);
  testNetwork({
    title:
      `RecurrentNetwork of kind ${kind}, ${config.layers} layers, with attention over ${config.attentionWindow} states`,
    make,
    makeDropping: () => make({ dropout: 0.25, recurrentDropout: 0.25 }),
    golden: rest,
  });
}

Deno.test("RecurrentNetwork with attention has its parameters after those of the layers, and says so", () => {
  const network = new RecurrentNetwork("lstm", { ...CONFIG, dense: 6 });
  assertEquals(
    [...network.parameters].map(([name, { shape }]) => [name, shape]).slice(4),
    [
      ["attention/score/kernel", [5, 5]],
      ["attention/output/kernel", [10, 5]],
      ["dense/kernel", [5, 6]],
      ["dense/bias", [6]],
      ["output/kernel", [6, 7]],
      ["output/bias", [7]],
    ],
  );
  assertEquals(
    network.description,
    // 28; 80 + 100 + 20; 25 + 50; 30 + 6; 42 + 7
    "LSTM, 1 layer of 5 units, attention over 3 states, 388 parameters",
  );
});

Deno.test("RecurrentNetwork looks back at as many states as its attention's window has, and at no others", () => {
  const network = withWeights(new RecurrentNetwork("rnn", CONFIG));
  // Without a recurrent kernel a state knows its own token alone, and what is from before comes by attention.
  const recurrent = network.parameters.get("rnn_1/recurrent_kernel")!;
  recurrent.set(new Float32Array(recurrent.size));
  tf.tidy(() => {
    const [row] = randomIds(1, 10);
    const last = (row: number[]): number[] => [
      ...tf.slice(
        network.forward(idTensor([row]), network.zeroState(1)).logits,
        [0, 9, 0],
        [1, 1, 7],
      ).dataSync(),
    ];
    const expected = last(row!);
    for (let distance = 1; distance < 10; distance++) {
      const place = 9 - distance;
      const changed = last(row!.with(place, (row![place]! + 1) % 7));
      if (distance > 3) assertEquals(changed, expected);
      else assert(changed.some((x, i) => Math.abs(x - expected[i]!) > 1e-4));
    }
  });
  dispose(network);
});

Deno.test("completeConfig() has no attention where a file does not speak of it, and refuses a window that is none", () => {
  const { attentionWindow: _, ...old } = CONFIG;
  for (const config of [old, { ...CONFIG, attentionWindow: 0 }]) {
    assert(!("attentionWindow" in completeConfig("lstm", config)));
    assertEquals(new RecurrentNetwork("lstm", config).parameters.size, 6);
  }
  for (
    const [attentionWindow, type, given] of [
      [-1, RangeError, "-1"],
      [1.5, RangeError, "1.5"],
      [NaN, RangeError, "NaN"],
      [null, TypeError, "null"],
      ["64", TypeError, '"64"'],
    ] as const
  ) {
    assertThrows(
      () =>
        completeConfig(
          "gru",
          { ...CONFIG, attentionWindow } as RecurrentConfig,
        ),
      type,
      `Cannot build a GRU: attentionWindow must be a positive integer, or 0 for no attention: ${given}`,
    );
  }
  assertThrows(
    () => completeConfig("lstm", { ...CONFIG, attentionWindow: 65_537 }),
    RangeError,
    "Cannot build an LSTM: attentionWindow must be at most 65536: 65537",
  );
});
