/** How models that carry a state train and write: beside Keras, in parts, compiled, and on every engine. @module */
import { assert, assertEquals } from "@std/assert";
import { TokenStreams } from "../../src/data/streams.ts";
import {
  type EngineName,
  ensureEngine,
  useEngine,
} from "../../src/engine/engine.ts";
import { BlockWriter } from "../../src/generation/block_writer.ts";
import { writeTokens } from "../generation/_write_rows.ts";
import { Sampler } from "../../src/generation/sampler.ts";
import { buildCNN } from "../../src/models/build_cnn.ts";
import { buildGRU } from "../../src/models/build_gru.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { buildRNN } from "../../src/models/build_rnn.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import type {
  RecurrentConfig,
  RecurrentKind,
} from "../../src/networks/recurrent_config.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import { Trainer } from "../../src/training/train_step.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";
import golden from "../golden/recurrent.json" with { type: "json" };

await ensureEngine();

const { batchSize, sequenceLength, learningRate, ids, cases } = golden.training;

function dispose(network: RecurrentNetwork): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

for (const { kind, config, parameters, losses, outputBiasAfter } of cases) {
  const { vocabSize: _v, embedding: _e, units: _u, ...options } = config;
  const title = `${kind} ${JSON.stringify(options)}`;
  Deno.test(`Trainer.step() gives Keras's first ${losses.length} losses from the same weights: ${title}`, async () => {
    const streams = new TokenStreams(Int32Array.from(ids), {
      batchSize,
      sequenceLength,
    });
    assertEquals(streams.stepsPerEpoch, 20);
    await assertNoLeak(async () => {
      const network = new RecurrentNetwork(kind as RecurrentKind, config);
      assertEquals(
        [...network.parameters.keys()].sort(),
        Object.keys(parameters).sort(),
      );
      for (const [name, values] of Object.entries(parameters)) {
        network.parameters.get(name)!.set(Float32Array.from(values!));
      }
      const trainer = new Trainer(network, {
        learningRate,
        optimizer: { name: "adam", form: "keras" },
        clipNorm: Infinity,
        seed: 0,
      });
      const ours: number[] = [];
      for (let step = 0; step < losses.length; step++) {
        ours.push(await trainer.step(streams.batch(0, step), batchSize));
      }
      assertAllClose(ours, losses, 5e-6);
      const bias = await network.parameters.get("output/bias")!.values();
      assertAllClose(bias, outputBiasAfter, 2e-5);
      trainer.dispose();
      dispose(network);
    });
  });
}

const SIZES = { vocabSize: 7, embedding: 4, units: 6 };
const EVERYTHING: RecurrentConfig = {
  ...SIZES,
  layers: 2,
  dropout: 0.25,
  recurrentDropout: 0.25,
  residual: true,
  layerNorm: true,
  dense: 8,
};
const KINDS: [string, RecurrentKind, RecurrentConfig][] = [
  ["rnn", "rnn", EVERYTHING],
  ["lstm", "lstm", EVERYTHING],
  ["gru", "gru", EVERYTHING],
  ["gru as of Cho", "gru", { ...EVERYTHING, resetAfter: false }],
  ["lstm, masks of gates", "lstm", {
    ...EVERYTHING,
    recurrentDropoutMasks: "gates",
  }],
];

for (const [title, kind, config] of KINDS) {
  Deno.test(`Trainer.step() takes a large batch in compiled parts to the same losses and weights as whole and as it is, all options on: ${title}`, async () => {
    const rows = 64; // two parts of 32
    const ids = Int32Array.from({ length: rows * 20 + 1 }, (_, i) => i * i % 7);
    const streams = new TokenStreams(ids, {
      batchSize: rows,
      sequenceLength: 4,
    });
    const [inParts, whole] = await Promise.all(
      [true, false].map(async (compiled) => {
        const network = new RecurrentNetwork(kind, config, 2);
        const options = { learningRate, clipNorm: 1, seed: 5, compiled };
        const trainer = new Trainer(network, options);
        const losses: number[] = [];
        for (let step = 0; step < streams.stepsPerEpoch; step++) {
          losses.push(await trainer.step(streams.batch(0, step), rows));
        }
        const weights = [];
        for (const parameter of network.parameters.values()) {
          weights.push(...await parameter.values());
        }
        trainer.dispose();
        dispose(network);
        return { losses, weights };
      }),
    );
    assertAllClose(inParts!.losses, whole!.losses, 2e-6);
    assertAllClose(inParts!.weights, whole!.weights, 2e-5);
  });

  Deno.test(`BlockWriter writes the tokens that are written one by one: ${title}`, async () => {
    const network = new RecurrentNetwork(kind, config, 3);
    const tokens = (blocks?: BlockWriter): Promise<number[]> =>
      Array.fromAsync(writeTokens(network, {
        prompt: Int32Array.of(1, 2),
        maxTokens: 100,
        sampler: new Sampler({ seed: 1 }),
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

// The engines in turn, at the end: what comes after them would run on the last.
const TEXT = "to be or not to be\n".repeat(12);
const TOKENIZER = CharTokenizer.train(TEXT);
const OPTIONS = {
  tokenizer: TOKENIZER,
  units: 24,
  embedding: 8,
  layers: 2,
  residual: true,
  layerNorm: true,
  dense: 16,
  recurrentDropout: 0.05,
  seed: 1,
};
const BUILDERS: [string, () => LanguageModel][] = [
  ["buildRNN()", () => buildRNN(OPTIONS)],
  ["buildLSTM()", () => buildLSTM(OPTIONS)],
  ["buildGRU()", () => buildGRU(OPTIONS)],
  ["buildGRU() as of Cho", () => buildGRU({ ...OPTIONS, resetAfter: false })],
  [
    "buildLSTM() with attention",
    () => buildLSTM({ ...OPTIONS, attention: true, attentionWindow: 10 }),
  ],
  [
    "buildCNN()",
    () =>
      buildCNN({
        tokenizer: TOKENIZER,
        filters: 16,
        layers: 3,
        stacks: 1,
        kernelSize: 3,
        embedding: 8,
        dropout: 0.05,
        layerNorm: true,
        seed: 1,
      }),
  ],
];

for (const engine of ["tensorflow", "wasm", "cpu"] as EngineName[]) {
  for (const [title, build] of BUILDERS) {
    Deno.test(`${title} learns a small text by heart, and is the same after save() and load(), on ${engine}`, async () => {
      await useEngine(engine);
      const path = await Deno.makeTempFile({ suffix: ".safetensors" });
      await assertNoLeak(async () => {
        const model = build();
        const run = await fit(model, TEXT, {
          steps: 60,
          batchSize: 4,
          sequenceLength: 12,
          learningRate: 0.02,
          validation: 0,
          sample: false,
          display: "none",
        });
        assert(run.loss! < 0.5, `${run.loss}`);
        await model.save(path);
        const again = await LanguageModel.load(path);
        const options = { maxTokens: 40, temperature: 0 };
        const text = (await model.generate(TEXT.slice(0, 19), options)).text;
        assertEquals(text, TEXT.slice(19, 59));
        assertEquals(
          (await again.generate(TEXT.slice(0, 19), options)).text,
          text,
        );
        assertEquals(again.network.config, model.network.config);
        model.dispose();
        again.dispose();
      });
      await Deno.remove(path);
    });
  }
}
