import { assert } from "@std/assert";
import {
  forward,
  predictor,
  trainingStep,
  type Workload,
} from "../../bench/_models.ts";
import { compile } from "../../src/engine/compile.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { tf, type Variable } from "../../src/engine/tf.ts";
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

function makeWeights(s: Workload): Record<string, Variable> {
  const shapes: Record<string, number[]> = {};
  if (s.kind === "decoder") {
    const d = s.width!;
    Object.assign(shapes, {
      tokens: [s.vocabSize, d],
      positions: [s.steps, d],
    });
    for (let i = 0; i < s.layers; i++) {
      Object.assign(shapes, {
        [`${i}/norm_1`]: [d],
        [`${i}/qkv`]: [d, 3 * d],
        [`${i}/project`]: [d, d],
        [`${i}/norm_2`]: [d],
        [`${i}/up`]: [d, 4 * d],
        [`${i}/down`]: [4 * d, d],
      });
    }
    shapes["norm"] = [d];
  } else {
    const h = s.units!;
    shapes["embedding"] = [s.vocabSize, s.embedding!];
    for (let i = 0; i < s.layers; i++) {
      shapes[`${i}/kernel`] = [i === 0 ? s.embedding! : h, 4 * h];
      shapes[`${i}/recurrent`] = [h, 4 * h];
      shapes[`${i}/bias`] = [4 * h];
    }
    if (s.dense !== undefined) {
      shapes["dense/kernel"] = [h, s.dense];
      shapes["dense/bias"] = [s.dense];
    }
    shapes["output/kernel"] = [s.dense ?? h, s.vocabSize];
    shapes["output/bias"] = [s.vocabSize];
  }
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], k) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const values = Float32Array.from(
        { length: size },
        (_, i) => 0.5 * Math.sin(1.7 * i + k),
      );
      return [name, tf.variable(tf.tensor(values, shape))];
    }),
  );
}

/** Twenty steps; the losses, and the weights in the end. */
function train(s: Workload, form: "as it is" | boolean) {
  const weights = makeWeights(s);
  const ids = tf.tensor2d(
    Int32Array.from(
      { length: s.batch * s.steps },
      (_, i) => (i * i + i) % s.vocabSize,
    ),
    [s.batch, s.steps],
    "int32",
  );
  const mask = s.recurrentDropout === undefined ? undefined : tf.tensor2d(
    Float32Array.from(
      { length: s.batch * s.units! },
      (_, i) => i % 3 === 0 ? 0 : 1.5,
    ),
    [s.batch, s.units!],
  );
  const step = trainingStep(weights, s);
  const batch = { inputs: ids, targets: ids, ...(mask && { mask }) };
  const take = form === "as it is" ? step : compile(step, { jit: form });
  const losses = Array.from(
    { length: 20 },
    () => take(batch, tf.scalar(0.01)).dataSync()[0]!,
  );
  return {
    losses,
    weights: Object.values(weights).map((v) => [...v.dataSync()]),
  };
}

for (const [name, workload] of Object.entries(SMALL)) {
  for (const jit of [false, true]) {
    Deno.test(`The benchmark's ${name} takes the same 20 steps compiled, jit: ${jit}`, () => {
      const eager = train(workload, "as it is");
      const compiled = train(workload, jit);
      assertAllClose(compiled.losses, eager.losses, 1e-5);
      for (const [i, weights] of eager.weights.entries()) {
        assertAllClose(compiled.weights[i]!, weights, 1e-4);
      }
      assert(eager.losses[19]! < eager.losses[0]!);
    });
  }

  Deno.test(`The benchmark's ${name} predicts step by step what it predicts at once`, () => {
    if (workload.dense !== undefined) return; // it is not generated from
    const weights = makeWeights(workload);
    const ids = tf.tensor2d([[1, 5, 2, 8, 3]], [1, 5], "int32");
    const { logits } = forward(weights, workload, ids, ids);
    const model = predictor(weights, workload);
    const stepwise = model.forward(ids, model.zeroState(1)).logits;
    assertAllClose(stepwise.dataSync(), logits.dataSync(), 1e-4);
  });
}
