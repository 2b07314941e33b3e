import { assert, assertEquals, assertRejects } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { type Tensor, tf } from "../../src/engine/tf.ts";
import {
  BlockWriter,
  LONGEST_BLOCK,
} from "../../src/generation/block_writer.ts";
import type { Predictor } from "../../src/generation/predictor.ts";
import { Sampler, samplingStream } from "../../src/generation/sampler.ts";
import { createChain } from "../../src/generation/chain/chain.ts";
import type { ChainOptions } from "../../src/generation/chain/chain_options.ts";
import { compiledSampling } from "../../src/generation/chain/compiled_sampling.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import type { Network } from "../../src/networks/network.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { TransformerNetwork } from "../../src/networks/transformer_network.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { assertAllClose } from "../close.ts";
import { inspectToken } from "../../src/generation/_inspect.ts";
import { writeTokens } from "./_write_rows.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

function smallNetwork(vocabSize: number): RecurrentNetwork {
  return new RecurrentNetwork("lstm", {
    vocabSize,
    embedding: 6,
    units: 16,
    layers: 2,
    dropout: 0,
  }, 3);
}

function dispose(network: Network): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

/**
 * Asserts that two texts are the same, or part where rounding decides: where the random share lies on the border between
 * both tokens, within single precision. What comes after is another text then, and is not compared.
 */
function assertSameChoices(
  network: RecurrentNetwork,
  { seed, temperature = 1 }: { seed?: number; temperature?: number },
  actual: number[],
  expected: number[],
): void {
  const place = actual.findIndex((id, i) => id !== expected[i]);
  if (place < 0) return assertEquals(actual.length, expected.length);
  const known = [1, 2, ...expected.slice(0, place)];
  const logits = tf.tidy(() => {
    const { logits } = network.forward(
      tf.tensor2d(known, [1, known.length], "int32"),
      network.zeroState(1),
    );
    return logits.dataSync().slice(-logits.shape[2]!);
  });
  const weights = Array.from(logits, (logit) => Math.exp(logit / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = new RandomStream(seed!, samplingStream()).uniformAt(place);
  const [lower, upper] = [actual[place]!, expected[place]!]
    .sort((a, b) => a - b) as [number, number];
  assertEquals(upper - lower, 1, `token ${place}`);
  const border = weights.slice(0, upper).reduce((sum, w) => sum + w, 0) / total;
  assertAllClose([share], [border], 1e-6);
}

/** A state of no tensor, and the same scores after every token. */
function constant(scores: number[], from = 0): Predictor {
  let calls = 0;
  const prediction = (shape: number[]) => ({
    logits: tf.tensor(
      calls++ < from ? scores.map(() => 0) : scores,
      [...shape, scores.length],
    ),
    state: [],
  });
  return {
    zeroState: () => [],
    forward: (ids) => prediction(ids.shape),
    step: (ids) => prediction(ids.shape),
  };
}

for (
  const settings of [
    { seed: 1 },
    { seed: -5, temperature: 0.6 },
    { seed: 2 ** 40, temperature: 1.7, topK: 3 },
    { seed: 4, topK: 1 },
    { seed: 4, topK: 1000 },
    { temperature: 0 },
  ]
) {
  for (const vocabSize of [5, 300]) {
    Deno.test(`BlockWriter writes the tokens that Sampler picks, ${vocabSize} tokens, ${JSON.stringify(settings)}`, async () => {
      const network = smallNetwork(vocabSize);
      const tokens = (blocks?: BlockWriter) =>
        Array.fromAsync(writeTokens(network, {
          prompt: Int32Array.of(1, 2),
          maxTokens: LONGEST_BLOCK + 74,
          sampler: new Sampler(settings),
          blocks,
        }));
      const oneByOne = await tokens();
      await assertNoLeak(async () => {
        const blocks = new BlockWriter(network);
        assertSameChoices(network, settings, await tokens(blocks), oneByOne);
        blocks.dispose();
      });
      dispose(network);
    });
  }
}

Deno.test("BlockWriter takes the lowest ids of equal scores, and never one that is excluded", async () => {
  const predictor = constant([-Infinity, 2, 2, 2, -Infinity]);
  const blocks = new BlockWriter(predictor);
  for (
    const [settings, allowed] of [
      [{ seed: 1 }, [1, 2, 3]],
      [{ seed: 1, topK: 2 }, [1, 2]],
      [{ temperature: 0 }, [1]],
    ] as const
  ) {
    const ids = await Array.fromAsync(writeTokens(predictor, {
      prompt: Int32Array.of(0),
      maxTokens: 100,
      sampler: new Sampler(settings),
      blocks,
    }));
    assertEquals([...new Set(ids)].sort(), [...allowed]);
  }
  blocks.dispose();
});

for (
  const [scores, message] of [
    [[0, NaN, 1], "the logits must be numbers below Infinity: NaN for id 1"],
    [
      [0, Infinity, 1],
      "the logits must be numbers below Infinity: Infinity for id 1",
    ],
    [
      [-Infinity, -Infinity],
      "no token is left to choose from: every logit is -Infinity",
    ],
  ] as [number[], string][]
) {
  Deno.test(`writeTokens() names the token where a block meets the scores ${scores}, and frees all`, async () => {
    const predictor = constant(scores);
    await assertNoLeak(async () => {
      const blocks = new BlockWriter(predictor);
      await assertRejects(
        () =>
          Array.fromAsync(writeTokens(predictor, {
            prompt: Int32Array.of(0),
            maxTokens: 100,
            sampler: new Sampler({ seed: 1 }),
            blocks,
          })),
        RangeError,
        `Cannot sample token 0: ${message}`,
      );
      blocks.dispose();
    });
  });
}

Deno.test("generateRows() by blocks stops when its reader leaves or the signal is aborted, and frees all", async () => {
  const network = smallNetwork(5);
  tf.tidy(() =>
    void network.step(tf.tensor1d([0], "int32"), network.zeroState(1))
  ); // brings the weights to the engine
  const before = tf.memory().numTensors;
  const blocks = new BlockWriter(network);
  const options = {
    prompt: Int32Array.of(0),
    maxTokens: 10_000,
    sampler: new Sampler({ seed: 1 }),
    blocks,
  };
  let count = 0;
  for await (const _ of writeTokens(network, options)) {
    if (++count === 70) break;
  }
  assertEquals(count, 70);
  const controller = new AbortController();
  await assertRejects(
    async () => {
      const aborted = { ...options, signal: controller.signal };
      for await (const _ of writeTokens(network, aborted)) {
        if (++count === 200) controller.abort(new Error("enough"));
      }
    },
    Error,
    "enough",
  );
  assert(count >= 200 && count < 200 + LONGEST_BLOCK); // the end of its block
  assertEquals(tf.memory().numTensors, before);
  blocks.dispose();
  dispose(network);
});

Deno.test("BlockWriter.write() gives the tokens that are wanted, as many as the longest block at most", async () => {
  const network = smallNetwork(5);
  for (const { variable } of network.parameters.values()) void variable; // brings the weights to the engine
  const blocks = new BlockWriter(network);
  const state = network.zeroState(1);
  const sampler = new Sampler({ seed: 1 });
  const from = { tokens: Int32Array.of(1), state };
  for (
    const [position, most, length] of [
      [0, 1, 1],
      [0, 64, 64],
      [LONGEST_BLOCK - 3, 63, 63],
      [LONGEST_BLOCK, 2, 2],
    ] as const
  ) {
    const block = await blocks.write(from, { position, most }, sampler);
    assertEquals(block.rows.map((ids) => ids.length), [length]);
    assert(block.sound);
    tf.dispose([...block.state]);
  }
  tf.dispose([...state]);
  blocks.dispose();
  dispose(network);
});

Deno.test("LanguageModel.generate() writes the same text before and after its loop is compiled", async () => {
  const model = buildLSTM({
    tokenizer: CharTokenizer.train("to be or not to be"),
    units: 12,
    embedding: 4,
  });
  const options = { maxTokens: 150, seed: 7 };
  const early = (await model.generate("to", options)).text;
  await model.generate("to", { maxTokens: 1000, seed: 1 });
  assertEquals((await model.generate("to", options)).text, early);
  assert(early.length === 150);
  model.dispose();
});

Deno.test("LanguageModel.generate() keeps end tokens waiting for minTokens once its loop is compiled", async () => {
  const tokenizer = CharTokenizer.train("to be or not to be");
  const model = buildLSTM({ tokenizer, units: 12, embedding: 4 });
  const options = {
    maxTokens: 150,
    seed: 7,
    minTokens: 40,
    stopTokens: [...tokenizer.encode("etb")],
  };
  const early = await model.generate("to", options);
  await model.generate("to", { maxTokens: 1000, seed: 1 });
  const late = await model.generate("to", options);
  assertEquals([late.text, late.stopReason], [early.text, "endToken"]);
  assert(late.tokens.length > 40);
  model.dispose();
});

/** How a text is written: a chain of stages, the draw, and how many tokens. */
interface Writing {
  options: ChainOptions & { temperature?: number };
  seed: number;
  count: number;
}

function promptsOf(rows: number, vocabSize: number): number[][] {
  return Array.from(
    { length: rows },
    (_, row) => [1, 2, 3].map((id) => (id * (row + 1)) % vocabSize),
  );
}

/** What is remembered of the prompts but for their last tokens. */
function stateBefore(network: Predictor, prompts: number[][]): Tensor[] {
  return tf.tidy(() => {
    const ids = tf.tensor2d(
      prompts.map((ids) => ids.slice(0, -1)),
      undefined,
      "int32",
    );
    return [...network.forward(ids, network.zeroState(prompts.length)).state];
  });
}

/** The texts as the chain of JavaScript and `Sampler` write them, token by token. */
function writeByChain(
  network: Predictor,
  prompts: number[][],
  { options, seed, count }: Writing,
): number[][] {
  const { temperature, ...others } = options;
  const chain = createChain(others);
  const sampler = samplerOf(temperature, seed);
  let state = stateBefore(network, prompts);
  const texts = prompts.map((ids) => [...ids]);
  for (let position = 0; position < count; position++) {
    const [logits, ...next] = tf.tidy(() => {
      const ids = tf.tensor1d(texts.map((text) => text.at(-1)!), "int32");
      const read = network.step(ids, state);
      return [read.logits, ...read.state];
    });
    const scores = logits!.dataSync() as Float32Array;
    tf.dispose([logits!, ...state]);
    state = next;
    const size = scores.length / texts.length;
    for (const [row, tokens] of texts.entries()) {
      const own = chain.apply(scores.slice(row * size, (row + 1) * size), {
        tokens,
        promptLength: 3,
      });
      tokens.push(sampler.pick(own, position, row));
    }
  }
  tf.dispose(state);
  return texts;
}

async function writeByBlocks(
  writer: BlockWriter,
  [network, prompts]: [Predictor, number[][]],
  { options, seed, count }: Writing,
): Promise<number[][]> {
  const sampling = compiledSampling(
    options,
    samplerOf(options.temperature, seed),
  );
  let state: readonly Tensor[] = stateBefore(network, prompts);
  const texts = prompts.map((ids) => [...ids]);
  for (let position = 0; position < count;) {
    const block = await writer.write(
      {
        tokens: Int32Array.from(texts, (text) => text.at(-1)!),
        state,
        contexts: texts.map((tokens) => ({ tokens, promptLength: 3 })),
      },
      { position, most: count - position },
      sampling,
    );
    tf.dispose([...state]);
    state = block.state;
    assert(block.sound);
    for (const [row, ids] of block.rows.entries()) texts[row]!.push(...ids);
    position += block.rows[0]!.length;
  }
  tf.dispose([...state]);
  return texts;
}

function samplerOf(temperature = 1, seed: number): Sampler {
  return new Sampler(
    temperature === 0 ? { temperature } : { temperature, seed },
  );
}

/** Every stage there or not, in every combination. */
const COMBINATIONS: ChainOptions[] = [
  { repetitionPenalty: 1.2, frequencyPenalty: 0.1, penaltyWindow: 10 },
  { topK: 12 },
  { topP: 0.9 },
  { minP: 0.05 },
].reduce<ChainOptions[]>(
  (all, stage) => all.flatMap((options) => [options, { ...options, ...stage }]),
  [{}],
);

const NETWORKS: [name: string, make: (vocabSize: number) => Network][] = [
  ["an LSTM", (vocabSize) => smallNetwork(vocabSize)],
  ["a transformer", (vocabSize) =>
    new TransformerNetwork({
      vocabSize,
      context: 16,
      layers: 1,
      heads: 2,
      width: 16,
      feedForward: 32,
      keyValueHeads: 1,
      positions: "rotary",
      rotaryBase: 10_000,
      norm: "rms",
      epsilon: 1e-5,
      activation: "swiglu",
      bias: false,
      tied: true,
      dropout: 0,
    }, 5)],
];

for (const [name, make] of NETWORKS) {
  for (
    const [rows, vocabSize, chains] of [
      [1, 40, name === "an LSTM" ? COMBINATIONS : COMBINATIONS.slice(-2)],
      [5, 40, COMBINATIONS.slice(-2)],
      [5, 110, [COMBINATIONS.at(-1)!, { topP: 0.8, presencePenalty: 0.5 }]],
      [18, 20, COMBINATIONS.slice(-1)], // in parts
    ] as const
  ) {
    Deno.test(`BlockWriter writes what a chain of stages chooses, ${name}, ${rows} rows, ${vocabSize} tokens`, async () => {
      const network = make(vocabSize);
      for (const { variable } of network.parameters.values()) {
        tf.tidy(() => variable.assign(tf.mul(variable, 4))); // so that tokens differ in their chances
      }
      const prompts = promptsOf(rows, vocabSize);
      await assertNoLeak(async () => {
        for (const options of chains) {
          const writer = new BlockWriter(network);
          for (let seed = 0; seed < 3; seed++) {
            // Other numbers go through the same recording.
            const temperature = 1 - seed / 5;
            const writing = {
              options: { ...options, temperature },
              seed,
              count: 100,
            };
            assertEquals(
              await writeByBlocks(writer, [network, prompts], writing),
              writeByChain(network, prompts, writing),
              JSON.stringify(writing),
            );
          }
          writer.dispose();
        }
      });
      dispose(network);
    });
  }
}

for (const penaltyWindow of [1, 70, 600, "all", "generated"] as const) {
  Deno.test(`BlockWriter counts over blocks what penalties look at, window ${penaltyWindow}, likeliest and drawn`, async () => {
    const network = smallNetwork(12);
    const prompts = promptsOf(2, 12);
    const writer = new BlockWriter(network);
    for (const temperature of [0, 1]) {
      const writing = {
        options: {
          frequencyPenalty: 0.01,
          presencePenalty: 0.3,
          repetitionPenalty: 1.1,
          penaltyWindow,
          temperature,
        },
        seed: 8,
        count: 2 * LONGEST_BLOCK + 100,
      };
      assertEquals(
        await writeByBlocks(writer, [network, prompts], writing),
        writeByChain(network, prompts, writing),
      );
    }
    writer.dispose();
    dispose(network);
  });
}

Deno.test("BlockWriter.write() needs the text of every row for penalties, and frees all without", async () => {
  const network = smallNetwork(5);
  const writer = new BlockWriter(network);
  const state = network.zeroState(2);
  const before = tf.memory().numTensors;
  await assertRejects(
    () =>
      writer.write(
        { tokens: Int32Array.of(1, 1), state },
        { position: 0, most: 4 },
        compiledSampling({ presencePenalty: 1 }, new Sampler()),
      ),
    TypeError,
    "Cannot generate: penalties need the text of every row, 2 of them: 0",
  );
  assertEquals(tf.memory().numTensors, before);
  tf.dispose([...state]);
  writer.dispose();
  dispose(network);
});

for (
  const [scores, penalties] of [
    [[0, Infinity, 1], { repetitionPenalty: 2 }], // which would be limited
    [[0, NaN, 1], { topK: 1 }],
    [[0, NaN, 1], { topP: 0.5 }],
    [[-Infinity, -Infinity], { minP: 0.5 }],
  ] as [number[], ChainOptions][]
) {
  Deno.test(`BlockWriter.write() tells that the scores ${scores} are none, with ${JSON.stringify(penalties)}`, async () => {
    const writer = new BlockWriter(constant(scores));
    const { sound } = await writer.write(
      {
        tokens: Int32Array.of(1),
        state: [],
        contexts: [{ tokens: [1], promptLength: 0 }],
      },
      { position: 0, most: 4 },
      compiledSampling(penalties, new Sampler()),
    );
    assertEquals(sound, false);
    writer.dispose();
  });
}

Deno.test("BlockWriter compiles its loop once for other numbers of the same stages", async () => {
  const writer = new BlockWriter(constant([1, 2, 3]));
  const recordings = [];
  for (
    const options of [
      { topP: 0.5, temperature: 0.3 },
      { topP: 0.9, temperature: 1.2 },
      { topK: 17, minP: 0.1, penaltyWindow: 3, presencePenalty: 1 },
      { topK: 32, minP: 0.3, penaltyWindow: "all", repetitionPenalty: 2 },
      { topK: 200, temperature: 2 },
      { topK: 2000 },
      { temperature: 0 },
    ] as (ChainOptions & { temperature?: number })[]
  ) {
    await writer.write(
      {
        tokens: Int32Array.of(1),
        state: [],
        contexts: [{ tokens: [1], promptLength: 0 }],
      },
      { position: 0, most: 2 },
      compiledSampling(options, samplerOf(options.temperature, 1)),
    );
    recordings.push(writer.recordings);
  }
  assertEquals(recordings, [1, 1, 2, 2, 3, 3, 4]);
  writer.dispose();
});

for (const vocabSize of [20, 200]) {
  Deno.test(`BlockWriter.write() tells of the tokens what the model held of them, of ${vocabSize} tokens`, async () => {
    const network = smallNetwork(vocabSize);
    const writer = new BlockWriter(network);
    const sampling = compiledSampling({}, new Sampler({ seed: 4 }));
    const first = Int32Array.of(1, 3);
    const state = tf.tidy(() => [...network.zeroState(2)]);
    for (const alternatives of [0, 3]) {
      const written = await writer.write(
        { tokens: first, state },
        { position: 0, most: 9, alternatives },
        sampling,
      );
      for (const [row, ids] of written.rows.entries()) {
        const read = [first[row]!, ...ids.subarray(0, -1)];
        const logits = tf.tidy(() =>
          network.forward(
            tf.tensor2d(read, [1, read.length], "int32"),
            network.zeroState(1),
          ).logits.dataSync() as Float32Array
        );
        const expected = Array.from(ids, (id, place) =>
          inspectToken(
            logits.subarray(place * vocabSize, (place + 1) * vocabSize),
            id,
            alternatives,
          ));
        const told = written.details![row]!;
        assertAllClose(
          told.logProbabilities,
          expected.flatMap((each) => [...each.logProbabilities]),
          1e-4,
        );
        assertEquals(
          [...told.alternatives],
          expected.flatMap((each) => [...each.alternatives]),
        );
        assertAllClose(
          told.alternativeLogProbabilities,
          expected.flatMap((each) => [...each.alternativeLogProbabilities]),
          1e-4,
        );
      }
      tf.dispose([...written.state]);
    }
    tf.dispose(state);
    writer.dispose();
    dispose(network);
  });
}

Deno.test("BlockWriter.read() remembers the same once it is compiled", async () => {
  const network = new TransformerNetwork({
    vocabSize: 9,
    context: 8,
    layers: 2,
    heads: 2,
    keyValueHeads: 2,
    width: 8,
    feedForward: 16,
    positions: "learned",
    rotaryBase: 10_000,
    norm: "layer",
    epsilon: 1e-5,
    activation: "gelu",
    bias: true,
    tied: true,
    dropout: 0,
  }, 1);
  for (const parameter of network.parameters.values()) void parameter.variable;
  const writer = new BlockWriter(network);
  // Two rows are read as one part, 17 side by side.
  const given = [2, 17].map((count) =>
    Array.from(
      { length: count },
      (_, row) => Int32Array.from({ length: 4 }, (_, i) => (row + 2 * i) % 9),
    )
  );
  const before = await Promise.all(given.map((rows) => writer.read(rows)));
  await assertNoLeak(async () => {
    for (let i = 0; i < 70; i++) {
      const after = await writer.read(given[i % 2]!);
      for (const [k, tensor] of after.entries()) {
        const expected = before[i % 2]![k]!;
        assertEquals(tensor.shape, expected.shape);
        assertAllClose(tensor.dataSync(), expected.dataSync(), 1e-6);
      }
      tf.dispose([...after]);
    }
  });
  tf.dispose(before.flatMap((state) => [...state]));
  writer.dispose();
  dispose(network);
});
