import { assert, assertEquals, assertRejects } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import {
  BLOCK_LENGTH,
  BlockWriter,
} from "../../src/generation/block_writer.ts";
import { generateTokens } from "../../src/generation/generate_tokens.ts";
import type { Predictor } from "../../src/generation/predictor.ts";
import { Sampler } from "../../src/generation/sampler.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { LSTMNetwork } from "../../src/models/lstm_network.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

function smallNetwork(vocabSize: number): LSTMNetwork {
  return new LSTMNetwork({
    vocabSize,
    embedding: 6,
    units: 16,
    layers: 2,
    dropout: 0,
  }, 3);
}

function dispose(network: LSTMNetwork): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
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
        Array.fromAsync(generateTokens(network, {
          prompt: Int32Array.of(1, 2),
          maxTokens: 2 * BLOCK_LENGTH + 10,
          sampler: new Sampler(settings),
          blocks,
        }));
      const oneByOne = await tokens();
      await assertNoLeak(async () => {
        const blocks = new BlockWriter(network);
        assertEquals(await tokens(blocks), oneByOne);
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
    const ids = await Array.fromAsync(generateTokens(predictor, {
      prompt: Int32Array.of(0),
      maxTokens: 100,
      sampler: new Sampler(settings),
      blocks,
    }));
    assertEquals([...new Set(ids)].sort(), [...allowed]);
  }
  blocks.dispose();
});

for (const bad of [NaN, Infinity]) {
  Deno.test(`generateTokens() names the token where a block meets ${bad}, and frees all`, async () => {
    const predictor = constant([0, bad, 1]);
    await assertNoLeak(async () => {
      const blocks = new BlockWriter(predictor);
      await assertRejects(
        () =>
          Array.fromAsync(generateTokens(predictor, {
            prompt: Int32Array.of(0),
            maxTokens: 100,
            sampler: new Sampler({ seed: 1 }),
            blocks,
          })),
        RangeError,
        `Cannot sample token 0: the logits must be numbers below Infinity: ${bad} for id 1`,
      );
      blocks.dispose();
    });
  });
}

Deno.test("generateTokens() by blocks stops when its reader leaves or the signal is aborted, and frees all", async () => {
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
  for await (const _ of generateTokens(network, options)) {
    if (++count === 70) break;
  }
  assertEquals(count, 70);
  const controller = new AbortController();
  await assertRejects(
    async () => {
      const aborted = { ...options, signal: controller.signal };
      for await (const _ of generateTokens(network, aborted)) {
        if (++count === 200) controller.abort(new Error("enough"));
      }
    },
    Error,
    "enough",
  );
  assertEquals(count, 200);
  assertEquals(tf.memory().numTensors, before);
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
  const early = await model.generate("to", options);
  await model.generate("to", { maxTokens: 1000, seed: 1 });
  assertEquals(await model.generate("to", options), early);
  assert(early.length === 150);
  model.dispose();
});
