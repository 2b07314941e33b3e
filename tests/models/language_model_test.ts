import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import {
  decodeSafetensors,
  encodeSafetensors,
} from "../../src/checkpoint/safetensors.ts";
import { type EngineName, useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { ModelFileError } from "../../src/models/model_file.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { assertAllClose } from "../close.ts";

const tokenizer = CharTokenizer.train("to be or not to be\n");
const ENGINES: EngineName[] = ["cpu", "wasm", "tensorflow"];

function small(seed = 0): LanguageModel {
  return buildLSTM({ tokenizer, units: 6, embedding: 4, layers: 2, seed });
}

/** Logits after each of a few tokens, and by single steps. */
async function logitsOf(model: LanguageModel): Promise<Float32Array[]> {
  const { network } = model;
  const ids = [1, 4, 2, 0, 3];
  const [forward, stepwise] = tf.tidy(() => {
    const all = network.forward(
      tf.tensor2d(ids, [1, ids.length], "int32"),
      network.zeroState(1),
    );
    let state = network.zeroState(1);
    const rows = ids.map((id) => {
      const next = network.step(tf.tensor1d([id], "int32"), state);
      state = next.state;
      return next.logits; // (1, V)
    });
    return [tf.reshape(all.logits, [-1]), tf.reshape(tf.concat(rows), [-1])];
  });
  const values = [
    await forward!.data(),
    await stepwise!.data(),
  ] as Float32Array[];
  tf.dispose([forward!, stepwise!]);
  return values;
}

async function inFolder(
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const engine of ENGINES) {
  Deno.test(`LanguageModel steps to the logits of its forward pass on ${engine}`, async () => {
    await useEngine(engine);
    const model = small();
    const [forward, stepwise] = await logitsOf(model);
    assertAllClose(stepwise!, forward!, 1e-5);
    model.dispose();
  });

  Deno.test(`LanguageModel.load() gives back the same logits bit for bit on ${engine}`, async () => {
    await useEngine(engine);
    await inFolder(async (folder) => {
      const path = join(folder, "model.safetensors");
      const before = tf.memory().numTensors;
      const model = small(3);
      await model.save(path);
      const again = await LanguageModel.load(path);
      assertEquals(await logitsOf(again), await logitsOf(model));
      const options = { maxTokens: 30, seed: 5 };
      assertEquals(
        await again.generate("to", options),
        await model.generate("to", options),
      );
      assertEquals(again.tokenizer.toJSON(), model.tokenizer.toJSON());
      model.dispose();
      again.dispose();
      assertEquals(tf.memory().numTensors, before);
    });
  });
}

Deno.test("buildLSTM() gives the same weights and greedy text on every engine", async () => {
  const texts: string[] = [];
  for (const engine of ENGINES) {
    await useEngine(engine);
    const model = small(9);
    texts.push(
      await model.generate("to be", { maxTokens: 40, temperature: 0 }),
    );
    model.dispose();
  }
  assertEquals(texts, [texts[0]!, texts[0]!, texts[0]!]);
});

Deno.test("LanguageModel.generate() gives the same text for the same seed, and stream() its pieces", async () => {
  await useEngine("cpu");
  const model = small();
  const options = { maxTokens: 25, temperature: 1.2, topK: 4, seed: 11 };
  const text = await model.generate("not", options);
  assertEquals(text.length, 25);
  assertEquals(await model.generate("not", options), text);
  assert(await model.generate("not", { ...options, seed: 12 }) !== text);
  let streamed = "";
  for await (const piece of model.stream("not", options)) streamed += piece;
  assertEquals(streamed, text);
  model.dispose();
});

Deno.test("LanguageModel.stream() frees everything when the loop is left", async () => {
  await useEngine("cpu");
  const model = small();
  await model.generate("to", { maxTokens: 1, seed: 1 }); // moves the weights to the engine
  const before = tf.memory().numTensors;
  for await (const _ of model.stream("to", { maxTokens: 1000, seed: 1 })) break;
  assertEquals(tf.memory().numTensors, before);
  model.dispose();
});

Deno.test("LanguageModel.generate() stops on a signal with its reason", async () => {
  await useEngine("cpu");
  const model = small();
  const controller = new AbortController();
  const work = model.generate("to", {
    maxTokens: 1e6,
    seed: 1,
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(new Error("enough")), 20);
  await assertRejects(() => work, Error, "enough");
  model.dispose();
});

Deno.test("LanguageModel.generate() names unknown characters of the prompt and offers to skip them", async () => {
  await useEngine("cpu");
  const model = small();
  const error = await assertRejects(
    () => model.generate("tö be", { maxTokens: 1 }),
    UnknownCharacterError,
  );
  assertStringIncludes(error.message, "ö");
  assertStringIncludes(error.message, 'unknown: "skip"');
  const options = { maxTokens: 5, seed: 1 };
  assertEquals(
    await model.generate("tö be", { ...options, unknown: "skip" }),
    await model.generate("t be", options),
  );
  model.dispose();
});

Deno.test("LanguageModel.load() refuses what save() did not write whole", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    const model = small();
    await model.save(path);
    const whole = await Deno.readFile(path);
    const { tensors, metadata } = decodeSafetensors(whole);
    const header = JSON.parse(metadata["textloom"]!);
    const withHeader = (change: Record<string, unknown>): Uint8Array =>
      encodeSafetensors(tensors, {
        textloom: JSON.stringify({ ...header, ...change }),
      });
    const without = new Map(tensors);
    without.delete("output/bias");
    const misshapen = new Map(tensors);
    misshapen.set("output/bias", {
      dtype: "F32",
      shape: [1],
      data: new Float32Array(1),
    });
    const cases: [Uint8Array, string][] = [
      ...[0, 4, 100, whole.length >> 1, whole.length - 1].map((
        length,
      ): [Uint8Array, string] => [
        whole.subarray(0, length),
        "it must be a whole safetensors file",
      ]),
      [
        new TextEncoder().encode("Call me Ishmael."),
        "it must be a whole safetensors file",
      ],
      [encodeSafetensors(tensors), "it holds tensors of another kind"],
      [
        encodeSafetensors(tensors, { textloom: "{" }),
        "its description is not JSON",
      ],
      [
        withHeader({ formatVersion: 2, libraryVersion: "9.0.0" }),
        "it is newer than this library: its format is 2, written by Textloom 9.0.0",
      ],
      [withHeader({ config: null }), "its description is incomplete"],
      [
        withHeader({ architecture: "perceptron" }),
        'the architecture must be one of lstm: "perceptron"',
      ],
      [
        withHeader({ tokenizer: CharTokenizer.train("ab").toJSON() }),
        "must have one vocabulary",
      ],
      [
        encodeSafetensors(without, metadata),
        "its tensors must be those of the network: missing output/bias",
      ],
      [
        encodeSafetensors(
          new Map([...tensors, ["extra", {
            dtype: "F32",
            shape: [1],
            data: new Float32Array(1),
          }]]),
          metadata,
        ),
        "unknown extra",
      ],
      [
        encodeSafetensors(misshapen, metadata),
        'the tensor "output/bias" must be F32 of shape [8]: it is F32 of shape [1]',
      ],
    ];
    for (const [bytes, message] of cases) {
      await Deno.writeFile(path, bytes);
      const error = await assertRejects(
        () => LanguageModel.load(path),
        ModelFileError,
      );
      assertStringIncludes(error.message, `Cannot load the model "${path}": `);
      assertStringIncludes(error.message, message);
    }
    await assertRejects(
      () => LanguageModel.load(join(folder, "none")),
      Deno.errors.NotFound,
      "there is no file",
    );
  });
});

Deno.test("LanguageModel.save() leaves the old file where the new one cannot be written", async () => {
  await inFolder(async (folder) => {
    await assertRejects(
      () => small().save(join(folder, "no", "model.safetensors")),
      Error,
      "no",
    );
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});

Deno.test("LanguageModel refuses to work once it is disposed", async () => {
  await useEngine("cpu");
  const model = small();
  model.dispose();
  await assertRejects(
    () => model.generate("to", { maxTokens: 1 }),
    Error,
    "its model has been disposed",
  );
});
