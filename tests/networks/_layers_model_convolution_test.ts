import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tfjs from "@tensorflow/tfjs";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { fromLayersModel } from "../../src/models/from_layers_model.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { Trainer } from "../../src/training/train_step.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/layers_convolution.json" with { type: "json" };
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const { vocabSize: V, context: T } = golden;
const TOKENIZER = CharTokenizer.train("abcde");
const { layers, sequential } = tfjs;

/** The models of the golden numbers; a causal one of any length or of T, whose length TensorFlow.js takes to be shorter. */
const MODELS: Record<
  string,
  { golden: keyof typeof golden.models; make: () => tfjs.LayersModel }
> = {
  "causal, of any length": { golden: "causal", make: () => causal(null) },
  "causal, of a fixed length": { golden: "causal", make: () => causal(T) },
  "with gaps": {
    golden: "gaps",
    make: () =>
      sequential({
        layers: [
          embedding(T),
          layers.conv1d({
            filters: 6,
            kernelSize: 3,
            dilationRate: 2,
            activation: "tanh",
          }),
          layers.globalMaxPooling1d({}),
          layers.dense({ units: V }),
        ],
      }),
  },
};

function embedding(length: number | null): tfjs.layers.Layer {
  return layers.embedding({
    inputDim: V,
    outputDim: 4,
    ...(length !== null && { inputLength: length }),
  });
}

function causal(length: number | null): tfjs.LayersModel {
  return sequential({
    layers: [
      embedding(length),
      layers.conv1d({
        filters: 6,
        kernelSize: 3,
        padding: "causal",
        activation: "relu",
      }),
      layers.conv1d({
        filters: 7,
        kernelSize: 2,
        dilationRate: 2,
        padding: "causal",
        activation: "tanh",
        useBias: false,
      }),
      layers.dense({ units: V }),
    ],
  });
}

/** A model with the weights of the golden numbers. */
async function taken(name: string): Promise<LanguageModel> {
  const { make, golden: which } = MODELS[name]!;
  const given = make();
  const { weights } = golden.models[which];
  tf.tidy(() =>
    given.setWeights(
      given.weights.map((weight, i) =>
        tf.tensor(weights[i]!, weight.shape as number[])
      ),
    )
  );
  const isAny = given.inputs[0]!.shape[1] === null;
  return await fromLayersModel(given, TOKENIZER, isAny ? { context: T } : {});
}

/** What it predicts for rows of T ids: after each, or after the last. */
function logitsOf({ network }: LanguageModel, ids: number[][]): Float32Array {
  return tf.tidy(() => {
    const rows = tf.tensor2d(ids, undefined, "int32");
    const { logits } = network.forward(rows, network.zeroState(ids.length));
    const isEverywhere = network.startsOverAfter !== undefined;
    const asked = isEverywhere
      ? logits
      : tf.slice(logits, [0, T - 1, 0], [ids.length, 1, V]);
    return asked.dataSync() as Float32Array;
  });
}

for (const [name, { golden: which }] of Object.entries(MODELS)) {
  const expected = golden.models[which];
  const { ids, targets } = expected;

  Deno.test(`fromLayersModel() convolves as Keras does: ${name}`, async () => {
    await assertNoLeak(async () => {
      const model = await taken(name);
      assertAllClose(logitsOf(model, ids), expected.logits, 1e-5);
      model.dispose();
    });
  });

  for (const compiled of [true, false]) {
    Deno.test(`fromLayersModel() trains convolutions as Keras does: ${name}, ${compiled ? "" : "not "}compiled`, async () => {
      const model = await taken(name);
      const trainer = new Trainer(model.network, {
        learningRate: 0.5,
        optimizer: "sgd",
        clipNorm: Infinity,
        seed: 0,
        compiled,
      });
      const mask = Uint8Array.from(
        { length: ids.length * T },
        (_, i) => i % T === T - 1 ? 1 : 0,
      );
      for (const loss of expected.losses) {
        trainer.forget();
        const ours = await trainer.step({
          inputs: Int32Array.from(ids.flat()),
          targets: Int32Array.from(targets.flat()),
          ...(which === "gaps" && { mask }),
        }, ids.length);
        assertAllClose([ours], [loss], 1e-5);
      }
      const trained = await Promise.all(
        [...model.network.parameters.values()].map((each) => each.values()),
      );
      trained.forEach((values, i) =>
        assertAllClose(values, expected.trained[i]!, 1e-4)
      );
      trainer.dispose();
      model.dispose();
    });
  }

  Deno.test(`fromLayersModel() reads, saves and loads convolutions: ${name}`, async () => {
    const model = await taken(name);
    const path = await Deno.makeTempFile({ suffix: ".safetensors" });
    await model.save(path);
    const again = await LanguageModel.load(path);
    assertEquals(logitsOf(again, ids), logitsOf(model, ids));
    const [row] = ids;
    const { network } = again;
    const singly = tf.tidy(() => {
      let state = network.zeroState(1);
      return row!.map((id) => {
        const next = network.step(tf.tensor1d([id], "int32"), state);
        state = next.state;
        return [...next.logits.dataSync()];
      });
    });
    const asked = which === "gaps" ? singly.slice(-1) : singly;
    assertAllClose(asked.flat(), logitsOf(model, [row!]), 1e-5);
    const options = { maxTokens: 9, seed: 3 };
    const { text } = await again.generate("ab", options);
    assertEquals(text, (await model.generate("ab", options)).text);
    assertEquals(text.length, 9);
    for (const each of [again, model]) each.dispose();
    await Deno.remove(path);
  });
}

Deno.test("fromLayersModel() leaves the layers as they were after a convolution of its own", async () => {
  const given = causal(null);
  const model = await fromLayersModel(given, TOKENIZER);
  assert(given.layers.every((layer) => !Object.hasOwn(layer, "call")));
  assertEquals(given.layers[1]!.getConfig()["padding"], "causal");
  model.dispose();
});

Deno.test("fromLayersModel() refuses causal convolutions that leave tokens out, or whose shape TensorFlow.js has wrong", async () => {
  const conv = (options: object) =>
    layers.conv1d({
      name: "skips",
      filters: 2,
      kernelSize: 2,
      padding: "causal",
      ...options,
    });
  const strided = sequential({
    layers: [embedding(null), conv({ strides: 2 }), layers.dense({ units: V })],
  });
  await assertRejects(
    () => fromLayersModel(strided, TOKENIZER),
    TypeError,
    'Cannot take in the layers model: padding "causal" must come with strides of 1 and the channels last: "skips"',
  );
  const flat = sequential({
    layers: [
      embedding(T),
      conv({}),
      layers.flatten(),
      layers.dense({ units: V }),
    ],
  });
  await assertRejects(
    () => fromLayersModel(flat, TOKENIZER),
    TypeError,
    "Cannot take in the layers model: it must give predictions of the shape that it says: ",
  );
});
