import { assert, assertEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  completeConfig,
  type RecurrentConfig,
  type RecurrentKind,
} from "../../src/networks/recurrent_config.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { buildNetwork } from "../../src/networks/architectures.ts";
import { countParameters } from "../../src/networks/network.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const CONFIG: RecurrentConfig = {
  vocabSize: 7,
  embedding: 5,
  units: 6,
  layers: 2,
  dropout: 0,
};
/** Every kind, bare and with everything. */
const EVERYTHING = {
  dropout: 0.3,
  recurrentDropout: 0.4,
  residual: true,
  layerNorm: true,
  dense: 8,
};
const GATES = {
  recurrentDropout: 0.4,
  recurrentDropoutMasks: "gates",
} as const;
const VARIANTS: [string, RecurrentKind, RecurrentConfig][] = [
  ["an RNN", "rnn", CONFIG],
  ["an LSTM", "lstm", CONFIG],
  ["a GRU", "gru", CONFIG],
  ["a GRU as of Cho", "gru", { ...CONFIG, resetAfter: false }],
  ["an RNN with everything", "rnn", { ...CONFIG, ...EVERYTHING }],
  ["an LSTM with everything", "lstm", { ...CONFIG, ...EVERYTHING }],
  ["a GRU with everything", "gru", { ...CONFIG, ...EVERYTHING, layers: 3 }],
  ["an LSTM with a mask for each gate", "lstm", { ...CONFIG, ...GATES }],
  ["a GRU with a mask for each gate", "gru", { ...CONFIG, ...GATES }],
];
const IDS = [[1, 2, 3, 4], [6, 5, 0, 1]];

function ids(rows: number[][]): Tensor {
  return tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length], "int32");
}

function dispose(network: RecurrentNetwork): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

Deno.test("RecurrentNetwork names its parameters in the order of the data's way", () => {
  const network = new RecurrentNetwork("lstm", CONFIG);
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
    new RecurrentNetwork("lstm", { ...CONFIG, layers: 1, units: 100 })
      .description,
    "LSTM, 1 layer of 100 units, 43,142 parameters",
  );
});

Deno.test("RecurrentNetwork names the parameters of its options, and those of each kind", () => {
  const shapes = (kind: RecurrentKind, config: RecurrentConfig): unknown =>
    [...new RecurrentNetwork(kind, config).parameters].map((
      [name, { shape }],
    ) => [name, shape]);
  assertEquals(shapes("gru", { ...CONFIG, ...EVERYTHING }), [
    ["embedding/table", [7, 5]],
    ["gru_1/kernel", [5, 18]],
    ["gru_1/recurrent_kernel", [6, 18]],
    ["gru_1/bias", [18]],
    ["gru_1/recurrent_bias", [18]],
    ["norm_1/gain", [6]],
    ["norm_1/bias", [6]],
    ["gru_2/kernel", [6, 18]],
    ["gru_2/recurrent_kernel", [6, 18]],
    ["gru_2/bias", [18]],
    ["gru_2/recurrent_bias", [18]],
    ["norm_2/gain", [6]],
    ["norm_2/bias", [6]],
    ["dense/kernel", [6, 8]],
    ["dense/bias", [8]],
    ["output/kernel", [8, 7]],
    ["output/bias", [7]],
  ]);
  assertEquals(shapes("rnn", { ...CONFIG, layers: 1 }), [
    ["embedding/table", [7, 5]],
    ["rnn_1/kernel", [5, 6]],
    ["rnn_1/recurrent_kernel", [6, 6]],
    ["rnn_1/bias", [6]],
    ["output/kernel", [6, 7]],
    ["output/bias", [7]],
  ]);
});

for (const [title, kind, config] of VARIANTS) {
  Deno.test(`RecurrentNetwork.forward() of ${title} in one go, in two pieces and by step() says the same`, async () => {
    const network = new RecurrentNetwork(kind, config, 1);
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

  Deno.test(`RecurrentNetwork.forward() of ${title} reads every row by itself`, () => {
    const network = new RecurrentNetwork(kind, config, 1);
    tf.tidy(() => {
      const both = network.forward(ids(IDS), network.zeroState(2)).logits;
      for (const [row, alone] of IDS.entries()) {
        const logits =
          network.forward(ids([alone]), network.zeroState(1)).logits;
        assertAllClose(
          logits.dataSync(),
          tf.slice(both, [row, 0, 0], [1, 4, 7]).dataSync(),
        );
      }
    });
    dispose(network);
  });

  Deno.test(`RecurrentNetwork.stepper() of ${title} does what step() does`, () => {
    const network = new RecurrentNetwork(kind, config, 3);
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
    dispose(network);
  });

  Deno.test(`RecurrentNetwork of ${title} is built again from its config`, () => {
    const network = new RecurrentNetwork(kind, config);
    const again = buildNetwork(
      network.kind,
      JSON.parse(JSON.stringify(network.config)),
    );
    assertEquals([again.kind, again.config], [kind, network.config]);
    assertEquals(network.config, { ...network.config, ...config });
    assertEquals([...again.parameters.keys()], [...network.parameters.keys()]);
  });
}

Deno.test("RecurrentNetwork drops out where it is told how, and never otherwise", () => {
  const network = new RecurrentNetwork("lstm", { ...CONFIG, dropout: 0.5 }, 1);
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

Deno.test("RecurrentNetwork has the same first weights for the same seed, and others in every parameter", async () => {
  const [one, same, other] = [3, 3, 4].map((seed) =>
    new RecurrentNetwork("lstm", CONFIG, seed).parameters
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

Deno.test("RecurrentNetwork constructor refuses sizes out of range", () => {
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
      [
        { recurrentDropout: -0.1 },
        "Cannot build an LSTM: recurrentDropout must be a share from 0 up to but not 1: -0.1",
      ],
      [
        { dense: 2.5 },
        "Cannot build an LSTM: dense must be a positive integer, or 0 for no such layer: 2.5",
      ],
    ] as const
  ) {
    assertThrows(
      () => new RecurrentNetwork("lstm", { ...CONFIG, ...change }),
      RangeError,
      message,
    );
  }
});

Deno.test("RecurrentNetwork refuses masks for gates where there are none, or nothing is dropped", () => {
  for (
    const [kind, change, Type, message] of [
      [
        "lstm",
        { recurrentDropout: 0.5, recurrentDropoutMasks: "four" },
        RangeError,
        'Cannot build an LSTM: recurrentDropoutMasks must be "shared" or "gates": "four"',
      ],
      [
        "gru",
        { recurrentDropoutMasks: "gates" },
        TypeError,
        'Cannot build a GRU: recurrentDropoutMasks has no effect without recurrentDropout, leave it out: "gates"',
      ],
      [
        "rnn",
        { recurrentDropout: 0.5, recurrentDropoutMasks: "shared" },
        TypeError,
        'Cannot build an RNN: recurrentDropoutMasks has no effect on a layer without gates, leave it out: "shared"',
      ],
    ] as [RecurrentKind, RecurrentConfig, typeof RangeError, string][]
  ) {
    const error = assertThrows(
      () => new RecurrentNetwork(kind, { ...CONFIG, ...change }),
      Type,
    );
    assertEquals(error.message, message);
  }
});

Deno.test("RecurrentNetwork.stepper() does what step() does with a vocabulary too large for a table", () => {
  const network = new RecurrentNetwork("lstm", { ...CONFIG, vocabSize: 600 });
  tf.tidy(() => {
    const tokens = tf.tensor1d([599, 3], "int32");
    const state = network.zeroState(2);
    const [a, b] = [
      network.step(tokens, state),
      network.stepper()(tokens, state),
    ];
    assertEquals([...b.logits.dataSync()], [...a.logits.dataSync()]);
  });
  dispose(network);
});

Deno.test("RecurrentNetwork draws one mask for all gates, or one for each, which are others", () => {
  const states = (["shared", "gates"] as const).map((masks) => {
    const network = new RecurrentNetwork("lstm", {
      ...CONFIG,
      layers: 1,
      recurrentDropout: 0.5,
      recurrentDropoutMasks: masks,
    });
    assertEquals(
      network.config.recurrentDropoutMasks,
      masks === "gates" ? masks : undefined,
    );
    // From each unit to the gates of the same unit alone, and no inputs: what a gate hears is what its mask left.
    for (const [name, parameter] of network.parameters) {
      const columns = parameter.shape.at(-1)!;
      parameter.set(
        new Float32Array(parameter.size).map((_, i) =>
          name === "lstm_1/recurrent_kernel" &&
            i % columns % 6 === Math.floor(i / columns)
            ? 1
            : 0
        ),
      );
    }
    const [h, c] = tf.tidy(() => {
      const { state } = network.forward(
        tf.zeros([3, 1], "int32"),
        [tf.fill([3, 6], 0.5), tf.ones([3, 6])],
        { dropout: { seed: 4, step: 0 } },
      );
      return state.map((each) => each.dataSync());
    });
    dispose(network);
    return new Set(
      Array.from(h!, (x, i) => `${x.toFixed(5)} ${c![i]!.toFixed(5)}`),
    );
  });
  // A unit is dropped for all gates or for none; or for each of four gates, or not.
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const unit = (i: number, f: number, g: number, o: number): string => {
    const c = sigmoid(f) + sigmoid(i) * Math.tanh(g);
    return `${(sigmoid(o) * Math.tanh(c)).toFixed(5)} ${c.toFixed(5)}`;
  };
  assertEquals(states[0], new Set([unit(0, 0, 0, 0), unit(1, 1, 1, 1)]));
  const all = [0, 1].flatMap((i) =>
    [0, 1].flatMap((f) =>
      [0, 1].flatMap((g) => [0, 1].map((o) => unit(i, f, g, o)))
    )
  );
  assert(
    [...states[1]!].every((each) => all.includes(each)),
    `${[...states[1]!]}`,
  );
  assert(states[1]!.size > 4); // of 16
});

Deno.test("RecurrentNetwork drops the same units of the hidden state in all steps, and others in the next batch and layer", () => {
  const network = new RecurrentNetwork("rnn", {
    ...CONFIG,
    vocabSize: 2,
    layers: 1,
    recurrentDropout: 0.5,
  });
  // Nothing but the recurrent kernel, which is the identity: what a unit keeps, it hands on.
  const identity = Float32Array.from({ length: 36 }, (_, i) => +(i % 7 === 0));
  for (const [name, parameter] of network.parameters) {
    if (name === "rnn_1/recurrent_kernel") parameter.set(identity);
    else parameter.set(new Float32Array(parameter.size));
  }
  tf.tidy(() => {
    const first = tf.fill([3, 6], 0.01);
    const kept = (step: number, tokens: number): number[] => {
      const ids = tf.zeros([3, tokens], "int32");
      const { state } = network.forward(ids, [first], {
        dropout: { seed: 4, step },
      });
      return [...state[0]!.dataSync()];
    };
    const [once, thrice] = [kept(0, 1), kept(0, 3)];
    for (const [i, value] of once.entries()) {
      // tanh(x) = x − x³/3: 0.01 doubled at each step, or gone for good
      assertAllClose([value], [value === 0 ? 0 : Math.tanh(0.02)]);
      const doubled = Math.tanh(2 * Math.tanh(2 * Math.tanh(0.02)));
      assertAllClose([thrice[i]!], [value === 0 ? 0 : doubled]);
    }
    assert(once.includes(0) && once.some((value) => value > 0));
    assert(kept(1, 1).some((value, i) => value !== once[i]));
  });
  dispose(network);
});

Deno.test("RecurrentNetwork adds a layer's input to its output before it normalises, from the second layer on", () => {
  const network = new RecurrentNetwork("rnn", {
    ...CONFIG,
    residual: true,
    layerNorm: true,
  }, 1);
  tf.tidy(() => {
    const weight = (name: string): Tensor =>
      network.parameters.get(name)!.variable;
    const cell = (x: Tensor, layer: number): Tensor =>
      tf.tanh(
        tf.add(
          tf.matMul(x, weight(`rnn_${layer}/kernel`)),
          weight(`rnn_${layer}/bias`),
        ),
      ); // from a state of zeros
    const norm = (x: Tensor): Tensor => {
      const { mean, variance } = tf.moments(x, 1, true);
      return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
    };
    const x = tf.gather(weight("embedding/table"), [2, 5]);
    const one = norm(cell(x, 1));
    const two = norm(tf.add(cell(one, 2), one));
    const { logits } = network.step(
      tf.tensor1d([2, 5], "int32"),
      network.zeroState(2),
    );
    const expected = tf.matMul(two, weight("output/kernel"));
    assertAllClose(logits.dataSync(), expected.dataSync(), 2e-6);
  });
  dispose(network);
});

Deno.test("completeConfig() fills in what a file from before these options lacks", () => {
  assertEquals(completeConfig("lstm", CONFIG), {
    ...CONFIG,
    recurrentDropout: 0,
    residual: false,
    layerNorm: false,
    dense: 0,
  });
  const { vocabSize, embedding, units, layers } = CONFIG;
  assertEquals(
    completeConfig("gru", { vocabSize, embedding, units, layers }),
    { ...completeConfig("lstm", CONFIG), resetAfter: true },
  );
});

Deno.test("completeConfig() refuses what has no effect, is of another type, or unknown", () => {
  for (
    const [kind, change, message] of [
      [
        "rnn",
        { residual: true, layers: 1 },
        "Cannot build an RNN: residual begins with the second layer: it needs layers from 2: 1",
      ],
      [
        "rnn",
        { units: "8" },
        'Cannot build an RNN: units must be a positive integer: "8"',
      ],
      [
        "rnn",
        { dropout: "0.5" },
        'Cannot build an RNN: dropout must be a share from 0 up to but not 1: "0.5"',
      ],
      [
        "gru",
        { resetAfter: 1 },
        "Cannot build a GRU: resetAfter must be true or false: 1",
      ],
      [
        "lstm",
        { layerNorm: "no" },
        'Cannot build an LSTM: layerNorm must be true or false: "no"',
      ],
      [
        "lstm",
        { resetAfter: true },
        'Cannot build an LSTM: its config has no "resetAfter"',
      ],
      ["gru", { hidden: 1 }, 'Cannot build a GRU: its config has no "hidden"'],
    ] as const
  ) {
    const config = { ...CONFIG, ...change } as RecurrentConfig;
    assertThrows(() => completeConfig(kind, config), TypeError, message);
  }
});
