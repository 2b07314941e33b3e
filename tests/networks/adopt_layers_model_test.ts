import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tfjs from "@tensorflow/tfjs";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { adoptLayersModel } from "../../src/networks/adopt_layers_model.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

/** Tokens of the vocabulary, and of a window. */
const [V, T] = [5, 6];
const { layers, sequential } = tfjs;

/** A model that looks at all tokens, or at earlier ones alone; the last layer begins as told. */
function recurrent(
  { looksAhead = false, everywhere = true, head = "glorotUniform" } = {},
): tfjs.LayersModel {
  const layer = layers.gru({ units: 4, returnSequences: everywhere });
  return sequential({
    layers: [
      layers.embedding({ inputDim: V, outputDim: 3, inputLength: T }),
      looksAhead
        ? layers.bidirectional({
          layer: layer as tfjs.RNN,
          mergeMode: "concat",
        })
        : layer,
      layers.dense({
        name: "head",
        units: V,
        kernelInitializer: head as "zeros",
      }),
    ],
  });
}

/** Puts a number into the last layer's kernel. */
function spoil(model: tfjs.LayersModel, value: number): tfjs.LayersModel {
  const kernel = model.layers.at(-1)!.weights[0]!;
  tf.tidy(() => {
    const values = kernel.read().dataSync();
    values[1] = value;
    kernel.write(tf.tensor(values, kernel.shape as number[]));
  });
  return model;
}

for (const everywhere of [true, false]) {
  const where = everywhere ? "each token" : "the last token";
  for (const value of [NaN, Infinity]) {
    Deno.test(`adoptLayersModel() refuses ${value} among the weights of a model that predicts after ${where}`, async () => {
      const model = spoil(recurrent({ everywhere }), value);
      await assertRejects(
        () => adoptLayersModel(model, V, {}),
        RangeError,
        `Cannot take in the layers model: its weights must be finite numbers: "head/kernel" has ${value}`,
      );
      model.dispose();
    });
  }

  Deno.test(`adoptLayersModel() refuses weights so large that predictions after ${where} are no numbers`, async () => {
    const model = sequential({
      layers: [
        layers.embedding({ inputDim: V, outputDim: 3, inputLength: T }),
        ...(everywhere ? [] : [layers.flatten()]),
        layers.dense({ units: 4, kernelInitializer: "ones" }),
        layers.dense({ units: V, kernelInitializer: "ones" }),
      ],
    });
    tf.tidy(() =>
      model.setWeights(
        model.weights.map(({ shape }) => tf.fill(shape as number[], 1e30)),
      )
    );
    await assertRejects(
      () => adoptLayersModel(model, V, {}),
      RangeError,
      "Cannot take in the layers model: its predictions must be finite numbers: of 6 tokens at random, some are not",
    );
    model.dispose();
  });
}

Deno.test("adoptLayersModel() sees a model look ahead behind weights that are all zeros, and leaves them zeros", async () => {
  await assertNoLeak(async () => {
    const ahead = recurrent({ looksAhead: true, head: "zeros" });
    await assertRejects(
      () => adoptLayersModel(ahead, V, {}),
      TypeError,
      "Cannot take in the layers model: its predictions must depend on earlier tokens alone: " +
        "another token at place 3 changes those before it; leave out bidirectional layers, and pad convolutions in front alone",
    );
    const causal = recurrent({ head: "zeros" });
    const read = () => causal.getWeights().map((each) => [...each.dataSync()]);
    const before = read();
    assert(before.some((values) => values.some((value) => value !== 0)));
    const network = await adoptLayersModel(causal, V, {});
    assertEquals(read(), before);
    assertEquals(network.startsOverAfter, T);
    for (const model of [ahead, causal]) {
      assert(
        model.layers.at(-1)!.weights[0]!.read().dataSync()
          .every((value) => value === 0),
      );
      model.dispose();
    }
  });
});
