import { assertEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { BlockWriter } from "../../src/generation/block_writer.ts";
import { writeTokens } from "../generation/_write_rows.ts";
import { Sampler } from "../../src/generation/sampler.ts";
import {
  buildTransformer,
  type BuildTransformerOptions,
} from "../../src/models/build_transformer.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const tokenizer = CharTokenizer.train("abc");
const SMALL = { layers: 2, heads: 4, width: 16, context: 20, seed: 7 };
const FORMS: Partial<BuildTransformerOptions>[] = [
  { preset: "llama" },
  { preset: "gpt2" },
  { positions: "sinusoidal", tied: false },
];

Deno.test("buildTransformer() takes the tokenizer's vocabulary and the documented defaults", () => {
  const model = buildTransformer({ tokenizer });
  const shared = {
    vocabSize: 3,
    context: 128,
    layers: 4,
    heads: 4,
    width: 128,
    rotaryBase: 10_000,
    epsilon: 1e-5,
    tied: true,
    dropout: 0,
  };
  assertEquals<unknown>(model.network.config, {
    ...shared,
    keyValueHeads: 2,
    feedForward: 344, // 128 / 3, rounded up to 43, times 8
    positions: "rotary",
    norm: "rms",
    activation: "swiglu",
    bias: false,
  });
  assertEquals(model.history, []);
  // 3 · 128; four times two gains, 128 · 256, 128², 128 · 688, 344 · 128; a gain
  assertEquals(
    model.parameterCount,
    384 + 4 * (256 + 32_768 + 16_384 + 88_064 + 44_032) + 128,
  );
  assertEquals<unknown>(
    buildTransformer({ tokenizer, preset: "gpt2" }).network.config,
    {
      ...shared,
      keyValueHeads: 4,
      feedForward: 512,
      positions: "learned",
      norm: "layer",
      activation: "gelu_tanh",
      bias: true,
    },
  );
});

Deno.test("buildTransformer() passes its options on, beside a preset too", () => {
  const options = {
    context: 9,
    layers: 1,
    heads: 3,
    keyValueHeads: 1,
    width: 12,
    feedForward: 5,
    positions: "rotary",
    rotaryBase: 500,
    norm: "layer",
    epsilon: 1e-6,
    activation: "gelu",
    bias: true,
    tied: false,
    dropout: 0.1,
  } as const;
  for (const preset of ["gpt2", "llama"] as const) {
    assertEquals<unknown>(
      buildTransformer({ tokenizer, ...options, preset, seed: -1 }).network
        .config,
      { vocabSize: 3, ...options },
    );
  }
  const odd = buildTransformer({ tokenizer, heads: 3, width: 12 });
  assertEquals(odd.network.config["keyValueHeads"], 3);
});

Deno.test("buildTransformer() refuses what is out of range, unknown, or without effect", () => {
  const refuses = (
    options: Record<string, unknown>,
    type: typeof RangeError | typeof TypeError,
    message: string,
  ) =>
    assertThrows(
      () =>
        buildTransformer(
          { tokenizer, ...options } as BuildTransformerOptions,
        ),
      type,
      message,
    );
  refuses(
    { width: 0 },
    RangeError,
    "Cannot build a transformer: width must be a positive integer: 0",
  );
  refuses(
    { preset: "gpt3" },
    RangeError,
    'Cannot build a transformer: preset must be one of gpt2, llama: "gpt3"',
  );
  refuses(
    { preset: null },
    TypeError,
    "Cannot build a transformer: preset must be one of gpt2, llama: null",
  );
  refuses(
    { heads: 4n },
    TypeError,
    "Cannot build a transformer: heads must be a positive integer: 4n",
  );
  refuses(
    { width: "64" },
    TypeError,
    'Cannot build a transformer: width must be a positive integer: "64"',
  );
  refuses(
    { preset: "toString" },
    RangeError,
    'Cannot build a transformer: preset must be one of gpt2, llama: "toString"',
  );
  refuses(
    { seed: 0.5 },
    RangeError,
    "Cannot build a transformer: seed must be a safe integer: 0.5",
  );
  refuses(
    { preset: "gpt2", rotaryBase: 10_000 },
    TypeError,
    "Cannot build a transformer: rotaryBase has no effect with learned positions, leave it out",
  );
  refuses(
    { units: 5 },
    TypeError,
    'Cannot build a transformer: there is no option "units" (known: tokenizer, preset, context, layers, heads, keyValueHeads, ' +
      "width, feedForward, positions, rotaryBase, norm, epsilon, activation, bias, tied, dropout, seed)",
  );
});

for (const form of FORMS) {
  Deno.test(`A transformer is saved and loaded with logits bit for bit: ${JSON.stringify(form)}`, async () => {
    const path = await Deno.makeTempFile({ suffix: ".safetensors" });
    await assertNoLeak(async () => {
      const model = buildTransformer({ tokenizer, ...SMALL, ...form });
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
      assertEquals(again.network.kind, "transformer");
      assertEquals(again.network.config, model.network.config);
      assertEquals(logits(again), logits(model));
      await again.save(path);
      assertEquals(await Deno.readFile(path), bytes);
      model.dispose();
      again.dispose();
    });
    await Deno.remove(path);
  });

  Deno.test(`A transformer writes the same in blocks as token by token, past its context: ${JSON.stringify(form)}`, async () => {
    const model = buildTransformer({ tokenizer, ...SMALL, ...form });
    await assertNoLeak(async () => {
      const blocks = new BlockWriter(model.network);
      for (
        const settings of [{ temperature: 0 }, { seed: 1 }, {
          seed: 2,
          temperature: 0.7,
          topK: 2,
        }]
      ) {
        const tokens = (blocks?: BlockWriter) =>
          Array.fromAsync(writeTokens(model.network, {
            prompt: Int32Array.of(0, 1, 2),
            maxTokens: 150,
            sampler: new Sampler(settings),
            blocks,
          }));
        assertEquals(await tokens(blocks), await tokens());
      }
      blocks.dispose();
    }, model.network.parameters.size); // they move to the engine here
    model.dispose();
  });
}
