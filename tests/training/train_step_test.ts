import { assert, assertEquals, assertRejects } from "@std/assert";
import { TokenStreams } from "../../src/data/streams.ts";
import {
  engineInfo,
  ensureEngine,
  useEngine,
} from "../../src/engine/engine.ts";
import { lanes } from "../../src/engine/side_by_side.ts";
import { tf } from "../../src/engine/tf.ts";
import { CNNNetwork } from "../../src/networks/cnn_network.ts";
import type { Network } from "../../src/networks/network.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { DivergenceError } from "../../src/training/divergence_error.ts";
import { Trainer } from "../../src/training/train_step.ts";
import { assertAllClose } from "../close.ts";
import { assertNoLeak } from "../no_leak.ts";
import golden from "../golden/lstm.json" with { type: "json" };

await ensureEngine();

const { V, E, H, B, T, learningRate, clipNorm, ids, losses, outputBiasAfter } =
  golden.training;
const PARAMETERS: Record<string, { values: number[] }> =
  golden.training.parameters;
const IDS = Int32Array.from(ids);

/** The two-layer model of tests/golden/lstm.py with its weights. */
function goldenNetwork(dropout = 0): RecurrentNetwork {
  const network = new RecurrentNetwork("lstm", {
    vocabSize: V,
    embedding: E,
    units: H,
    layers: 2,
    dropout,
  });
  for (const [name, parameter] of network.parameters) {
    parameter.set(Float32Array.from(PARAMETERS[name]!.values));
  }
  return network;
}

function dispose(network: Network): void {
  for (const parameter of network.parameters.values()) parameter.dispose();
}

Deno.test("Trainer.step() gives PyTorch's first ten losses, with state, clipping and Adam", async () => {
  const streams = new TokenStreams(IDS, { batchSize: B, sequenceLength: T });
  assertEquals(streams.stepsPerEpoch, 10);
  await assertNoLeak(async () => {
    const network = goldenNetwork();
    const trainer = new Trainer(network, { learningRate, clipNorm, seed: 0 });
    const ours: number[] = [];
    for (let step = 0; step < 10; step++) {
      ours.push(await trainer.step(streams.batch(0, step), B));
    }
    assertAllClose(ours, losses, 2e-6);
    assertAllClose(
      await network.parameters.get("output/bias")!.values(),
      outputBiasAfter,
      2e-6,
    );
    trainer.dispose();
    dispose(network);
  });
});

Deno.test("Trainer.forget() makes a step begin without memory", async () => {
  const streams = new TokenStreams(IDS, { batchSize: B, sequenceLength: T });
  const network = goldenNetwork();
  const trainer = new Trainer(network, {
    learningRate: 1e-30,
    clipNorm,
    seed: 0,
  }); // as good as standing still
  const fresh = await trainer.step(streams.batch(0, 0), B);
  const carried = await trainer.step(streams.batch(0, 0), B);
  trainer.forget();
  assertEquals(await trainer.step(streams.batch(0, 0), B), fresh);
  assert(Math.abs(carried - fresh) > 1e-4);
  trainer.dispose();
  dispose(network);
});

Deno.test("Trainer.step() drops out by its seed and its step, and only where the network asks for it", async () => {
  const batch = new TokenStreams(IDS, { batchSize: B, sequenceLength: T })
    .batch(0, 0);
  const first = async (dropout: number, seed: number): Promise<number[]> => {
    const network = goldenNetwork(dropout);
    const trainer = new Trainer(network, {
      learningRate: 1e-30,
      clipNorm,
      seed,
    });
    const losses: number[] = [];
    for (let step = 0; step < 2; step++) {
      trainer.forget();
      losses.push(await trainer.step(batch, B));
    }
    trainer.dispose();
    dispose(network);
    return losses;
  };
  const [dropped, again, other, whole] = [
    await first(0.5, 1),
    await first(0.5, 1),
    await first(0.5, 2),
    await first(0, 1),
  ];
  assertEquals(dropped, again);
  assert(dropped[0] !== dropped[1], "two steps draw the same mask");
  assert(dropped[0] !== other[0], "two seeds draw the same mask");
  assert(dropped[0] !== whole[0], "nothing is dropped");
  assertEquals(whole[0], whole[1]);
});

Deno.test("Trainer.step() holds the number of tensors level over 1,000 steps", async () => {
  const streams = new TokenStreams(IDS, { batchSize: 2, sequenceLength: 2 });
  const network = new RecurrentNetwork("lstm", {
    vocabSize: V,
    embedding: 2,
    units: 2,
    layers: 1,
    dropout: 0.2,
  });
  const trainer = new Trainer(network, { learningRate, clipNorm, seed: 0 });
  await trainer.step(streams.batch(0, 0), 2);
  await assertNoLeak(async () => {
    for (let i = 0; i < 1000; i++) {
      await trainer.step(streams.batch(0, i % 20), 2);
    }
  });
  trainer.dispose();
  dispose(network);
});

Deno.test("Trainer.step() holds the number of native tensors level over 1,000 steps", async () => {
  await useEngine("tensorflow");
  const native = (): number => engineInfo().nativeTensors!;
  const streams = new TokenStreams(IDS, { batchSize: 2, sequenceLength: 2 });
  const network = new RecurrentNetwork("lstm", {
    vocabSize: V,
    embedding: 2,
    units: 2,
    layers: 1,
    dropout: 0.2,
  });
  const before = native();
  const trainer = new Trainer(network, { learningRate, clipNorm, seed: 0 });
  await trainer.step(streams.batch(0, 0), 2);
  await trainer.step(streams.batch(0, 1), 2);
  const settled = native();
  for (let i = 2; i < 1000; i++) {
    await trainer.step(streams.batch(0, i % 20), 2);
  }
  assertEquals(native(), settled);
  trainer.dispose();
  dispose(network);
  assertEquals(native(), before);
});

Deno.test("Trainer.step() refuses a loss that is no number, and restore() brings back the last good weights", async () => {
  const batch = new TokenStreams(IDS, { batchSize: B, sequenceLength: T })
    .batch(0, 0);
  await assertNoLeak(async () => {
    const network = goldenNetwork();
    const trainer = new Trainer(network, {
      learningRate: 1e38,
      clipNorm: Infinity,
      seed: 0,
    });
    await trainer.step(batch, B); // a number still: the weights were ours; the update throws them far out
    const error = await assertRejects(
      () => trainer.step(batch, B),
      DivergenceError,
      "Cannot go on training: the loss must be a number: NaN at step 2, with learningRate 1e+38; the model keeps the " +
        "last weights that gave one; train on with a smaller learningRate or clipNorm",
    );
    assertEquals([error.step, error.loss, error.learningRate], [2, NaN, 1e38]);
    trainer.restore();
    for (const [name, parameter] of network.parameters) {
      assertEquals([...await parameter.values()], [
        ...Float32Array.from(PARAMETERS[name]!.values),
      ]);
    }
    trainer.dispose();
    dispose(network);
  });
});

Deno.test("Trainer.restore() gives back the weights it began with, where not one loss was a number", async () => {
  const batch = new TokenStreams(IDS, { batchSize: B, sequenceLength: T })
    .batch(0, 0);
  const network = goldenNetwork();
  network.parameters.get("output/bias")!.set(new Float32Array(V).fill(NaN));
  const trainer = new Trainer(network, { learningRate, clipNorm, seed: 0 });
  await assertRejects(
    () => trainer.step(batch, B),
    DivergenceError,
    "NaN at step 1",
  );
  trainer.restore();
  const table = await network.parameters.get("embedding/table")!.values();
  assertEquals([...table], [
    ...Float32Array.from(PARAMETERS["embedding/table"]!.values),
  ]);
  trainer.dispose();
  dispose(network);
});

Deno.test("Trainer.step() refuses a model that has been disposed", async () => {
  const batch = new TokenStreams(IDS, { batchSize: B, sequenceLength: T })
    .batch(0, 0);
  await assertNoLeak(async () => {
    const network = goldenNetwork();
    const trainer = new Trainer(network, { learningRate, clipNorm, seed: 0 });
    await trainer.step(batch, B);
    dispose(network);
    await assertRejects(
      () => trainer.step(batch, B),
      Error,
      "Cannot go on training: the model has been disposed; stop a run before you dispose its model",
    );
    trainer.restore();
    trainer.dispose();
  });
});

for (const compiled of [true, false]) {
  Deno.test(`Trainer.step() ${compiled ? "compiled" : "as it is"} frees what it made when the network fails`, async () => {
    const network = goldenNetwork();
    const options = { learningRate, clipNorm, seed: 0, compiled };
    const trainer = new Trainer(network, options);
    const batch = new TokenStreams(IDS, { batchSize: B, sequenceLength: T })
      .batch(0, 0);
    if (!compiled) await trainer.step(batch, B); // a recorded network is not asked again
    const forward = network.forward;
    network.forward = (): never => {
      tf.zeros([3]);
      throw new Error("out of memory");
    };
    await assertNoLeak(async () => {
      await assertRejects(() => trainer.step(batch, B), Error, "out of memory");
    });
    network.forward = forward;
    await trainer.step(batch, B); // and can go on
    trainer.dispose();
    dispose(network);
  });
}

Deno.test("Trainer.step() takes a large batch in parts to the same losses, weights and states as whole, dropout included", async () => {
  const rows = 64; // two parts of 32
  const ids = Int32Array.from({ length: rows * 20 + 1 }, (_, i) => (i * i) % V);
  const streams = new TokenStreams(ids, { batchSize: rows, sequenceLength: 4 });
  assertEquals(streams.batchSize, rows);
  const [inParts, whole] = await Promise.all(
    [true, false].map(async (compiled) => {
      const network = goldenNetwork(0.25);
      const options = { learningRate, clipNorm, seed: 5, compiled };
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
  assertAllClose(inParts!.losses, whole!.losses, 1e-6);
  assertAllClose(inParts!.weights, whole!.weights, 1e-5);
});

Deno.test("Trainer.step() weighs a masked batch by its targets when it is taken in parts", async () => {
  const rows = 64; // two parts of 32, of which the first counts more
  const inputs = Int32Array.from({ length: rows * 4 }, (_, i) => (i * i) % V);
  const targets = Int32Array.from({ length: rows * 4 }, (_, i) => (3 * i) % V);
  const mask = Uint8Array.from(
    inputs,
    (_, i) => i < rows * 2 || i % 7 === 0 ? 1 : 0,
  );
  const [inParts, whole] = await Promise.all(
    [true, false].map(async (compiled) => {
      const network = goldenNetwork();
      const options = { learningRate, clipNorm, seed: 5, compiled };
      const trainer = new Trainer(network, options);
      const losses: number[] = [];
      for (let step = 0; step < 3; step++) {
        trainer.forget();
        losses.push(await trainer.step({ inputs, targets, mask }, rows));
      }
      trainer.dispose();
      dispose(network);
      return losses;
    }),
  );
  assertAllClose(inParts!, whole!, 1e-6);
});

for (const compiled of [true, false]) {
  Deno.test(`Trainer.step() learns nothing from padding, ${compiled ? "compiled" : "as it is"}`, async () => {
    const streams = new TokenStreams(IDS, { batchSize: B, sequenceLength: T });
    await assertNoLeak(async () => {
      const trained = async (
        padded: boolean,
      ): Promise<[number[], Float32Array]> => {
        const network = goldenNetwork();
        const options = { learningRate, clipNorm, seed: 0, compiled };
        const trainer = new Trainer(network, options);
        const losses: number[] = [];
        for (let step = 0; step < 3; step++) {
          trainer.forget();
          const { inputs, targets } = streams.batch(0, step);
          const batch = padded ? pad(inputs, targets) : { inputs, targets };
          losses.push(await trainer.step(batch, padded ? B + 2 : B));
        }
        const bias = await network.parameters.get("output/bias")!.values();
        trainer.dispose();
        dispose(network);
        return [losses, Float32Array.from(bias)];
      };
      const [plain, padded] = [await trained(false), await trained(true)];
      assertAllClose(padded[0], plain[0], 2e-6);
      assertAllClose(padded[1], plain[1], 2e-6);
    });
  });
}

/** The batch with three more places in each row and two more rows, none of which count. */
function pad(
  inputs: Int32Array,
  targets: Int32Array,
): { inputs: Int32Array; targets: Int32Array; mask: Uint8Array } {
  const width = T + 3;
  const batch = {
    inputs: new Int32Array((B + 2) * width).fill(1),
    targets: new Int32Array((B + 2) * width).fill(2),
    mask: new Uint8Array((B + 2) * width),
  };
  for (let row = 0; row < B; row++) {
    batch.inputs.set(inputs.subarray(row * T, (row + 1) * T), row * width);
    batch.targets.set(targets.subarray(row * T, (row + 1) * T), row * width);
    batch.mask.fill(1, row * width, row * width + T);
  }
  return batch;
}

Deno.test("Trainer.step() leaves the batch of a network whole that reads windows at once, and cuts it for one that does not", async () => {
  await useEngine("tensorflow");
  const sizes = { vocabSize: V, embedding: 2 };
  const rowsOfParts = async (network: Network): Promise<Set<number>> => {
    const seen = new Set<number>();
    const forward = network.forward.bind(network);
    network.forward = (ids, ...rest) => {
      seen.add(ids.shape[0]!);
      return forward(ids, ...rest);
    };
    const trainer = new Trainer(network, { learningRate, clipNorm, seed: 0 });
    const zeros = new Int32Array(64 * 2);
    await trainer.step({ inputs: zeros, targets: zeros }, 64);
    trainer.dispose();
    dispose(network);
    return seen;
  };
  const cnn = new CNNNetwork({
    ...sizes,
    filters: 2,
    kernelSize: 2,
    layers: 1,
    stacks: 1,
    dense: 0,
    layerNorm: false,
    dropout: 0,
  });
  assertEquals(await rowsOfParts(cnn), new Set([64]));
  const lstm = new RecurrentNetwork("lstm", { ...sizes, units: 2, layers: 1 });
  assertEquals(await rowsOfParts(lstm), new Set([64 / Math.min(lanes(), 2)]));
});
