import { assert, assertEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { summary } from "../../src/evaluation/summary.ts";
import type { Network } from "../../src/networks/network.ts";
import { NGramNetwork } from "../../src/networks/ngram_network.ts";
import { CNNNetwork } from "../../src/networks/cnn_network.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { PRESETS } from "../../src/networks/transformer_config.ts";
import { TransformerNetwork } from "../../src/networks/transformer_network.ts";
import {
  createOptimizer,
  type OptimizerChoice,
} from "../../src/training/optimizers/create_optimizer.ts";
import golden from "../golden/flops.json" with { type: "json" };

await ensureEngine();

const { vocabSize, batch, steps } = golden;
const RECURRENT = { vocabSize, embedding: 5, units: 7 };
const TRANSFORMER = {
  vocabSize,
  context: steps,
  rotaryBase: 10_000,
  epsilon: 1e-5,
  width: 8,
  heads: 4,
  tied: false,
  dropout: 0,
};
const NETWORKS: Record<string, Network> = {
  rnn: new RecurrentNetwork("rnn", { ...RECURRENT, layers: 1 }),
  gru: new RecurrentNetwork("gru", {
    ...RECURRENT,
    layers: 2,
    dense: 4,
    layerNorm: true,
  }),
  lstm: new RecurrentNetwork("lstm", { ...RECURRENT, layers: 2 }),
  transformer: new TransformerNetwork({
    ...TRANSFORMER,
    ...PRESETS.gpt2,
    keyValueHeads: 4,
    layers: 2,
    feedForward: 20,
    tied: true,
  }),
  swiglu: new TransformerNetwork({
    ...TRANSFORMER,
    ...PRESETS.llama,
    keyValueHeads: 2,
    layers: 1,
    feedForward: 12,
  }),
};

for (const [name, network] of Object.entries(NETWORKS)) {
  Deno.test(`summary() counts the operations of ${name} as PyTorch's flop counter does`, () => {
    const { flopsPerToken } = summary({ network }, {
      batchSize: batch,
      sequenceLength: steps,
    });
    assertEquals(flopsPerToken * batch * steps, golden[name as "rnn"]);
  });

  Deno.test(`summary() of ${name} has every parameter in one layer, and the state that generation has`, () => {
    const { layers, parameters, generation } = summary({ network });
    assertEquals(
      layers.reduce((sum, layer) => sum + layer.parameters, 0),
      parameters,
    );
    const state = network.zeroState(1);
    const numbers = state.reduce(
      (sum, { size, dtype }) => sum + (dtype === "float32" ? size : 0),
      0,
    );
    assertEquals(generation.state, 4 * numbers);
    assertEquals(generation.weights, 4 * parameters);
    tf.dispose([...state]);
  });
}

Deno.test("summary() of a convolutional network counts each tap", () => {
  const network = new CNNNetwork({
    vocabSize: 11,
    embedding: 5,
    filters: 4,
    kernelSize: 3,
    layers: 2,
    stacks: 1,
    dense: 0,
    layerNorm: true,
    dropout: 0,
  });
  const { flopsPerToken, generation, layers, parameters } = summary({
    network,
  });
  // By hand: 3 taps of 5·4; a block has 3 taps of 4·8 and a map to 8, in the last one to 4; the output 4·11.
  assertEquals(flopsPerToken, 2 * (60 + (96 + 32) + (96 + 16) + 44));
  // Two inputs of 5, then 2 and 4 inputs of 4, for dilations 1 and 2.
  assertEquals(generation.state, 4 * (2 * 5 + 2 * 4 + 4 * 4));
  assertEquals(
    layers.reduce((sum, layer) => sum + layer.parameters, 0),
    parameters,
  );
});

Deno.test("summary() of attention over past states counts its matrices and the window", () => {
  const network = new RecurrentNetwork("lstm", {
    vocabSize: 11,
    embedding: 5,
    units: 7,
    layers: 1,
    attentionWindow: 3,
  });
  const { flopsPerToken, generation, layers, parameters } = summary({
    network,
  });
  // By hand: gates 28·(5 + 7), score 7·7, output 14·7, scores and mean 3·7 each, the output 7·11.
  assertEquals(
    flopsPerToken,
    2 * (28 * 12 + 49 + 98 + 2 * 21 + 77),
  );
  assertEquals(generation.state, 4 * (2 * 7 + 3 * 7));
  assertEquals(
    layers.reduce((sum, layer) => sum + layer.parameters, 0),
    parameters,
  );
});

Deno.test("summary() guesses the layers of a network that does not describe itself", () => {
  const { kind, config, parameters, description } = NETWORKS["lstm"]!;
  const network = { kind, config, parameters, description } as Network;
  const known = summary({ network: NETWORKS["lstm"]! });
  const guessed = summary({ network });
  assertEquals(guessed.isEstimate, true);
  assertEquals(guessed.flopsPerToken, known.flopsPerToken);
  assertEquals(
    guessed.layers.map(({ name }) => name),
    known.layers.map(({ name }) => name),
  );
  assert(String(guessed).includes("(layers guessed from the parameters)"));
});

const OPTIMIZERS: [OptimizerChoice, number][] = [
  ["sgd", 0],
  [{ name: "sgd", momentum: 0 }, 0],
  [{ name: "sgd", momentum: 0.9 }, 1],
  [{ name: "sgd", momentum: 0.9, nesterov: true, form: "keras" }, 1],
  ["rmsprop", 1],
  [{ name: "rmsprop", centered: true }, 2],
  [{ name: "rmsprop", momentum: 0.5 }, 2],
  [{ name: "rmsprop", centered: true, momentum: 0.5 }, 3],
  ["adagrad", 1],
  ["adam", 2],
  [{ name: "adam", form: "keras" }, 2],
  ["adamw", 2],
  ["lion", 1],
];

for (const [optimizer, slots] of OPTIMIZERS) {
  Deno.test(`summary() counts the ${slots} numbers that ${JSON.stringify(optimizer)} remembers of each weight`, () => {
    const network = NETWORKS["rnn"]!;
    const { training } = summary({ network }, { optimizer });
    assertEquals(training.optimizer, slots * training.weights);
    const { training: settled } = summary({
      network,
      trainingDefaults: { optimizer },
    });
    assertEquals(settled, training);
    const made = createOptimizer(optimizer, [...network.parameters.values()]);
    const memory = [...made.memory.values()];
    const numbers = memory.reduce(
      (sum, { size, shape }) => sum + (shape.length === 0 ? 0 : size), // without the count of steps
      0,
    );
    assertEquals(training.optimizer, 4 * numbers);
    made.dispose();
  });
}

Deno.test("summary() takes Adam where nothing was said", () => {
  const network = NETWORKS["rnn"]!;
  assertEquals(
    summary({ network }),
    summary({ network }, { optimizer: "adam" }),
  );
});

// Numbers by hand: activations (2·5 + 5·7) + (7 + 4·11) = 96 a token, 4608 B; 936 + 2·936 + 2·936 + 3·3·936 + 4608 = 17712 B.
Deno.test("ModelSummary writes tables", () => {
  const text = String(
    summary({ network: NETWORKS["rnn"]! }, { batchSize: 2, sequenceLength: 6 }),
  );
  assertEquals(
    text,
    "RNN, 1 layer of 7 units, 234 parameters\n" +
      "  layer      type       output      parameters  FLOPs per token\n" +
      "  embedding  Embedding  (2, 6, 5)   55          0\n" +
      "  rnn_1      SimpleRNN  (2, 6, 7)   91          168\n" +
      "  output     Dense      (2, 6, 11)  88          154\n" +
      "  parameters          234\n" +
      "  forward             322 FLOPs per token\n" +
      "  training step       11,592 FLOPs, about, for 2 rows of 6 tokens\n" +
      "  memory to train     17.7 kB, about: weights 936 B, gradients 1.9 kB, optimizer 1.9 kB, copies of both 8.4 kB, activations 4.6 kB\n" +
      "  memory to generate  1.9 kB, about: weights 936 B, on their way to the engine 936 B, state 28 B",
  );
});

// By hand: the document ^ 0 1 2 3 1 2 4 0 1 has 6 tokens, 7 pairs (0 1 and 1 2 are there twice) and 8 triples. Room for 1,024
// n-grams takes 26 B each and two slots of 4 B; smoothing makes 3 numbers of 8 B for 22 nodes and keeps 2, with 3 for 5 tokens.
Deno.test("summary() of a model of n-grams has the n-grams of each length and their memory, and nothing of steps", () => {
  const network = new NGramNetwork({ vocabSize: 5, order: 3 });
  const document = Uint8Array.of(0, 1, 2, 3, 1, 2, 4, 0, 1);
  for (const _ of network.counting.count(document)) continue;
  const counted = summary({ network });
  assertEquals(counted.ngrams, [6, 7, 8]);
  assertEquals(counted.parameters, 21);
  assertEquals(counted.training, {
    weights: 34_816,
    gradients: 0,
    optimizer: 0,
    copies: 0,
    activations: 0,
    smoothing: 528,
    total: 35_344,
  });
  assertEquals(counted.generation, {
    weights: 34_816,
    copies: 0,
    smoothing: 472,
    state: 8,
    total: 35_296,
  });
  const state = network.zeroState(1);
  assertEquals(counted.generation.state, 4 * state[0]!.size);
  tf.dispose([...state]);
  assertEquals(
    String(counted),
    "3-gram, modified Kneser–Ney, 21 n-grams\n" +
      "  tokens  n-grams\n" +
      "  1       6\n" +
      "  2       7\n" +
      "  3       8\n" +
      "  n-grams             21\n" +
      "  memory to train     35.3 kB, about: counts 34.8 kB, smoothing 528 B\n" +
      "  memory to generate  35.3 kB, about: counts 34.8 kB, smoothing 472 B, state 8 B",
  );
});

Deno.test("ModelSummary gives console.log() its tables", () => {
  const written = summary({ network: NETWORKS["rnn"]! });
  assertEquals(Deno.inspect(written), String(written));
});

Deno.test("summary() of a model of n-grams refuses the sizes of steps, which it does not take", () => {
  const network = new NGramNetwork({ vocabSize: 5, order: 1 });
  assertEquals(summary({ network }).generation.state, 4);
  assertThrows(
    () => summary({ network }, { batchSize: 8 }),
    TypeError,
    "Cannot summarize: batchSize has no effect on a model that counts, leave it out",
  );
});

Deno.test("summary() refuses what has no effect or no sense", () => {
  const network = NETWORKS["rnn"]!;
  const refused = (options: unknown, message: string): void => {
    const error = assertThrows(
      () => summary({ network }, options as Record<string, never>),
      Error,
    );
    assertEquals(error.message, message);
  };
  refused(
    { batchSize: 0 },
    "Cannot summarize: batchSize must be a positive integer: 0",
  );
  refused(
    { sequenceLength: "64" },
    'Cannot summarize: sequenceLength must be a positive integer: "64"',
  );
  refused(
    { batchSize: NaN },
    "Cannot summarize: batchSize must be a positive integer: NaN",
  );
  assertThrows(
    () => summary(null as never),
    TypeError,
    "Cannot summarize: the model must be one, such as buildLSTM() gives: null",
  );
  refused(
    { batch: 1 },
    'Cannot summarize: there is no option "batch" (known: batchSize, sequenceLength, optimizer)',
  );
});
