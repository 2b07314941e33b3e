/** Training with everything at once: batches added up, schedules, smoothing, what is counted. @module */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { TokenBatch } from "../../src/data/batches.ts";
import { TokenStreams } from "../../src/data/streams.ts";
import { ensureEngine, useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import type { Network } from "../../src/networks/network.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { PRESETS } from "../../src/networks/transformer_config.ts";
import { TransformerNetwork } from "../../src/networks/transformer_network.ts";
import {
  createSchedule,
  type LearningRate,
} from "../../src/training/schedules/create_schedule.ts";
import type { OptimizerChoice } from "../../src/training/optimizers/create_optimizer.ts";
import { Trainer } from "../../src/training/train_step.ts";
import type { TrainerOptions } from "../../src/training/trainer_options.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";
import lstm from "../golden/lstm.json" with { type: "json" };
import golden from "../golden/trained.json" with { type: "json" };

await ensureEngine();

const { V, E, H, B, T } = lstm.training;
const START: Record<string, { values: number[] }> = lstm.training.parameters;
const OPTIONS = { learningRate: 0.02, clipNorm: 0.25, seed: 0 } as const;

/** The two-layer model of tests/golden/lstm.py with its weights. */
function goldenNetwork(): RecurrentNetwork {
  const config = { vocabSize: V, embedding: E, units: H, layers: 2 };
  const network = new RecurrentNetwork("lstm", config);
  for (const [name, parameter] of network.parameters) {
    parameter.set(Float32Array.from(START[name]!.values));
  }
  return network;
}

function dispose(network: Network): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

async function weightsOf(network: Network): Promise<number[]> {
  const weights: number[] = [];
  for (const parameter of network.parameters.values()) {
    weights.push(...await parameter.values());
  }
  return weights;
}

for (
  const [engine, compiled] of [
    ["tensorflow", true],
    ["tensorflow", false],
    ["wasm", false],
    ["cpu", false],
  ] as const
) {
  const form = `on ${engine}${compiled ? ", compiled" : ""}`;
  Deno.test(`Trainer gives PyTorch's 20 losses with two batches a step, a schedule, smoothing, and decay of some, ${form}`, async () => {
    await useEngine(engine);
    const { accumulate, labelSmoothing, clipNorm } = golden.options;
    const length = { totalSteps: golden.losses.length, maxSeconds: Infinity };
    const schedule = createSchedule(
      golden.learningRate as LearningRate,
      length,
    );
    const streams = new TokenStreams(Int32Array.from(golden.ids), {
      batchSize: B,
      sequenceLength: T,
    });
    assertEquals(streams.stepsPerEpoch, accumulate * golden.losses.length);
    await assertNoLeak(async () => {
      const network = goldenNetwork();
      const trainer = new Trainer(network, {
        learningRate: NaN, // set before every step
        optimizer: golden.optimizer as OptimizerChoice,
        labelSmoothing,
        clipNorm,
        counted: true,
        seed: 0,
        compiled,
      });
      const found: { losses: number[]; norms: number[]; correct: number[] } = {
        losses: [],
        norms: [],
        correct: [],
      };
      for (const step of golden.losses.keys()) {
        trainer.learningRate = schedule.rate(step, golden.losses.length);
        await trainer.accumulate(streams.batch(0, 2 * step), B);
        found.losses.push(
          await trainer.step(streams.batch(0, 2 * step + 1), B),
        );
        const { gradientNorm, targets, correct } = trainer.outcome!;
        assertEquals(targets, accumulate * B * T);
        found.norms.push(gradientNorm);
        found.correct.push(correct!);
      }
      assertAllClose(found.losses, golden.losses, 5e-6);
      assertAllClose(found.norms, golden.norms, 5e-6);
      assertEquals(found.correct, golden.correct);
      for (const [name, values] of Object.entries(golden.after)) {
        const ours = await network.parameters.get(name)!.values();
        assertAllClose(ours, values, 2e-5);
      }
      trainer.dispose();
      dispose(network);
    });
    await useEngine("auto");
  });
}

/** Batches of six rows, of which a mask leaves some targets out, many in the first. */
const SIX = Array.from({ length: 3 }, (_, step): TokenBatch => ({
  inputs: Int32Array.from({ length: 6 * T }, (_, i) => (i * i + step) % V),
  targets: Int32Array.from({ length: 6 * T }, (_, i) => (3 * i + step) % V),
  mask: Uint8Array.from(
    { length: 6 * T },
    (_, i) => i < 2 * T ? Number(i % 3 === 0) : Number(i % 5 !== 0),
  ),
}));

/** The rows from one on of a batch of six. */
function rows(
  { inputs, targets, mask }: TokenBatch,
  from: number,
  count: number,
): TokenBatch {
  const cut = [from * T, (from + count) * T] as const;
  return {
    inputs: inputs.subarray(...cut),
    targets: targets.subarray(...cut),
    mask: mask!.subarray(...cut),
  };
}

for (
  const [engine, compiled] of [
    ["tensorflow", true],
    ["tensorflow", false],
    ["cpu", false],
  ] as const
) {
  for (const kind of ["lstm", "transformer"] as const) {
    for (const loss of ["crossentropy", "focal"] as const) {
      const form = `on ${engine}${compiled ? ", compiled" : ""}`;
      Deno.test(`Trainer.accumulate() makes three small batches one large batch, each target counting the same: ${kind}, ${loss}, ${form}`, async () => {
        await useEngine(engine);
        const trained = async (
          small: boolean,
        ): Promise<{ losses: number[]; weights: number[] }> => {
          const network: Network = kind === "lstm"
            ? goldenNetwork()
            : new TransformerNetwork({
              ...PRESETS.gpt2,
              vocabSize: V,
              context: T,
              width: 8,
              heads: 2,
              keyValueHeads: 2,
              feedForward: 16,
              layers: 1,
              dropout: 0,
              rotaryBase: 10_000,
              epsilon: 1e-5,
              tied: true,
            });
          const trainer = new Trainer(network, {
            ...OPTIONS,
            loss,
            counted: true,
            optimizer: "sgd", // whose step tells the size of a gradient
            learningRate: 1,
            compiled,
          });
          const losses: number[] = [];
          for (const batch of SIX) {
            trainer.forget();
            if (small) {
              await trainer.accumulate(rows(batch, 0, 2), 2);
              trainer.forget();
              await trainer.accumulate(rows(batch, 2, 2), 2);
              trainer.forget();
              losses.push(await trainer.step(rows(batch, 4, 2), 2));
            } else losses.push(await trainer.step(batch, 6));
            const { gradientNorm, targets, correct } = trainer.outcome!;
            losses.push(gradientNorm, targets, correct!);
          }
          const weights = await weightsOf(network);
          trainer.dispose();
          dispose(network);
          return { losses, weights };
        };
        await assertNoLeak(async () => {
          const [small, large] = [await trained(true), await trained(false)];
          assertAllClose(small.losses, large.losses, 2e-6);
          assertAllClose(small.weights, large.weights, 2e-6);
        });
        await useEngine("auto");
      });
    }
  }
}

Deno.test("Trainer.accumulate() carries the network's state to the next batch", async () => {
  const streams = new TokenStreams(Int32Array.from(golden.ids), {
    batchSize: B,
    sequenceLength: T,
  });
  const losses = async (forgets: boolean): Promise<number> => {
    const network = goldenNetwork();
    const trainer = new Trainer(network, OPTIONS);
    await trainer.accumulate(streams.batch(0, 0), B);
    if (forgets) trainer.forget();
    const loss = await trainer.step(streams.batch(0, 1), B);
    trainer.dispose();
    dispose(network);
    return loss;
  };
  assert(Math.abs(await losses(true) - await losses(false)) > 1e-4);
});

Deno.test("Trainer.accumulate() changes no weight, and records its two functions once", async () => {
  const streams = new TokenStreams(Int32Array.from(golden.ids), {
    batchSize: B,
    sequenceLength: T,
  });
  const network = goldenNetwork();
  const trainer = new Trainer(network, OPTIONS);
  const before = await weightsOf(network);
  await trainer.accumulate(streams.batch(0, 0), B);
  await trainer.accumulate(streams.batch(0, 1), B);
  assertEquals(await weightsOf(network), before);
  await trainer.step(streams.batch(0, 2), B);
  let times = 0;
  const { forward } = network;
  network.forward = function (...args) {
    times++;
    return forward.apply(this, args);
  };
  await trainer.accumulate(streams.batch(0, 3), B);
  await trainer.step(streams.batch(0, 4), B);
  await trainer.step(streams.batch(0, 5), B); // a step of one batch, as at the end of an epoch
  assertEquals(times, 0);
  trainer.dispose();
  dispose(network);
});

Deno.test("Trainer.accumulate() draws other dropout masks for every batch of a step", async () => {
  const batch = new TokenStreams(Int32Array.from(golden.ids), {
    batchSize: B,
    sequenceLength: T,
  }).batch(0, 0);
  const config = { vocabSize: V, embedding: E, units: H, layers: 2 };
  const network = new RecurrentNetwork("lstm", { ...config, dropout: 0.5 });
  const trainer = new Trainer(network, { ...OPTIONS, learningRate: 1e-30 });
  const first = await trainer.step(batch, B);
  trainer.forget();
  await trainer.accumulate(batch, B);
  trainer.forget();
  const mean = await trainer.step(batch, B);
  trainer.dispose();
  const again = new Trainer(network, { ...OPTIONS, learningRate: 1e-30 });
  const alone: number[] = [];
  for (let step = 0; step < 3; step++) {
    again.forget();
    alone.push(await again.step(batch, B));
  }
  assertEquals(alone[0], first);
  assert(alone[1] !== alone[2]);
  assertAllClose([mean], [(alone[1]! + alone[2]!) / 2]);
  again.dispose();
  dispose(network);
});

for (const compiled of [true, false]) {
  Deno.test(`Trainer.accumulate() ${compiled ? "compiled" : "as it is"} frees what it made when the network fails, and goes on`, async () => {
    const batch = new TokenStreams(Int32Array.from(golden.ids), {
      batchSize: B,
      sequenceLength: T,
    }).batch(0, 0);
    await assertNoLeak(async () => {
      const network = goldenNetwork();
      const trainer = new Trainer(network, { ...OPTIONS, compiled });
      const forward = network.forward;
      network.forward = (): never => {
        tf.zeros([3]);
        throw new Error("out of memory");
      };
      await assertRejects(
        () => trainer.accumulate(batch, B),
        Error,
        "out of memory",
      );
      network.forward = forward;
      await trainer.accumulate(batch, B);
      trainer.forget();
      await trainer.step(batch, B);
      assertEquals(trainer.outcome!.targets, 2 * B * T);
      await trainer.accumulate(batch, B); // is forgotten
      trainer.restore();
      trainer.forget();
      await trainer.step(batch, B);
      assertEquals(trainer.outcome!.targets, B * T);
      trainer.dispose();
      dispose(network);
    });
  });
}

for (
  const options of [
    { clipNorm: Infinity, clipValue: 0.01 },
    {
      loss: (logits, targets, weights) => {
        const off = tf.sub(
          tf.softmax(logits),
          tf.cast(tf.oneHot(targets as tf.Tensor1D, V), "float32"),
        );
        return tf.sum(tf.mul(tf.sum(tf.square(off), 1), weights));
      },
    },
    { counted: true },
    { optimizer: "lion", learningRate: 0.001 },
  ] as Partial<TrainerOptions>[]
) {
  Deno.test(`Trainer.step() compiled gives the losses of one that is not, twice the same: ${Deno.inspect(options)}`, async () => {
    const losses = async (compiled: boolean): Promise<number[]> => {
      const network = goldenNetwork();
      const trainer = new Trainer(network, {
        ...OPTIONS,
        ...options,
        compiled,
      });
      const losses: number[] = [];
      for (const batch of [...SIX, ...SIX]) {
        trainer.forget();
        losses.push(await trainer.step(batch, 6));
        losses.push(trainer.outcome!.correct ?? 0);
      }
      trainer.dispose();
      dispose(network);
      return losses;
    };
    await assertNoLeak(async () => {
      const [fast, again, slow] = [
        await losses(true),
        await losses(true),
        await losses(false),
      ];
      assertEquals(fast, again);
      assertAllClose(fast, slow, 2e-6);
      assert(fast.at(-2)! < fast[0]!);
    });
  });
}
