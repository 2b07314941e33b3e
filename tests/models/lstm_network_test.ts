import { assert, assertEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  LSTMNetwork,
  type LSTMNetworkConfig,
} from "../../src/models/lstm_network.ts";
import { countParameters } from "../../src/models/network.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const CONFIG: LSTMNetworkConfig = {
  vocabSize: 7,
  embedding: 5,
  units: 6,
  layers: 2,
  dropout: 0,
};
const IDS = [[1, 2, 3, 4], [6, 5, 0, 1]];

function ids(rows: number[][]): Tensor {
  return tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length], "int32");
}

function dispose(network: LSTMNetwork): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

Deno.test("LSTMNetwork names its parameters in the order of the data's way", () => {
  const network = new LSTMNetwork(CONFIG);
  assertEquals(
    [...network.parameters].map(([name, { shape }]) => [name, shape]),
    [
      ["embedding/table", [7, 5]],
      ["lstm_1/kernel", [5, 24]],
      ["lstm_1/recurrent_kernel", [6, 24]],
      ["lstm_1/bias", [24]],
      ["lstm_2/kernel", [6, 24]],
      ["lstm_2/recurrent_kernel", [6, 24]],
      ["lstm_2/bias", [24]],
      ["output/kernel", [6, 7]],
      ["output/bias", [7]],
    ],
  );
  assertEquals(
    countParameters(network),
    35 + 120 + 144 + 24 + 144 + 144 + 24 + 42 + 7,
  );
  assertEquals(
    network.description,
    "LSTM, 2 layers of 6 units, 684 parameters",
  );
  assertEquals(
    new LSTMNetwork({ ...CONFIG, layers: 1, units: 100 }).description,
    "LSTM, 1 layer of 100 units, 43,142 parameters",
  );
});

Deno.test("LSTMNetwork.forward() in one go, in two pieces and by step() says the same", async () => {
  const network = new LSTMNetwork(CONFIG, 1);
  await assertNoLeak(() => {
    tf.tidy(() => {
      const whole = network.forward(ids(IDS), network.zeroState(2)); // logits (2, 4, 7)
      assertEquals(whole.logits.shape, [2, 4, 7]);

      const first = network.forward(
        ids(IDS.map((row) => row.slice(0, 3))),
        network.zeroState(2),
      );
      const second = network.forward(
        ids(IDS.map((row) => row.slice(3))),
        first.state,
      );
      assertAllClose(
        tf.concat([first.logits, second.logits], 1).dataSync(),
        whole.logits.dataSync(),
      );

      let state = network.zeroState(2);
      for (let t = 0; t < 4; t++) {
        const next = network.step(
          tf.tensor1d(IDS.map((row) => row[t]!), "int32"),
          state,
        );
        assertEquals(next.logits.shape, [2, 7]);
        assertAllClose(
          next.logits.dataSync(),
          tf.slice(whole.logits, [0, t, 0], [2, 1, 7]).dataSync(),
        );
        state = next.state;
      }
      for (const [i, tensor] of state.entries()) {
        assertAllClose(tensor.dataSync(), whole.state[i]!.dataSync());
      }
    });
  }, network.parameters.size); // they move to the engine here
  dispose(network);
});

Deno.test("LSTMNetwork.forward() reads every row by itself", () => {
  const network = new LSTMNetwork(CONFIG, 1);
  tf.tidy(() => {
    const both = network.forward(ids(IDS), network.zeroState(2)).logits;
    for (const [row, alone] of IDS.entries()) {
      const logits = network.forward(ids([alone]), network.zeroState(1)).logits;
      assertAllClose(
        logits.dataSync(),
        tf.slice(both, [row, 0, 0], [1, 4, 7]).dataSync(),
      );
    }
  });
  dispose(network);
});

Deno.test("LSTMNetwork drops out where it is told how, and never otherwise", () => {
  const network = new LSTMNetwork({ ...CONFIG, dropout: 0.5 }, 1);
  tf.tidy(() => {
    const forward = (step?: number): Float32Array =>
      network.forward(
        ids(IDS),
        network.zeroState(2),
        step === undefined ? {} : { dropout: { seed: 1, step } },
      ).logits.dataSync() as Float32Array;
    assertEquals(forward(), forward());
    assertEquals(forward(3), forward(3));
    assert(forward(3).some((x, i) => x !== forward(4)[i]));
    assert(forward(3).some((x, i) => x !== forward()[i]));
  });
  dispose(network);
});

Deno.test("LSTMNetwork has the same first weights for the same seed, and others in every parameter", async () => {
  const [one, same, other] = [3, 3, 4].map((seed) =>
    new LSTMNetwork(CONFIG, seed).parameters
  );
  const seen = new Set<number>();
  for (const [name, parameter] of one!) {
    const values = await parameter.values();
    assertEquals(await same!.get(name)!.values(), values);
    if (name.endsWith("bias")) continue;
    assert(
      (await other!.get(name)!.values()).some((x, i) => x !== values[i]),
      name,
    );
    seen.add(values[0]!);
  }
  assertEquals(seen.size, 6); // no two parameters begin alike
});

Deno.test("LSTMNetwork constructor refuses sizes out of range", () => {
  for (
    const [change, message] of [
      [
        { units: 0 },
        "Cannot build an LSTM: units must be a positive integer: 0",
      ],
      [
        { layers: 1.5 },
        "Cannot build an LSTM: layers must be a positive integer: 1.5",
      ],
      [
        { embedding: -1 },
        "Cannot build an LSTM: embedding must be a positive integer: -1",
      ],
      [
        { vocabSize: NaN },
        "Cannot build an LSTM: vocabSize must be a positive integer: NaN",
      ],
      [
        { dropout: 1 },
        "Cannot build an LSTM: dropout must be a share from 0 up to but not 1: 1",
      ],
    ] as const
  ) {
    assertThrows(
      () => new LSTMNetwork({ ...CONFIG, ...change }),
      RangeError,
      message,
    );
  }
});

for (const vocabSize of [7, 600]) {
  Deno.test(`LSTMNetwork.stepper() does what step() does, with a vocabulary of ${vocabSize}`, () => {
    const network = new LSTMNetwork(
      { vocabSize, embedding: 4, units: 5, layers: 2, dropout: 0 },
      3,
    );
    tf.tidy(() => {
      const stepper = network.stepper();
      let [state, other] = [network.zeroState(2), network.zeroState(2)];
      for (const ids of [[0, 6], [3, 3], [6, 1]]) {
        const tokens = tf.tensor1d(ids, "int32");
        const [a, b] = [network.step(tokens, state), stepper(tokens, other)];
        for (const [i, tensor] of [a.logits, ...a.state].entries()) {
          assertAllClose(
            [b.logits, ...b.state][i]!.dataSync(),
            tensor.dataSync(),
          );
        }
        [state, other] = [a.state, b.state];
      }
    });
    for (const parameter of network.parameters.values()) parameter.dispose();
  });
}
