import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile } from "../../src/engine/compile.ts";
import { ensureEngine, useEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import type { PredictorState } from "../../src/generation/predictor.ts";
import { countParameters } from "../../src/networks/network.ts";
import type { TransformerNetworkConfig } from "../../src/networks/transformer_config.ts";
import { TransformerNetwork } from "../../src/networks/transformer_network.ts";
import { meanCrossEntropy } from "../../src/training/loss.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";
import golden from "../golden/transformer.json" with { type: "json" };

await ensureEngine();

const CONFIG: TransformerNetworkConfig = {
  vocabSize: 7,
  context: 5,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  width: 8,
  feedForward: 6,
  positions: "rotary",
  rotaryBase: 100,
  norm: "rms",
  epsilon: 1e-5,
  activation: "swiglu",
  bias: false,
  tied: true,
  dropout: 0,
};

const CONFIGS: Record<string, TransformerNetworkConfig> = {
  "rotary positions": CONFIG,
  "learned positions": {
    ...CONFIG,
    positions: "learned",
    keyValueHeads: 4,
    norm: "layer",
    activation: "gelu_tanh",
    bias: true,
  },
  "sinusoidal positions": {
    ...CONFIG,
    positions: "sinusoidal",
    keyValueHeads: 1,
    activation: "gelu",
    tied: false,
  },
};

/** Weights that are large enough for every token to matter. */
function lively(config: TransformerNetworkConfig, seed = 1) {
  const network = new TransformerNetwork(config);
  for (const [name, parameter] of network.parameters) {
    const random = new RandomStream(seed, name);
    parameter.set(
      Float32Array.from({ length: parameter.size }, () => random.normal() / 2),
    );
  }
  return network;
}

function dispose(network: TransformerNetwork): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

/** Token ids, B rows of T. */
function rows(batch: number, steps: number, seed = 5): number[][] {
  const random = new RandomStream(seed, "ids");
  return Array.from(
    { length: batch },
    () => Array.from({ length: steps }, () => random.integer(7)),
  );
}

function ids(rows: number[][]): Tensor {
  return tf.tensor2d(rows.flat(), [rows.length, rows[0]!.length], "int32");
}

/** Logits of every token, read one by one, shape (B, T, V). */
function stepwise(
  network: TransformerNetwork,
  rows: number[][],
  step = network.step.bind(network),
): { logits: Tensor; state: PredictorState } {
  let state = network.zeroState(rows.length);
  const logits: Tensor[] = [];
  for (let t = 0; t < rows[0]!.length; t++) {
    const next = step(
      tf.tensor1d(rows.map((row) => row[t]!), "int32"),
      state,
    );
    logits.push(next.logits);
    state = next.state;
  }
  return { logits: tf.stack(logits, 1), state };
}

Deno.test("TransformerNetwork names its parameters in the order of the data's way", () => {
  const shapes = (config: TransformerNetworkConfig) =>
    [...new TransformerNetwork({ ...config, layers: 1 }).parameters].map((
      [name, { shape }],
    ) => [name, shape]);
  assertEquals(shapes(CONFIG), [
    ["embedding/table", [7, 8]],
    ["block_1/norm_1/gain", [8]],
    ["block_1/attention/qkv/kernel", [8, 16]],
    ["block_1/attention/projection/kernel", [8, 8]],
    ["block_1/norm_2/gain", [8]],
    ["block_1/feed_forward/up/kernel", [8, 12]],
    ["block_1/feed_forward/down/kernel", [6, 8]],
    ["norm/gain", [8]],
  ]);
  assertEquals(shapes({ ...CONFIGS["learned positions"]!, tied: false }), [
    ["embedding/table", [7, 8]],
    ["positions/table", [5, 8]],
    ["block_1/norm_1/gain", [8]],
    ["block_1/norm_1/bias", [8]],
    ["block_1/attention/qkv/kernel", [8, 24]],
    ["block_1/attention/qkv/bias", [24]],
    ["block_1/attention/projection/kernel", [8, 8]],
    ["block_1/attention/projection/bias", [8]],
    ["block_1/norm_2/gain", [8]],
    ["block_1/norm_2/bias", [8]],
    ["block_1/feed_forward/up/kernel", [8, 6]],
    ["block_1/feed_forward/up/bias", [6]],
    ["block_1/feed_forward/down/kernel", [6, 8]],
    ["block_1/feed_forward/down/bias", [8]],
    ["norm/gain", [8]],
    ["norm/bias", [8]],
    ["output/kernel", [8, 7]],
  ]);
  const network = new TransformerNetwork(CONFIG);
  // table; in each of two blocks two gains, 8 · 16, 8 · 8, 8 · 12, 6 · 8; the last gain
  assertEquals(
    countParameters(network),
    56 + 2 * (16 + 128 + 64 + 96 + 48) + 8,
  );
  assertEquals(
    network.description,
    "transformer, 2 layers of width 8, 4 heads, 768 parameters",
  );
  assertEquals(
    new TransformerNetwork({
      ...CONFIG,
      layers: 1,
      heads: 1,
      keyValueHeads: 1,
    }).description,
    "transformer, 1 layer of width 8, 1 head, 480 parameters",
  );
});

for (const [name, config] of Object.entries(CONFIGS)) {
  const { context } = config;

  Deno.test(`TransformerNetwork with ${name} reads in one go, in pieces and by step() alike, far past the context`, async () => {
    const network = lively(config);
    await assertNoLeak(() => {
      tf.tidy(() => {
        const all = rows(2, 23);
        const whole = network.forward(ids(all), network.zeroState(2)); // logits (2, 23, 7)
        assertEquals(whole.logits.shape, [2, 23, 7]);
        const expected = whole.logits.dataSync();
        assertAllClose(
          network.forward(ids(all), []).logits.dataSync(),
          expected,
          2e-5,
        );
        const single = stepwise(network, all);
        assertAllClose(single.logits.dataSync(), expected, 2e-5);
        const prepared = stepwise(network, all, network.stepper());
        assertAllClose(prepared.logits.dataSync(), expected, 2e-5);
        let state = network.zeroState(2);
        const pieces: Tensor[] = [];
        let from = 0;
        for (const length of [1, 3, 2, 5, 1, 7, 4]) {
          const next = network.forward(
            ids(all.map((row) => row.slice(from, from + length))),
            state,
          );
          pieces.push(next.logits);
          state = next.state;
          from += length;
        }
        assertEquals(from, 23);
        assertAllClose(tf.concat(pieces, 1).dataSync(), expected, 2e-5);
        for (const other of [single.state, prepared.state, state]) {
          for (const [i, tensor] of other.entries()) {
            assertEquals(tensor.shape, whole.state[i]!.shape);
            assertEquals(tensor.dtype, whole.state[i]!.dtype);
            assertAllClose(
              tensor.dataSync(),
              whole.state[i]!.dataSync(),
              2e-5,
            );
          }
        }
      });
    }, network.parameters.size); // they move to the engine here
    dispose(network);
  });

  Deno.test(`TransformerNetwork with ${name} says the same compiled by XLA and by TensorFlow`, async () => {
    const network = lively(config);
    for (const parameter of network.parameters.values()) {
      void parameter.variable;
    }
    await assertNoLeak(() => {
      for (const jit of [true, false]) {
        const forward = compile(
          ({ ids, state }: { ids: Tensor; state: Tensor[] }) => {
            const { logits, state: next } = network.forward(ids, state);
            return { logits, state: [...next] };
          },
          { jit },
        );
        const step = compile(
          ({ ids, state }: { ids: Tensor; state: Tensor[] }) => {
            const { logits, state: next } = network.stepper()(ids, state);
            return { logits, state: [...next] };
          },
          { jit },
        );
        tf.tidy(() => {
          const all = rows(2, 14);
          const expected = network.forward(ids(all), network.zeroState(2));
          const first = forward({
            ids: ids(all.map((row) => row.slice(0, 7))),
            state: [...network.zeroState(2)],
          });
          const logits = [first.logits];
          let state = first.state;
          for (let t = 7; t < 14; t++) {
            const next = step({
              ids: tf.tensor1d(all.map((row) => row[t]!), "int32"),
              state,
            });
            logits.push(tf.expandDims(next.logits, 1));
            state = next.state;
          }
          assertAllClose(
            tf.concat(logits, 1).dataSync(),
            expected.logits.dataSync(),
            2e-5,
          );
        });
        forward.dispose();
        step.dispose();
      }
    });
    dispose(network);
  });

  Deno.test(`TransformerNetwork with ${name} reads every row by itself, and no token before its time`, () => {
    const network = lively(config);
    tf.tidy(() => {
      const all = rows(3, 8);
      const whole = network.forward(ids(all), []).logits;
      const alone = network.forward(ids([all[1]!]), []).logits;
      assertAllClose(
        alone.dataSync(),
        tf.slice(whole, [1, 0, 0], [1, 8, 7]).dataSync(),
        2e-5,
      );
      const changed = all.map((row) => row.with(3, (row[3]! + 1) % 7));
      const other = network.forward(ids(changed), []).logits;
      const [a, b] = [whole, other].map((logits) => logits.arraySync());
      for (const t of [0, 1, 2, 3, 4]) {
        const differs = JSON.stringify((a as number[][][])[0]![t]) !==
          JSON.stringify((b as number[][][])[0]![t]);
        assertEquals(differs, t >= 3, `token ${t}`);
      }
    });
    dispose(network);
  });

  Deno.test(`TransformerNetwork with ${name} is built again from its config`, () => {
    const network = new TransformerNetwork({ ...config, extra: 1 } as never);
    const copy = JSON.parse(JSON.stringify(network.config));
    assertEquals(copy, config);
    assertEquals(
      [...new TransformerNetwork(copy).parameters].map(([name, { shape }]) => [
        name,
        shape,
      ]),
      [...network.parameters].map(([name, { shape }]) => [name, shape]),
    );
    assertEquals(
      network.startsOverAfter,
      config.positions === "rotary" ? undefined : context,
    );
  });
}

/** Logits after the last of some tokens. */
function last(network: TransformerNetwork, tokens: number[]): number[] {
  return tf.tidy(() => [
    ...tf.slice(
      network.forward(ids([tokens]), network.zeroState(1)).logits,
      [0, tokens.length - 1, 0],
      [1, 1, 7],
    ).dataSync(),
  ]);
}

type GoldenModel = typeof golden.models[keyof typeof golden.models];

/** A model of tests/golden/transformer.py with its weights. */
function goldenNetwork({ config, parameters }: GoldenModel) {
  const network = new TransformerNetwork(config as TransformerNetworkConfig);
  const values: Record<string, number[]> = parameters;
  assertEquals([...network.parameters.keys()], Object.keys(values));
  for (const [name, parameter] of network.parameters) {
    parameter.set(Float32Array.from(values[name]!));
  }
  return network;
}

for (const [name, model] of Object.entries(golden.models)) {
  const { B, T } = model;
  const gradients: Record<string, number[]> = model.gradients;

  Deno.test(`TransformerNetwork gives PyTorch's logits past the context: ${name}`, () => {
    const network = goldenNetwork(model);
    tf.tidy(() => {
      const { logits } = network.forward(ids([model.long]), []);
      assertAllClose(logits.dataSync(), model.longLogits, 1e-5);
      const { logits: carried } = network.forward(
        ids([model.long]),
        network.zeroState(1),
      );
      assertAllClose(carried.dataSync(), model.longLogits, 1e-5);
    });
    dispose(network);
  });

  Deno.test(`TransformerNetwork gives PyTorch's gradients of every parameter: ${name}`, async () => {
    const network = goldenNetwork(model);
    await assertNoLeak(() => {
      tf.tidy(() => {
        const streamLength = model.ids.length / B | 0;
        const cut = (offset: number): number[][] =>
          Array.from({ length: B }, (_, row) => {
            const from = row * streamLength + offset;
            return model.ids.slice(from, from + T);
          });
        const [inputs, targets] = [ids(cut(0)), ids(cut(1))];
        const { value, grads } = tf.variableGrads(
          () =>
            meanCrossEntropy(
              tf.reshape(network.forward(inputs, []).logits, [B * T, 7]),
              tf.reshape(targets, [-1]),
            ) as tf.Scalar,
          [...network.parameters.values()].map(({ variable }) => variable),
        );
        assertAllClose(value.dataSync(), [model.losses[0]!], 2e-6);
        for (const [name, parameter] of network.parameters) {
          assertAllClose(
            grads[parameter.variable.name]!.dataSync(),
            gradients[name]!,
            2e-6,
          );
        }
      });
    }, network.parameters.size); // they move to the engine here
    dispose(network);
  });
}

Deno.test("With rotary positions the window slides: in one layer, only the last C tokens count, and only their distances", () => {
  const network = lively({ ...CONFIG, layers: 1 });
  const [tokens] = rows(1, 40);
  for (const length of [5, 6, 9, 13, 40]) {
    const all = tokens!.slice(0, length);
    assertAllClose(last(network, all), last(network, all.slice(-5)), 2e-5);
  }
  const [a, b] = [last(network, tokens!), last(network, tokens!.slice(-4))];
  assert(a.some((x, i) => Math.abs(x - b[i]!) > 1e-3), "C tokens are seen");
  dispose(network);
});

for (const name of ["learned positions", "sinusoidal positions"]) {
  Deno.test(`With ${name} the network starts over after C tokens`, () => {
    const network = lively(CONFIGS[name]!);
    const [tokens] = rows(1, 13);
    for (const [length, kept] of [[5, 5], [6, 1], [10, 5], [13, 3]] as const) {
      const all = tokens!.slice(0, length);
      assertAllClose(last(network, all), last(network, all.slice(-kept)), 2e-5);
    }
    dispose(network);
  });
}

for (const engine of ["tensorflow", "wasm"] as const) {
  Deno.test(`TransformerNetwork gives on ${engine} what it gives on cpu`, async () => {
    for (const config of Object.values(CONFIGS)) {
      const all = rows(2, 12);
      const results: number[][] = [];
      for (const name of ["cpu", engine]) {
        await useEngine(name as typeof engine | "cpu");
        const network = lively(config);
        tf.tidy(() => {
          const [first, second] = [all.map((row) => row.slice(0, 7)), all];
          const { state } = network.forward(ids(first), network.zeroState(2));
          results.push([
            ...network.forward(ids(second), state).logits.dataSync(),
            ...stepwise(network, all).logits.dataSync(),
          ]);
        });
        dispose(network);
      }
      assertAllClose(results[1]!, results[0]!, 2e-5);
    }
    await useEngine("auto");
  });
}

Deno.test("TransformerNetwork drops out in every place by itself, and gives rows their masks of the whole batch", () => {
  for (const config of Object.values(CONFIGS)) {
    const network = lively({ ...config, dropout: 0.5 });
    tf.tidy(() => {
      const all = rows(5, 4);
      const forward = (step?: number): Float32Array =>
        network.forward(
          ids(all),
          [],
          step === undefined ? {} : { dropout: { seed: 1, step } },
        ).logits.dataSync() as Float32Array;
      assertEquals(forward(), forward());
      assertEquals(forward(3), forward(3));
      assert(forward(3).some((x, i) => x !== forward(4)[i]));
      assert(forward(3).some((x, i) => x !== forward()[i]));
      const places = tf.tensor1d([1, 4], "int32");
      const some = network.forward(ids([all[1]!, all[4]!]), [], {
        dropout: { seed: 1, step: 3, rows: { places, of: 5 } },
      }).logits;
      assertAllClose(
        some.dataSync(),
        tf.gather(tf.tensor(forward(3), [5, 4, 7]), places as tf.Tensor1D)
          .dataSync(),
        2e-5,
      );
    });
    dispose(network);
  }
});

Deno.test("TransformerNetwork begins with GPT-2's weights: 0.02, less where blocks add up, and others in every parameter", async () => {
  const config = {
    ...CONFIGS["learned positions"]!,
    width: 64,
    feedForward: 64,
    vocabSize: 64,
    context: 64,
    tied: false,
  };
  const [one, same, other] = [3, 3, 4].map((seed) =>
    new TransformerNetwork(config, seed).parameters
  );
  const seen = new Set<number>();
  let matrices = 0;
  for (const [name, parameter] of one!) {
    const values = await parameter.values();
    assertEquals(await same!.get(name)!.values(), values);
    if (name.endsWith("gain") || name.endsWith("bias")) {
      const value = name.endsWith("gain") ? 1 : 0;
      assertEquals(values.every((x) => x === value), true, name);
      continue;
    }
    matrices++;
    assert(
      (await other!.get(name)!.values()).some((x, i) => x !== values[i]),
      name,
    );
    seen.add(values[0]!);
    const square = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    const isResidual = /projection|down/.test(name);
    const expected = isResidual ? 0.02 / Math.sqrt(2 * 2) : 0.02;
    // 4,096 numbers or more: the standard error of their deviation is 1.1 % or less.
    assert(Math.abs(Math.sqrt(square) / expected - 1) < 0.045, name);
  }
  assertEquals([matrices, seen.size], [11, 11]); // no two parameters begin alike
});

Deno.test("TransformerNetwork constructor refuses what does not fit", () => {
  for (
    const [change, message] of [
      [
        { context: 0 },
        "Cannot build a transformer: context must be a positive integer: 0",
      ],
      [
        { layers: 1001 },
        "Cannot build a transformer: layers must be at most 1000: 1001",
      ],
      [
        { heads: 3 },
        "Cannot build a transformer: heads must divide the width of 8: 3",
      ],
      [
        { keyValueHeads: 3 },
        "Cannot build a transformer: keyValueHeads must divide the 4 heads: 3",
      ],
      [
        { heads: 8 },
        "Cannot build a transformer: a head must have an even number of numbers for rotary positions, width / heads: 1",
      ],
      [
        { positions: "sinusoidal", width: 5, heads: 1, keyValueHeads: 1 },
        "Cannot build a transformer: width must be even for sinusoidal positions: 5",
      ],
      [
        { positions: "alibi" },
        'Cannot build a transformer: positions must be one of rotary, learned, sinusoidal: "alibi"',
      ],
      [
        { norm: "batch" },
        'Cannot build a transformer: norm must be one of layer, rms: "batch"',
      ],
      [
        { activation: "relu" },
        'Cannot build a transformer: activation must be one of gelu, gelu_tanh, swiglu: "relu"',
      ],
      [
        { rotaryBase: 0 },
        "Cannot build a transformer: rotaryBase must be a positive number: 0",
      ],
      [
        { epsilon: Infinity },
        "Cannot build a transformer: epsilon must be a positive number: Infinity",
      ],
      [
        { dropout: 1 },
        "Cannot build a transformer: dropout must be a share from 0 up to but not 1: 1",
      ],
    ] as const
  ) {
    assertThrows(
      () =>
        new TransformerNetwork(
          { ...CONFIG, ...change } as TransformerNetworkConfig,
        ),
      RangeError,
      message,
    );
  }
  for (
    const [change, message] of [
      [{ tied: 1 }, "tied must be true or false: 1"],
      [{ vocabSize: "7" }, 'vocabSize must be a positive integer: "7"'],
      [{ width: 8n }, "width must be a positive integer: 8n"],
      [{ epsilon: "1" }, 'epsilon must be a positive number: "1"'],
      [
        { dropout: null },
        "dropout must be a share from 0 up to but not 1: null",
      ],
      [
        { dropout: [] },
        "dropout must be a share from 0 up to but not 1: an array",
      ],
      [{ norm: null }, "norm must be one of layer, rms: null"],
    ] as const
  ) {
    assertThrows(
      () =>
        new TransformerNetwork(
          { ...CONFIG, ...change } as unknown as TransformerNetworkConfig,
        ),
      TypeError,
      `Cannot build a transformer: ${message}`,
    );
  }
});
