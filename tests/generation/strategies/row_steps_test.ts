import { assertEquals } from "@std/assert";
import { useEngine } from "../../../src/engine/engine.ts";
import { RandomStream } from "../../../src/engine/random.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";
import type { PredictorState } from "../../../src/generation/predictor.ts";
import { RowSteps } from "../../../src/generation/strategies/row_steps.ts";
import { guided } from "../../../src/generation/strategies/guidance.ts";
import { mixture } from "../../../src/generation/strategies/mixture.ts";
import { CNNNetwork } from "../../../src/networks/cnn_network.ts";
import type { Network } from "../../../src/networks/network.ts";
import { RecurrentNetwork } from "../../../src/networks/recurrent_network.ts";
import { TransformerNetwork } from "../../../src/networks/transformer_network.ts";
import { assertAllClose } from "../../close.ts";
import { dispose, withWeights } from "../../networks/_network_contract.ts";
import { assertNoLeak } from "../../no_leak.ts";
import { TableModel } from "./_table_model.ts";

await useEngine("tensorflow");

/** Steps as they are, recorded, and compiled, and those where the one way changes for the next. */
const COMPARED = new Set([0, 2, 3, 4, 5, 17, 40, 998, 999, 1_000, 1_005]);
const STEPS = 1_006;
const ROWS = 4;

for (
  const [title, build] of [
    ["an LSTM", () =>
      new RecurrentNetwork("lstm", {
        vocabSize: 7,
        embedding: 4,
        units: 5,
        layers: 1,
      })],
    ["a CNN", () =>
      new CNNNetwork({
        vocabSize: 7,
        embedding: 4,
        filters: 5,
        kernelSize: 2,
        layers: 2,
        stacks: 1,
        dense: 0,
        layerNorm: false,
        dropout: 0,
      })],
    ["a transformer", () =>
      new TransformerNetwork({
        vocabSize: 7,
        context: 8,
        layers: 1,
        heads: 2,
        keyValueHeads: 1,
        width: 8,
        feedForward: 8,
        positions: "rotary",
        rotaryBase: 10_000,
        norm: "rms",
        epsilon: 1e-5,
        activation: "swiglu",
        bias: false,
        tied: true,
        dropout: 0,
      })],
  ] as [string, () => Network][]
) {
  Deno.test(`RowSteps of ${title} tell what reading every row anew tells, as they are, recorded and compiled, with rows that fork and end`, async () => {
    const network = withWeights(build());
    for (const { variable } of network.parameters.values()) void variable; // brings the weights to the engine
    await assertNoLeak(async () => {
      const random = new RandomStream(4);
      const steps = RowSteps.of(network, true);
      let rows: number[][] = [[]];
      let state: PredictorState = network.zeroState(1);
      for (let step = 0; step < STEPS; step++) {
        // A row ends, and comes back; another comes in where steps are recorded, and where they are compiled.
        const most = ROWS + Number(step > 4) + Number(step > 1_001);
        const count = step % 5 === 3 ? most - 1 : most;
        const parents = Array.from(
          { length: count },
          () => random.integer(rows.length),
        );
        const tokens = parents.map(() => random.integer(7));
        rows = parents.map((parent, i) => [...rows[parent]!, tokens[i]!]);
        const next = await steps.take(state, parents, tokens);
        tf.dispose([...state]);
        state = next.state;
        await steps.settled;
        if (COMPARED.has(step)) {
          const [logits, hidden] = [next.logits, next.hidden!].map((x) =>
            x.dataSync().subarray(0, count * x.shape[1]!)
          );
          const expected = rows.map((ids) => readAnew(network, ids));
          const all = (name: "logits" | "hidden"): number[] =>
            expected.flatMap((row) => [...row[name]]);
          assertAllClose(logits!, all("logits"), 1e-5);
          assertAllClose(hidden!, all("hidden"), 1e-5);
        }
        tf.dispose([next.logits, next.hidden!]);
      }
      tf.dispose([...state]);
    });
    dispose(network);
  });
}

Deno.test("RowSteps read prompts of one length as they are and recorded, to the same numbers", async () => {
  const network = withWeights(
    new RecurrentNetwork("gru", {
      vocabSize: 7,
      embedding: 4,
      units: 5,
      layers: 1,
    }),
  );
  for (const { variable } of network.parameters.values()) void variable;
  await assertNoLeak(() => {
    const random = new RandomStream(5);
    for (const tellsHidden of [false, true]) {
      const steps = RowSteps.of(network, tellsHidden);
      for (let reading = 0; reading < 12; reading++) {
        for (const length of [1, 3]) {
          const prompt = Int32Array.from(
            { length },
            () => random.integer(7),
          );
          const { logits, hidden, state } = steps.read(prompt);
          const expected = readAnew(network, [...prompt]);
          assertEquals(logits.shape, [1, 7]);
          assertAllClose(logits.dataSync(), [...expected.logits], 1e-5);
          assertEquals(hidden?.shape, tellsHidden ? [1, length, 5] : undefined);
          if (hidden !== undefined) {
            const last = hidden.dataSync().slice(-5);
            assertAllClose(last, [...expected.hidden], 1e-5);
          }
          tf.dispose([logits, hidden ?? [], ...state]);
        }
      }
    }
    RowSteps.forget(network);
  });
  dispose(network);
});

/** What a network says at the end of a row. */
function readAnew(
  network: Network,
  ids: number[],
): { logits: Float32Array; hidden: Float32Array } {
  return tf.tidy(() => {
    const row = tf.tensor2d(ids, [1, ids.length], "int32");
    const whole = network.forwardHidden!(row, network.zeroState(1));
    const last = (x: Tensor): Float32Array =>
      x.dataSync().slice(-x.shape[2]!) as Float32Array;
    return { logits: last(whole.logits), hidden: last(whole.hidden) };
  });
}

Deno.test("RowSteps go on as they are for a model that does not say that it may be compiled", async () => {
  let reads = 0;
  const predictor = {
    ...new TableModel(3, 1).predictor,
    step: (ids: Tensor, state: PredictorState) => {
      reads += ids.dataSync().length; // a value is read, which no recording could
      return new TableModel(3, 1).predictor.step(ids, state);
    },
  };
  await assertNoLeak(async () => {
    const steps = RowSteps.of(predictor, false);
    let state = predictor.zeroState(2);
    for (let step = 0; step < 30; step++) {
      const next = await steps.take(state, [0], [2]);
      tf.dispose([...state, next.logits]);
      state = next.state;
    }
    tf.dispose([...state]);
  });
  assertEquals(reads, 30);
});

Deno.test("mixtures and guided models may be compiled if all of their models may", () => {
  const compilable = new RecurrentNetwork("rnn", {
    vocabSize: 3,
    embedding: 2,
    units: 2,
    layers: 1,
  });
  const other = new TableModel(3, 1).predictor;
  const mixed = (...predictors: (Network | typeof other)[]) =>
    mixture(predictors.map((predictor) => ({ predictor, weight: 1 })));
  assertEquals(mixed(compilable, compilable).isCompilable, true);
  assertEquals(mixed(compilable, other).isCompilable, false);
  assertEquals(guided(compilable, { scale: 2 }).isCompilable, true);
  assertEquals(guided(other, { scale: 2 }).isCompilable, false);
});
