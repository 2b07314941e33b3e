import { assertEquals } from "@std/assert";
import { TokenStreams } from "../../src/data/streams.ts";
import { ensureEngine, useEngine } from "../../src/engine/engine.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { buildTransformer } from "../../src/models/build_transformer.ts";
import type { TransformerNetworkConfig } from "../../src/networks/transformer_config.ts";
import { TransformerNetwork } from "../../src/networks/transformer_network.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import { Trainer } from "../../src/training/train_step.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/transformer.json" with { type: "json" };
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const MODELS = Object.entries(golden.models);

/** A model of tests/golden/transformer.py with its weights. */
function goldenNetwork(
  { config, parameters }: (typeof MODELS)[number][1],
  change: Partial<TransformerNetworkConfig> = {},
): TransformerNetwork {
  const network = new TransformerNetwork(
    { ...config, ...change } as TransformerNetworkConfig,
  );
  const values: Record<string, number[]> = parameters;
  for (const [name, parameter] of network.parameters) {
    parameter.set(Float32Array.from(values[name]!));
  }
  return network;
}

function dispose(network: TransformerNetwork): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

for (const [name, model] of MODELS) {
  const { B, T, learningRate, clipNorm, ids, losses } = model;

  for (const compiled of [true, false]) {
    Deno.test(`Trainer.step(), ${compiled ? "compiled" : "as it is"}, gives PyTorch's first losses of a transformer: ${name}`, async () => {
      const streams = new TokenStreams(Int32Array.from(ids), {
        batchSize: B,
        sequenceLength: T,
      });
      assertEquals(streams.stepsPerEpoch, losses.length);
      await assertNoLeak(async () => {
        const network = goldenNetwork(model);
        const trainer = new Trainer(network, {
          learningRate,
          clipNorm,
          seed: 0,
          compiled,
        });
        const ours: number[] = [];
        for (let step = 0; step < losses.length; step++) {
          ours.push(await trainer.step(streams.batch(0, step), B));
        }
        assertAllClose(ours, losses, 1e-5);
        trainer.dispose();
        dispose(network);
      });
    });
  }
}

Deno.test("Trainer.step() gives a batch in parts of a transformer the loss of the whole, with dropout too", async () => {
  await useEngine("tensorflow");
  const [, model] = MODELS[0]!;
  const random = new RandomStream(3, "ids");
  const batch = {
    inputs: Int32Array.from({ length: 64 * 6 }, () => random.integer(7)),
    targets: Int32Array.from({ length: 64 * 6 }, () => random.integer(7)),
  };
  const losses: number[][] = [];
  for (const compiled of [true, false]) { // in parts of 32 rows, and in one
    const network = goldenNetwork(model, { dropout: 0.25 });
    const trainer = new Trainer(network, {
      learningRate: 0.01,
      clipNorm: 1,
      seed: 4,
      compiled,
    });
    losses.push([]);
    for (let step = 0; step < 3; step++) {
      losses.at(-1)!.push(await trainer.step(batch, 64));
    }
    trainer.dispose();
    dispose(network);
  }
  assertAllClose(losses[0]!, losses[1]!, 5e-6);
});

Deno.test("Trainer.step() reads every window of a transformer by itself", async () => {
  const [, model] = MODELS[0]!;
  const network = goldenNetwork(model);
  const trainer = new Trainer(network, {
    learningRate: 1e-30,
    clipNorm: 1,
    seed: 0,
  }); // as good as standing still
  const batch = new TokenStreams(Int32Array.from(model.ids), {
    batchSize: 2,
    sequenceLength: 6,
  }).batch(0, 0);
  const first = await trainer.step(batch, 2);
  assertEquals(await trainer.step(batch, 2), first);
  trainer.dispose();
  dispose(network);
});

for (
  const [preset, engine, steps] of [
    ["llama", "tensorflow", 100],
    ["llama", "wasm", 100],
    ["llama", "cpu", 100],
    ["gpt2", "tensorflow", 250],
  ] as const
) {
  Deno.test(`fit() teaches a small transformer a line by heart on ${engine}: ${preset}`, async () => {
    await useEngine(engine);
    await assertNoLeak(async () => {
      const line = "tick tock, ";
      const text = line.repeat(40);
      const model = buildTransformer({
        tokenizer: CharTokenizer.train(text),
        preset,
        context: 24,
        layers: 1,
        heads: 2,
        width: 32,
      });
      const history = await fit(model, text, {
        steps,
        batchSize: engine === "cpu" ? 4 : 8,
        learningRate: 0.01,
        validation: 0.2,
        sample: false,
        display: "none",
      });
      const written = (await model.generate("tick to", {
        maxTokens: 60,
        temperature: 0,
      })).text; // past the context
      assertEquals(
        written,
        line.repeat(8).slice(7, 67),
        `loss ${history.loss}, validation ${history.validationLoss}`,
      );
      model.dispose();
    });
    await useEngine("auto");
  });
}

Deno.test("fit() trains a transformer on windows as long as its context, unless told otherwise", async () => {
  const text = "abcd".repeat(10); // 40 tokens, 39 of them predicted
  const tokensOf = async (sequenceLength?: number): Promise<number> => {
    const model = buildTransformer({
      tokenizer: CharTokenizer.train(text),
      context: 12,
      layers: 1,
      heads: 1,
      width: 4,
    });
    const { steps } = await fit(model, text, {
      batchSize: 1,
      validation: 0,
      sample: false,
      display: "none",
      ...(sequenceLength !== undefined && { sequenceLength }),
    });
    model.dispose();
    return steps;
  };
  assertEquals(await tokensOf(), 3); // 39 / 12
  assertEquals(await tokensOf(5), 7); // 39 / 5
});
