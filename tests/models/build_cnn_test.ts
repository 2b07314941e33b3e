import { assert, assertEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { buildCNN, type BuildCNNOptions } from "../../src/models/build_cnn.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const tokenizer = CharTokenizer.train("abc");

Deno.test("buildCNN() takes the tokenizer's vocabulary and the documented defaults", () => {
  const model = buildCNN({ tokenizer });
  assertEquals(model.network.config, {
    vocabSize: 3,
    embedding: 64,
    filters: 128,
    kernelSize: 2,
    layers: 7,
    stacks: 1,
    dense: 128,
    layerNorm: true,
    dropout: 0,
  });
  assertEquals(model.tokenizer, tokenizer);
  assertEquals(model.history, []);
  // 3 · 64; (2 · 64 + 1) · 128; 7 blocks of 2 · 128 and (2 · 128 + 1) · 256, 6 with (128 + 1) · 256, one with half of it;
  // (128 + 1) · 128; (128 + 1) · 3
  assertEquals(
    model.parameterCount,
    192 + 16_512 + 7 * (256 + 65_792) + 6 * 33_024 + 16_512 + 16_512 + 387,
  );
  assertEquals(
    buildCNN({ tokenizer, filters: 32 }).network.config["dense"],
    32,
  );
});

Deno.test("buildCNN() passes its options on", () => {
  const options = {
    filters: 6,
    kernelSize: 3,
    layers: 2,
    stacks: 3,
    embedding: 5,
    dense: 0,
    layerNorm: false,
    dropout: 0.1,
  };
  assertEquals(buildCNN({ tokenizer, ...options, seed: -1 }).network.config, {
    vocabSize: 3,
    ...options,
  });
});

Deno.test("buildCNN() refuses what is out of range, of another type, or unknown", () => {
  const cannot = "Cannot build a convolutional network:";
  for (
    const [options, type, message] of [
      [
        { filters: 0 },
        RangeError,
        `${cannot} filters must be a positive integer: 0`,
      ],
      [
        { kernelSize: null },
        TypeError,
        `${cannot} kernelSize must be a positive integer: null`,
      ],
      [{ seed: 0.5 }, RangeError, `${cannot} seed must be a safe integer: 0.5`],
      [
        { layerNorm: "no" },
        TypeError,
        `${cannot} layerNorm must be true or false: "no"`,
      ],
      [
        { units: 5 },
        TypeError,
        `${cannot} there is no option "units" (known: tokenizer, filters, kernelSize, layers, stacks, embedding, dense, ` +
        "layerNorm, dropout, seed)",
      ],
      [
        { tokenizer: null },
        TypeError,
        `${cannot} tokenizer must be a tokenizer, such as CharTokenizer.train(text): null`,
      ],
    ] as const
  ) {
    assertThrows(
      () => buildCNN({ tokenizer, ...options } as unknown as BuildCNNOptions),
      type,
      message,
    );
  }
});

Deno.test("A convolutional model is saved and loaded with logits bit for bit", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await assertNoLeak(async () => {
    const model = buildCNN({ tokenizer, filters: 5, layers: 2, seed: 3 });
    const logits = ({ network }: LanguageModel): number[] =>
      tf.tidy(() => [
        ...network.forward(
          tf.tensor2d([0, 1, 2, 2, 1], [1, 5], "int32"),
          network.zeroState(1),
        ).logits.dataSync(),
      ]);
    await model.save(path);
    const bytes = await Deno.readFile(path);
    const again = await LanguageModel.load(path);
    assertEquals(again.network.kind, "cnn");
    assertEquals(again.network.config, model.network.config);
    assertEquals(String(again), String(model));
    assertEquals(logits(again), logits(model));
    assert(logits(again).some((x) => x !== 0));
    await again.save(path);
    assertEquals(await Deno.readFile(path), bytes);
    model.dispose();
    again.dispose();
  });
  await Deno.remove(path);
});
