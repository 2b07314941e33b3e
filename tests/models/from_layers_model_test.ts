import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tfjs from "@tensorflow/tfjs";
import { type EngineName, useEngine } from "../../src/engine/engine.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import type { LayersModelLike } from "../../src/engine/layers_model.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import { fromLayersModel } from "../../src/models/from_layers_model.ts";
import { writeRows, writeTokens } from "../generation/_write_rows.ts";
import { Sampler } from "../../src/generation/sampler.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import type { LayersModelOptions } from "../../src/networks/adopt_layers_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import { Trainer } from "../../src/training/train_step.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT = "abcdeabdcabecda".repeat(12);
const TOKENIZER = CharTokenizer.train(TEXT);
const V = TOKENIZER.vocabSize;
/** Tokens of a window, and rows of a batch. */
const [T, B] = [6, 4];

const { layers, sequential } = tfjs;
const init = (seed: number) => ({
  kernelInitializer: tfjs.initializers.randomUniform({
    minval: -0.7,
    maxval: 0.7,
    seed,
  }),
});
const embedding = (length: number | null = T) =>
  layers.embedding({
    inputDim: V,
    outputDim: 4,
    ...(length !== null && { inputLength: length }),
    embeddingsInitializer: tfjs.initializers.randomUniform({
      minval: -0.7,
      maxval: 0.7,
      seed: 7,
    }),
  });
const recurrent = (seed: number) => ({
  ...init(seed),
  units: 5,
  returnSequences: true,
  recurrentInitializer: tfjs.initializers.randomUniform({
    minval: -0.5,
    maxval: 0.5,
    seed,
  }),
});
const softmax = () =>
  layers.dense({ units: V, activation: "softmax", ...init(9) });

/** Models as their users write them. */
const MODELS: Record<string, () => tfjs.LayersModel> = {
  "embedding, LSTM, softmax": () =>
    sequential({ layers: [embedding(), layers.lstm(recurrent(1)), softmax()] }),
  "embedding, GRU, linear, of any length": () =>
    sequential({
      layers: [
        embedding(null),
        layers.gru(recurrent(2)),
        layers.dense({ units: V, ...init(3) }),
      ],
    }),
  "one-hot, simple RNN, time-distributed softmax": () =>
    sequential({
      layers: [
        layers.simpleRNN({ ...recurrent(4), inputShape: [T, V] }),
        layers.timeDistributed({ layer: softmax() }),
      ],
    }),
  // TensorFlow.js cannot compute causal padding, so its users pad in front themselves.
  "causal convolution, dropout, softmax of its own, functional": () => {
    const input = tfjs.input({ shape: [T] });
    const pads = [
      embedding(),
      layers.reshape({ targetShape: [T, 1, 4] }),
      layers.zeroPadding2d({ padding: [[2, 0], [0, 0]] }),
      layers.reshape({ targetShape: [T + 2, 4] }),
      layers.conv1d({
        filters: 6,
        kernelSize: 3,
        activation: "relu",
        ...init(5),
      }),
      layers.dropout({ rate: 0 }),
      layers.dense({ units: V, ...init(6) }),
      layers.activation({ activation: "softmax" }),
    ];
    const output = pads.reduce<tfjs.SymbolicTensor>(
      (x, layer) => layer.apply(x) as tfjs.SymbolicTensor,
      input,
    );
    return tfjs.model({ inputs: input, outputs: output });
  },
  "embedding, convolution, one prediction": () =>
    sequential({
      layers: [
        embedding(),
        layers.conv1d({
          filters: 6,
          kernelSize: 3,
          activation: "relu",
          ...init(5),
        }),
        layers.globalMaxPooling1d({}),
        softmax(),
      ],
    }),
  "one-hot, LSTM, one prediction": () =>
    sequential({
      layers: [
        layers.lstm({
          ...recurrent(1),
          returnSequences: false,
          inputShape: [T, V],
        }),
        softmax(),
      ],
    }),
  "embedding, flatten, dense, one prediction": () =>
    sequential({
      layers: [
        embedding(),
        layers.flatten(),
        layers.dense({ units: 8, activation: "tanh", ...init(2) }),
        softmax(),
      ],
    }),
};

const predictsEverywhere = (model: tfjs.LayersModel): boolean =>
  model.outputs[0]!.shape.length === 3;

/** What a model reads of ids. */
function inputsOf(model: tfjs.LayersModel, ids: number[][]): Tensor {
  const rows = tf.tensor2d(ids, undefined, "int32");
  return model.inputs[0]!.shape.length === 3
    ? tf.cast(tf.oneHot(rows, V), "float32")
    : rows;
}

/** Windows of the text: row r of batch k, and the tokens that follow. */
function windowsOf(k: number): { inputs: number[][]; targets: number[][] } {
  const ids = [...TOKENIZER.encode(TEXT)];
  const begins = Array.from({ length: B }, (_, r) => (k * 7 + r * 11) % 100);
  return {
    inputs: begins.map((from) => ids.slice(from, from + T)),
    targets: begins.map((from) => ids.slice(from + 1, from + T + 1)),
  };
}

/** The logarithm of what the model itself predicts for a row of T ids: after each, or after the last. */
function predict(model: tfjs.LayersModel, ids: number[]): Float32Array {
  return tf.tidy(() => {
    const output = model.predict(inputsOf(model, [ids])) as Tensor;
    const isLinear =
      model.layers.at(-1)!.getConfig()["activation"] === "linear";
    return (isLinear ? tf.logSoftmax(output) : tf.log(output))
      .dataSync() as Float32Array;
  });
}

const logSoftmax = (logits: Tensor): Float32Array =>
  tf.tidy(() => tf.logSoftmax(logits).dataSync() as Float32Array);

for (const [name, make] of Object.entries(MODELS)) {
  Deno.test(`fromLayersModel() predicts what the model predicts: ${name}`, async () => {
    const given = make();
    const model = await fromLayersModel(given, TOKENIZER, contextFor(given));
    const { inputs: [row] } = windowsOf(1);
    const { logits, state } = tf.tidy(() => {
      const ids = tf.tensor2d([row!], [1, T], "int32");
      const { logits, state } = model.network.forward(
        ids,
        model.network.zeroState(1),
      );
      return { logits, state: [...state] };
    });
    const own = predict(given, row!);
    const ours = logSoftmax(logits);
    assertAllClose(ours.slice(ours.length - own.length), own, 1e-5);
    tf.dispose([logits, ...state]);
    model.dispose();
  });

  Deno.test(`fromLayersModel() trains as trainOnBatch() of TensorFlow.js does: ${name}`, async () => {
    const [given, other] = [make(), make()];
    const model = await fromLayersModel(given, TOKENIZER, contextFor(given));
    const everywhere = predictsEverywhere(given);
    const isLinear =
      given.layers.at(-1)!.getConfig()["activation"] === "linear";
    other.compile({
      optimizer: tf.train.sgd(0.5),
      loss: (targets: Tensor, output: Tensor) =>
        tf.neg(tf.sum(
          tf.mul(targets, isLinear ? tf.logSoftmax(output) : tf.log(output)),
          -1,
        )),
    });
    const trainer = new Trainer(model.network, {
      learningRate: 0.5,
      optimizer: "sgd",
      clipNorm: Infinity,
      seed: 0,
    });
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let k = 0; k < 5; k++) {
      const { inputs, targets } = windowsOf(k);
      const wanted = everywhere ? targets : targets.map((row) => row.slice(-1));
      const x = inputsOf(other, inputs);
      const y = tf.oneHot(
        tf.tensor2d(wanted, undefined, "int32"),
        V,
      );
      const rows = everywhere ? y : tf.reshape(y, [B, V]);
      const loss = await other.trainOnBatch(x, rows);
      theirs.push(loss as number);
      tf.dispose([x, y, rows]);
      trainer.forget();
      ours.push(
        await trainer.step({
          inputs: Int32Array.from(inputs.flat()),
          targets: Int32Array.from(targets.flat()),
          ...(!everywhere && {
            mask: Uint8Array.from(
              { length: B * T },
              (_, i) => i % T === T - 1 ? 1 : 0,
            ),
          }),
        }, B),
      );
    }
    assertAllClose(ours, theirs, 1e-4);
    assert(Math.abs(ours[4]! - ours[0]!) > 1e-3);
    for (const [i, weight] of given.weights.entries()) {
      assertAllClose(
        weight.read().dataSync(),
        other.weights[i]!.read().dataSync(),
        1e-4,
      );
    }
    trainer.dispose();
    model.dispose();
    other.dispose();
  });
}

/** Steps of an epoch, and a text that they use up: one token more than they predict. */
const STEPS = 7;
const WHOLE = TEXT.slice(0, B * T * STEPS + 1);

/** What `fit()` reads of that text, in its order: B streams, a window of each in every step. */
function readByFit(everywhere: boolean, fill: number): {
  inputs: number[][];
  targets: number[][];
} {
  const ids = [...TOKENIZER.encode(WHOLE)];
  const [inputs, targets]: [number[][], number[][]] = [[], []];
  for (let step = 0; step < STEPS; step++) {
    for (let row = 0; row < B; row++) {
      const begin = row * STEPS * T;
      const [from, to] = [begin + step * T, begin + (step + 1) * T];
      if (everywhere) {
        inputs.push(ids.slice(from, to));
        targets.push(ids.slice(from + 1, to + 1));
        continue;
      }
      for (let at = from; at < to; at++) { // one prediction, after the last T tokens of the stream
        const read = ids.slice(Math.max(begin, at - T + 1), at + 1);
        inputs.push([...Array(T - read.length).fill(fill), ...read]);
        targets.push([ids[at + 1]!]);
      }
    }
  }
  return { inputs, targets };
}

for (const [name, make] of Object.entries(MODELS)) {
  Deno.test(`fromLayersModel() trains as fit() of TensorFlow.js does: ${name}`, async () => {
    const [given, other] = [make(), make()];
    const everywhere = predictsEverywhere(given);
    const model = await fromLayersModel(given, TOKENIZER, contextFor(given));
    const { epochs } = await fit(model, WHOLE, {
      epochs: 3, // 21 steps, which are compiled
      batchSize: B,
      sequenceLength: T,
      optimizer: "sgd",
      learningRate: 0.5,
      clipNorm: Infinity,
      validation: 0,
      sample: false,
      display: "none",
    });
    const isLinear =
      given.layers.at(-1)!.getConfig()["activation"] === "linear";
    other.compile({
      optimizer: tf.train.sgd(0.5),
      loss: isLinear
        ? (targets: Tensor, logits: Tensor) =>
          tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1))
        : "categoricalCrossentropy",
    });
    const fill = other.inputs[0]!.shape.length === 3 ? -1 : 0; // one-hot: no token at all
    const { inputs, targets } = readByFit(everywhere, fill);
    const x = inputsOf(other, inputs);
    const oneHot = tf.oneHot(tf.tensor2d(targets, undefined, "int32"), V);
    const y = everywhere ? oneHot : tf.reshape(oneHot, [-1, V]);
    const { history } = await other.fit(x, y, {
      epochs: 3,
      batchSize: everywhere ? B : B * T,
      shuffle: false,
      verbose: 0,
    });
    assertAllClose(
      epochs.map(({ loss }) => loss),
      history["loss"] as number[],
      1e-4,
    );
    assert(epochs[2]!.loss < epochs[0]!.loss);
    for (const [i, weight] of given.weights.entries()) {
      assertAllClose(
        weight.read().dataSync(),
        other.weights[i]!.read().dataSync(),
        1e-4,
      );
    }
    tf.dispose([x, oneHot, y]);
    model.dispose();
    other.dispose();
  });
}

function contextFor(model: tfjs.LayersModel): LayersModelOptions {
  return model.inputs[0]!.shape[1] === null ? { context: T } : {};
}

/** Logits of T + 5 tokens, read by `forward()` in pieces, or by `step()`. */
function logitsOf(model: LanguageModel, pieces: readonly number[]): number[] {
  return tf.tidy(() => {
    const { network } = model;
    const ids = TOKENIZER.encode(TEXT);
    let state = network.zeroState(1);
    const logits: number[] = [];
    let from = 0;
    for (const length of pieces) {
      const piece = ids.subarray(from, from += length);
      const next = length === 1
        ? network.step(tf.tensor1d(piece, "int32"), state)
        : network.forward(tf.tensor2d(piece, [1, length], "int32"), state);
      state = next.state;
      logits.push(...next.logits.dataSync());
    }
    return logits;
  });
}

for (const [name, make] of Object.entries(MODELS)) {
  Deno.test(`fromLayersModel() reads token by token what it reads at once: ${name}`, async () => {
    const given = make();
    const model = await fromLayersModel(given, TOKENIZER, contextFor(given));
    const steps = 3 * T + 2;
    const singly = logitsOf(model, Array(steps).fill(1));
    assertEquals(singly.length, steps * V);
    assertAllClose(logitsOf(model, [steps]), singly, 1e-5);
    assertAllClose(logitsOf(model, [4, 2 * T, 1, T - 3]), singly, 1e-5);
    model.dispose();
  });

  Deno.test(`fromLayersModel() writes what a loop of one's own over predict() writes: ${name}`, async () => {
    const given = make();
    const model = await fromLayersModel(given, TOKENIZER, contextFor(given));
    const everywhere = predictsEverywhere(given);
    const prompt = TEXT.slice(0, T);
    const count = everywhere ? 2 : 12;
    const ids = [...TOKENIZER.encode(prompt)];
    if (everywhere) ids.splice(0, 3); // three more fit in then
    for (let i = 0; i < count; i++) {
      const window = everywhere
        ? [...ids, ...Array(T - ids.length).fill(0)]
        : ids.slice(-T);
      const scores = predict(given, window);
      const row = everywhere
        ? scores.slice((ids.length - 1) * V, ids.length * V)
        : scores;
      ids.push(row.indexOf(Math.max(...row)));
    }
    const text = (await model.generate(
      everywhere ? prompt.slice(3) : prompt,
      { maxTokens: count, temperature: 0 },
    )).text;
    assertEquals(text, TOKENIZER.decode(ids.slice(-count)));
    model.dispose();
  });

  Deno.test(`LanguageModel.load() brings back a layers model: ${name}`, async () => {
    const given = make();
    const model = await fromLayersModel(given, TOKENIZER, contextFor(given));
    const path = await Deno.makeTempFile({ suffix: ".safetensors" });
    await model.save(path);
    const again = await LanguageModel.load(path);
    assertEquals(again.network.config, model.network.config);
    assertEquals(`${again}`, `${model}`);
    assertEquals(logitsOf(again, [T + 5]), logitsOf(model, [T + 5]));
    await again.save(path + "2");
    assertEquals(await Deno.readFile(path + "2"), await Deno.readFile(path));
    again.dispose();
    const third = await LanguageModel.load(path);
    const options = {
      steps: 2,
      sequenceLength: T,
      validation: 0,
      sample: false,
      display: "none",
    } as const;
    await fit(third, TEXT, options);
    await fit(model, TEXT, options);
    assertAllClose(logitsOf(third, [T + 5]), logitsOf(model, [T + 5]), 1e-5);
    for (const each of [model, third]) each.dispose();
    for (const each of [path, path + "2"]) await Deno.remove(each);
  });
}

/** A model with all kinds of dropout. */
function withDropout(): tfjs.LayersModel {
  return sequential({
    layers: [
      embedding(),
      layers.spatialDropout1d({ rate: 0.3, seed: 1 }),
      layers.lstm({ ...recurrent(1), dropout: 0.2, recurrentDropout: 0.3 }),
      layers.dropout({ rate: 0.4 }),
      softmax(),
    ],
  });
}

/** The losses of some steps on one batch. */
async function losses(
  make: () => tfjs.LayersModel,
  { seed = 0, compiled = true, rows = B } = {},
): Promise<number[]> {
  const model = await fromLayersModel(make(), TOKENIZER);
  const options = { learningRate: 0.1, clipNorm: 1, seed, compiled };
  const trainer = new Trainer(model.network, options);
  const found: number[] = [];
  const { inputs, targets } = windowsOf(0);
  const repeated = (ids: number[][]): Int32Array =>
    Int32Array.from(Array(rows / B).fill(ids.flat()).flat());
  for (let i = 0; i < 4; i++) {
    found.push(
      await trainer.step({
        inputs: repeated(inputs),
        targets: repeated(targets),
      }, rows),
    );
  }
  trainer.dispose();
  model.dispose();
  return found;
}

Deno.test("fromLayersModel() drops out by the seed of the run, compiled or not, and restores the layers", async () => {
  const first = await losses(withDropout);
  assertEquals(await losses(withDropout), first);
  assertAllClose(await losses(withDropout, { compiled: false }), first, 1e-5);
  const other = await losses(withDropout, { seed: 1 });
  assert(Math.abs(other[0]! - first[0]!) > 1e-3);
  const none = await losses(() => {
    const model = withDropout();
    for (const layer of model.layers) {
      Object.assign(layer, { rate: 0 });
      const { cell } = layer as unknown as { cell?: object };
      if (cell) Object.assign(cell, { dropout: 0, recurrentDropout: 0 });
    }
    return model;
  });
  assert(Math.abs(none[0]! - first[0]!) > 1e-3);
  const given = withDropout();
  const model = await fromLayersModel(given, TOKENIZER);
  const names = given.layers.map((layer) => Object.hasOwn(layer, "call"));
  assertEquals(names, [false, false, false, false, false]);
  assertEquals(given.layers[4]!.getConfig()["activation"], "softmax");
  model.dispose();
});

Deno.test("fromLayersModel() gives rows of one batch masks of their own, also where windows slide", async () => {
  const make = () =>
    sequential({
      layers: [
        embedding(),
        layers.dropout({ rate: 0.5 }),
        layers.flatten(),
        softmax(),
      ],
    });
  // 64 rows are cut into parts on several cores: the masks must be those of the whole batch.
  const cut = await losses(make, { rows: 64 });
  assertAllClose(await losses(make, { rows: 64, compiled: false }), cut, 1e-5);
});

Deno.test("fromLayersModel() writes by one compiled loop what it writes token by token", async () => {
  for (
    const name of [
      "embedding, LSTM, softmax",
      "embedding, flatten, dense, one prediction",
    ]
  ) {
    const model = await fromLayersModel(MODELS[name]!(), TOKENIZER);
    const prompt = TEXT.slice(0, 4);
    const short =
      (await model.generate(prompt, { maxTokens: 60, seed: 4 })).text;
    const long =
      (await model.generate(prompt, { maxTokens: 1_100, seed: 4 })).text;
    assertEquals(long.slice(0, 60), short);
    assertEquals(long.length, 1_100);
    model.dispose();
  }
});

Deno.test("fromLayersModel() writes rows of different prompts side by side as it writes each alone", async () => {
  for (
    const name of ["embedding, LSTM, softmax", "one-hot, LSTM, one prediction"]
  ) {
    const model = await fromLayersModel(MODELS[name]!(), TOKENIZER);
    const prompts = [[1], [0, 1, 2, 0], [2, 1]].map((ids) =>
      Int32Array.from(ids)
    );
    const sampler = new Sampler({ temperature: 0 });
    const options = { maxTokens: 20, sampler };
    const rows: number[][] = [[], [], []];
    for await (
      const block of writeRows(model.network, { prompts, ...options })
    ) block.forEach((ids, row) => rows[row]!.push(...ids));
    for (const [row, prompt] of prompts.entries()) {
      const alone = await Array.fromAsync(
        writeTokens(model.network, { prompt, ...options }),
      );
      assertEquals(rows[row], alone, `${name}, row ${row}`);
    }
    model.dispose();
  }
});

Deno.test("fromLayersModel() trains the model of its user in place, and dispose() frees it", async () => {
  await assertNoLeak(async () => {
    const given = MODELS["embedding, LSTM, softmax"]!();
    const before = given.weights[0]!.read().dataSync();
    const model = await fromLayersModel(given, TOKENIZER);
    const history = await fit(model, TEXT, {
      epochs: 2,
      batchSize: 2,
      display: "none",
    });
    assert(history.epochs[1]!.loss < history.epochs[0]!.loss);
    assert(
      given.weights[0]!.read().dataSync().some((x, i) => x !== before[i]),
    );
    assertEquals(
      `${model}`,
      `layers model "${given.name}", 3 layers, ${given.countParams()} parameters`,
    );
    model.dispose();
    assert(given.weights.every(isDisposed));
  });
});

function isDisposed(weight: { read(): unknown }): boolean {
  try {
    weight.read();
    return false;
  } catch {
    return true;
  }
}

Deno.test("fromLayersModel() refuses what cannot be a language model, and says why", async () => {
  const dense = (units: number) => layers.dense({ units });
  const two = () => {
    const input = tfjs.input({ shape: [T] });
    const x = embedding().apply(input) as tfjs.SymbolicTensor;
    const outputs = [1, 2].map(() => dense(V).apply(x) as tfjs.SymbolicTensor);
    return tfjs.model({ inputs: input, outputs });
  };
  const chain = (...all: tfjs.layers.Layer[]) =>
    sequential({ layers: [embedding(), ...all, dense(V)] });
  const frozen = () => {
    const model = chain();
    model.layers[0]!.trainable = false;
    return model;
  };
  const cases: [
    () => unknown,
    object,
    typeof TypeError | typeof RangeError,
    string,
  ][] = [
    [
      () => null,
      {},
      TypeError,
      "it must be a tf.LayersModel or tf.Sequential: null",
    ],
    [
      () => "64",
      {},
      TypeError,
      "it must be a tf.LayersModel or tf.Sequential: string",
    ],
    [
      () => ({ layers: [], inputs: [] }),
      {},
      TypeError,
      `it must come from the copy of TensorFlow.js that computes here: it is of another; import it from "npm:@tensorflow/tfjs@4.22.0"`,
    ],
    [two, {}, TypeError, "it must have one input and one output: 1 and 2"],
    [
      () => sequential({ layers: [embedding(), dense(V + 1)] }),
      {},
      RangeError,
      `it must have the tokenizer's 5 tokens: it reads [null, 6] and gives [null, 6, 6]`,
    ],
    [
      () =>
        sequential({
          layers: [
            layers.embedding({
              inputDim: V - 1,
              outputDim: 2,
              inputLength: T,
              name: "small",
            }),
            dense(V),
          ],
        }),
      {},
      RangeError,
      `the embedding "small" must have a vector for each of the tokenizer's 5 tokens: 4`,
    ],
    [
      () =>
        sequential({
          layers: [layers.dense({ units: V, inputShape: [T, 3, 2] })],
        }),
      {},
      TypeError,
      "it must read ids of shape [null, T] or one-hot vectors of shape [null, T, V], and give [null, T, V] or [null, V]: " +
      "it reads [null, 6, 3, 2] and gives [null, 6, 3, 5]",
    ],
    [
      () => chain(layers.conv1d({ filters: 4, kernelSize: 3 })),
      {},
      TypeError,
      "it must give a prediction after each token that it reads, or one after the last: it reads [null, 6] and gives [null, 4, 5]",
    ],
    [
      () =>
        chain(layers.bidirectional({
          layer: layers.gru(recurrent(1)) as tfjs.RNN,
          mergeMode: "concat",
        })),
      {},
      TypeError,
      "its predictions must depend on earlier tokens alone: another token at place 3 changes those before it",
    ],
    [
      () =>
        chain(layers.conv1d({ filters: 4, kernelSize: 3, padding: "same" })),
      {},
      TypeError,
      "its predictions must depend on earlier tokens alone",
    ],
    [
      () => chain(layers.batchNormalization({ name: "norm" })),
      {},
      TypeError,
      'it must not have a layer of BatchNormalization: "norm"',
    ],
    [
      () => chain(layers.gaussianNoise({ stddev: 1, name: "noise" })),
      {},
      TypeError,
      'it must not have a layer of GaussianNoise: "noise"; use dropout instead',
    ],
    [
      () =>
        sequential({
          layers: [
            layers.embedding({
              inputDim: V,
              outputDim: 4,
              batchInputShape: [1, T],
            }),
            layers.gru({ ...recurrent(1), stateful: true, name: "keeps" }),
            dense(V),
          ],
        }),
      {},
      TypeError,
      'its layers must not be stateful, as the state is kept outside: "keeps"',
    ],
    [
      () =>
        chain(layers.dense({
          units: 4,
          kernelRegularizer: tfjs.regularizers.l2(),
          name: "kept",
        })),
      {},
      TypeError,
      'kernelRegularizer has no effect in fit(), leave it out: "kept"; the optimizer adamw has a weightDecay',
    ],
    [frozen, {}, TypeError, "all its weights must be trainable"],
    [
      () => {
        const model = chain();
        model.dispose();
        return model;
      },
      {},
      Error as unknown as typeof TypeError,
      "it has been disposed",
    ],
    [
      chain,
      { context: 3 },
      TypeError,
      "context has no effect on a model that reads 6 tokens, leave it out",
    ],
    [
      MODELS["embedding, GRU, linear, of any length"]!,
      { context: 1.5 },
      RangeError,
      "context must be a positive integer: 1.5",
    ],
    [
      chain,
      { length: 3 },
      TypeError,
      'there is no option "length" (known: context, output)',
    ],
    [
      chain,
      { output: "scores" },
      RangeError,
      'output must be "auto", "logits" or "probabilities": "scores"',
    ],
    [
      MODELS["embedding, LSTM, softmax"]!,
      { output: "logits" },
      TypeError,
      "is a softmax, leave it out",
    ],
    [
      () =>
        sequential({
          layers: [
            embedding(),
            layers.dense({ units: V, activation: "sigmoid", name: "end" }),
          ],
        }),
      {},
      TypeError,
      'output must say "logits" or "probabilities" where the last layer is neither linear nor a softmax: "end", sigmoid',
    ],
  ];
  for (const [make, options, kind, message] of cases) {
    await assertRejects(
      () => fromLayersModel(make() as LayersModelLike, TOKENIZER, options),
      kind,
      message,
    );
  }
  await assertRejects(
    () => fromLayersModel(chain(), null as never),
    TypeError,
    "tokenizer must be a tokenizer",
  );
});

// The engines in turn, at the end: what comes after them would run on the last.
const ENGINES: EngineName[] = ["cpu", "wasm", "tensorflow"];

Deno.test("fromLayersModel() trains and writes the same on every engine", async () => {
  const found: { losses: number[]; text: string }[] = [];
  for (const engine of ENGINES) {
    await assertNoLeak(async () => {
      const given = MODELS["one-hot, LSTM, one prediction"]!(); // on the engine before
      await useEngine(engine);
      const model = await fromLayersModel(given, TOKENIZER);
      const text =
        (await model.generate("abc", { maxTokens: 20, seed: 2 })).text;
      model.dispose();
      found.push({
        losses: await losses(MODELS["embedding, LSTM, softmax"]!),
        text,
      });
      await losses(withDropout);
    });
  }
  for (const { losses, text } of found) {
    assertAllClose(losses, found[0]!.losses, 1e-4);
    assertEquals(text, found[0]!.text);
  }
});
