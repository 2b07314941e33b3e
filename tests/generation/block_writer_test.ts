import { assert, assertEquals, assertRejects } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { tf } from "../../src/engine/tf.ts";
import {
  BlockWriter,
  LONGEST_BLOCK,
} from "../../src/generation/block_writer.ts";
import type { Predictor } from "../../src/generation/predictor.ts";
import { Sampler, samplingStream } from "../../src/generation/sampler.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { assertAllClose } from "../close.ts";
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

function dispose(network: RecurrentNetwork): void {
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
