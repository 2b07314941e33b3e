import { assertEquals, assertThrows } from "@std/assert";
import type { GivenWeight } from "../../bench/_given.ts";
import { buildModel, type Workload } from "../../bench/_models.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { Trainer } from "../../src/training/train_step.ts";
import { assertAllClose } from "../close.ts";

await useEngine("tensorflow");

/** The benchmark's models in small. */
const SMALL: Record<string, Workload> = {
  "character LSTM": lstm({}),
  "two LSTM layers": lstm({ layers: 2 }),
  "Keras stack": lstm({ dense: 7, recurrentDropout: 0.3 }),
  "decoder": {
    kind: "decoder",
    title: "",
    vocabSize: 9,
    layers: 2,
    width: 8,
    heads: 2,
    batch: 3,
    steps: 5,
    repeats: 1,
  },
};

function lstm(changes: Partial<Workload>): Workload {
  return {
    kind: "lstm",
    title: "",
    vocabSize: 9,
    embedding: 5,
    units: 6,
    layers: 1,
    batch: 3,
    steps: 5,
    repeats: 1,
    ...changes,
  };
}

/** Weights as `peers/common.py` makes them: the same names, shapes and order. */
function makeWeights(s: Workload): GivenWeight[] {
  const shapes: [string, number[]][] = [];
  if (s.kind === "decoder") {
    const d = s.width!;
    shapes.push(["tokens", [s.vocabSize, d]], ["positions", [s.steps, d]]);
    for (let i = 0; i < s.layers; i++) {
      shapes.push(
        [`${i}/norm_1`, [d]],
        [`${i}/qkv`, [d, 3 * d]],
        [`${i}/project`, [d, d]],
        [`${i}/norm_2`, [d]],
        [`${i}/up`, [d, 4 * d]],
        [`${i}/down`, [4 * d, d]],
      );
    }
    shapes.push(["norm", [d]]);
  } else {
    const h = s.units!;
    shapes.push(["embedding", [s.vocabSize, s.embedding!]]);
    for (let i = 0; i < s.layers; i++) {
      shapes.push(
        [`${i}/kernel`, [i === 0 ? s.embedding! : h, 4 * h]],
        [`${i}/recurrent`, [h, 4 * h]],
        [`${i}/bias`, [4 * h]],
      );
    }
    if (s.dense !== undefined) {
      shapes.push(["dense/kernel", [h, s.dense]], ["dense/bias", [s.dense]]);
    }
    shapes.push(
      ["output/kernel", [s.dense ?? h, s.vocabSize]],
      ["output/bias", [s.vocabSize]],
    );
  }
  return shapes.map(([name, shape], k) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const values = Float32Array.from(
      { length: size },
      (_, i) => 0.5 * Math.sin(1.7 * i + k),
    );
    return { name, shape, values };
  });
}

/** Twenty steps on one batch; the losses, and the weights in the end. */
async function train(s: Workload, compiled: boolean) {
  const model = buildModel(s, makeWeights(s), s.recurrentDropout);
  const trainer = new Trainer(model.network, {
    learningRate: 0.01,
    clipNorm: Infinity,
    seed: 1,
    compiled,
  });
  const ids = Int32Array.from(
    { length: s.batch * s.steps },
    (_, i) => (i * i + i) % s.vocabSize,
  );
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) {
    trainer.forget();
    losses.push(await trainer.step({ inputs: ids, targets: ids }, s.batch));
  }
  const weights: number[][] = [];
  for (const parameter of model.network.parameters.values()) {
    weights.push([...await parameter.values()]);
  }
  trainer.dispose();
  model.dispose();
  return { losses, weights };
}

for (const [name, workload] of Object.entries(SMALL)) {
  Deno.test(`The benchmark's ${name} takes the same 20 steps compiled`, async () => {
    const eager = await train(workload, false);
    const compiled = await train(workload, true);
    assertAllClose(compiled.losses, eager.losses, 1e-5);
    for (const [i, weights] of eager.weights.entries()) {
      assertAllClose(compiled.weights[i]!, weights, 1e-4);
    }
    assertEquals(eager.losses[19]! < eager.losses[0]!, true);
  });

  Deno.test(`The benchmark's ${name} predicts step by step what it predicts at once`, () => {
    const model = buildModel(workload, makeWeights(workload));
    const ids = [1, 5, 2, 8, 3];
    const { logits } = model.forward(
      tf.tensor2d([ids], [1, 5], "int32"),
      model.zeroState(1),
    );
    let state = model.zeroState(1);
    const stepwise: number[] = [];
    for (const id of ids) {
      const next = model.step(tf.tensor1d([id], "int32"), state);
      stepwise.push(...next.logits.dataSync());
      state = [...next.state];
    }
    assertAllClose(stepwise, logits.dataSync(), 1e-4);
    model.dispose();
  });
}

Deno.test("The benchmark's models take the given weights in the order of the data's way", () => {
  const names = (s: Workload) => {
    const weights = makeWeights(s);
    const { network } = buildModel(s, weights);
    return [...network.parameters.keys()].map((name, i) =>
      `${weights[i]!.name} = ${name}`
    );
  };
  assertEquals(names(SMALL["Keras stack"]!), [
    "embedding = embedding/table",
    "0/kernel = lstm_1/kernel",
    "0/recurrent = lstm_1/recurrent_kernel",
    "0/bias = lstm_1/bias",
    "dense/kernel = dense/kernel",
    "dense/bias = dense/bias",
    "output/kernel = output/kernel",
    "output/bias = output/bias",
  ]);
  assertEquals(names({ ...SMALL["decoder"]!, layers: 1 }), [
    "tokens = embedding/table",
    "positions = positions/table",
    "0/norm_1 = block_1/norm_1/gain",
    "0/qkv = block_1/attention/qkv/kernel",
    "0/project = block_1/attention/projection/kernel",
    "0/norm_2 = block_1/norm_2/gain",
    "0/up = block_1/feed_forward/up/kernel",
    "0/down = block_1/feed_forward/down/kernel",
    "norm = norm/gain",
  ]);
});

Deno.test("The benchmark's models refuse weights of another model", () => {
  const weights = makeWeights(SMALL["character LSTM"]!);
  assertThrows(
    () => buildModel(SMALL["two LSTM layers"]!, weights),
    RangeError,
    "The model has 9 arrays, not 6",
  );
  assertThrows(
    () => buildModel(lstm({ units: 7 }), weights),
    RangeError,
    "lstm_1/kernel has the shape [5,28], not that of 0/kernel: [5,24]",
  );
});
