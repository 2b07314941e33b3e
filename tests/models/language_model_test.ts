import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type EngineName,
  ensureEngine,
  useEngine,
} from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { BlockWriter } from "../../src/generation/block_writer.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { buildNGram } from "../../src/models/build_ngram.ts";
import { buildTransformer } from "../../src/models/build_transformer.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { RecurrentNetwork } from "../../src/networks/recurrent_network.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { UnknownCharacterError } from "../../src/tokenizers/tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT = "to be, or not to be, that is the question\n";
const TOKENIZER = CharTokenizer.train(TEXT);

function smallModel(): LanguageModel {
  return buildLSTM({
    tokenizer: TOKENIZER,
    units: 6,
    embedding: 4,
    layers: 2,
    seed: 2,
  });
}

/** Runs a test with a path in a new folder, which is gone afterwards. */
async function withPath(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/model.safetensors`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function logits(model: LanguageModel): Float32Array {
  return tf.tidy(() => {
    const ids = tf.expandDims(tf.tensor1d(TOKENIZER.encode(TEXT), "int32"), 0);
    return model.network.forward(ids, model.network.zeroState(1)).logits
      .dataSync() as Float32Array;
  });
}

Deno.test("LanguageModel.generate() writes the same text for the same seed, and another for another", async () => {
  const model = smallModel();
  const write = async (seed: number): Promise<string> =>
    (await model.generate("to be", { maxTokens: 60, seed })).text;
  const [first, again, other] = [
    await write(1),
    await write(1),
    await write(2),
  ];
  assertEquals(first, again);
  assertEquals(first.length, 60);
  assertEquals(first === other, false);
  model.dispose();
});

Deno.test("LanguageModel.stream() gives piece by piece what generate() gives at once", async () => {
  const model = smallModel();
  const options = { maxTokens: 30, seed: 7, topK: 5, temperature: 0.7 };
  const pieces = await Array.fromAsync(model.stream("to", options));
  assertEquals(pieces.length, 30);
  assertEquals(pieces.join(""), (await model.generate("to", options)).text);
  model.dispose();
});

Deno.test("LanguageModel.generate() fails as a promise, stream() at once", async () => {
  const model = smallModel();
  await assertRejects(
    () => model.generate("TO BE"),
    UnknownCharacterError,
    '"T" U+0054, "O" U+004F',
  );
  assertThrows(
    () => model.stream("TO BE"),
    UnknownCharacterError,
    'leave them out with unknown: "skip"',
  );
  model.dispose();
});

Deno.test("LanguageModel.generate() leaves no tensor behind, whoever leaves it", async () => {
  const model = smallModel();
  await model.generate("to", { maxTokens: 1 });
  await assertNoLeak(async () => {
    await model.generate("to be", { maxTokens: 10 });
    for await (const _ of model.stream("to be")) break;
    await assertRejects(() =>
      model.generate("to be", { signal: AbortSignal.abort() })
    );
  });
  model.dispose();
});

Deno.test("LanguageModel.load() brings back what save() wrote, logits bit for bit", async () => {
  await withPath(async (path) => {
    const model = smallModel();
    await fit(model, TEXT, {
      epochs: 2,
      sequenceLength: 8,
      validation: 0,
      sample: false,
      display: "none",
    });
    await model.save(path);
    const again = await LanguageModel.load(path);
    assertEquals(logits(again), logits(model));
    assertEquals(again.network.config, model.network.config);
    assertEquals(again.tokenizer.toJSON(), TOKENIZER.toJSON());
    assertEquals(again.history, model.history);
    assertEquals(again.history.length, 1);
    const options = { maxTokens: 40, seed: 3 };
    assertEquals(
      (await again.generate("to", options)).text,
      (await model.generate("to", options)).text,
    );
    model.dispose();
    again.dispose();
  });
});

Deno.test("LanguageModel.save() gives the same bytes again after load()", async () => {
  await withPath(async (path) => {
    const model = smallModel();
    await model.save(path);
    const bytes = await Deno.readFile(path);
    const again = await LanguageModel.load(path);
    await again.save(path);
    assertEquals(await Deno.readFile(path), bytes);
    model.dispose();
  });
});

Deno.test("LanguageModel.load() gives a model that can be trained on", async () => {
  await withPath(async (path) => {
    const options = {
      steps: 3,
      sequenceLength: 8,
      validation: 0,
      sample: false,
      display: "none",
    } as const;
    const model = smallModel();
    await model.save(path);
    const again = await LanguageModel.load(path);
    await fit(model, TEXT, options);
    await fit(again, TEXT, options);
    assertEquals(logits(again), logits(model));
    model.dispose();
    again.dispose();
  });
});

Deno.test("LanguageModel.save() during training writes the weights of one step", async () => {
  await withPath(async (path) => {
    const model = smallModel();
    const run = fit(model, TEXT, {
      epochs: 100_000,
      sequenceLength: 8,
      validation: 0,
      sample: false,
      display: "none",
    });
    for await (const { step } of run) if (step === 3) break;
    const before = logits(model); // synchronous, as the beginning of save() is: no step in between
    const saving = model.save(path);
    await saving;
    run.stop();
    await run;
    const saved = await LanguageModel.load(path);
    assertEquals(logits(saved), before);
    assertEquals(logits(model).some((x, i) => x !== before[i]), true);
    model.dispose();
    saved.dispose();
  });
});

Deno.test("LanguageModel.save() leaves no tensor behind", async () => {
  await withPath(async (path) => {
    const model = smallModel();
    logits(model);
    await assertNoLeak(() => model.save(path));
    model.dispose();
  });
});

Deno.test("LanguageModel.save() leaves nothing behind where it cannot write", async () => {
  const folder = await Deno.makeTempDir();
  await assertRejects(
    () => smallModel().save(`${folder}/no/model.safetensors`),
    Deno.errors.NotFound,
  );
  assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  await Deno.remove(folder);
});

Deno.test("LanguageModel.encode() refuses options that are none", async () => {
  const model = smallModel();
  for (
    const [options, message] of [
      [null, "options must be an object: null"],
      [[], "options must be an object: an array"],
      [
        { runs: 1 },
        'there is no option "runs", did you mean "run"? (known: run, checkpoint)',
      ],
    ] as const
  ) {
    await assertRejects(
      () => model.encode(options as never),
      TypeError,
      `Cannot encode the model: ${message}`,
    );
  }
  model.dispose();
});

Deno.test("LanguageModel.load() names the file that is not there, and where it looked", async () => {
  await assertRejects(
    () => LanguageModel.load("no/such.safetensors"),
    Deno.errors.NotFound,
    `Cannot load the model: there is no file "no/such.safetensors" in ${Deno.cwd()}`,
  );
  const folder = await Deno.makeTempDir();
  await assertRejects(
    () => LanguageModel.load(folder),
    Deno.errors.IsADirectory,
    `Cannot load the model: this is a folder: ${JSON.stringify(folder)}`,
  );
  await Deno.remove(folder);
  for (const [path, found] of [[null, "null"], ["", '""'], [5, "5"]]) {
    await assertRejects(
      () => LanguageModel.load(path as string),
      TypeError,
      `Cannot load the model: the path must name a file: ${found}`,
    );
  }
});

Deno.test("LanguageModel.generationDefaults count where a call says nothing, and come back with the file", async () => {
  const model = smallModel();
  const calm = { temperature: 0.5, topK: 3, seed: 4, maxTokens: 9 };
  const [{ text: plain }, { text: expected }] = await Promise.all([
    model.generate("to", { seed: 4, maxTokens: 9 }),
    model.generate("to", calm),
  ]);
  model.generationDefaults = calm;
  assertEquals((await model.generate("to")).text, expected);
  assertEquals(
    (await model.generate("to", { temperature: 1, topK: 0 })).text,
    plain,
  );
  assertEquals((await model.generate("to", { temperature: 0 })).text.length, 9);
  const path = await Deno.makeTempFile();
  await model.save(path);
  assertEquals(await Deno.readFile(path), await model.encode());
  const again = await LanguageModel.load(path);
  assertEquals(again.generationDefaults, calm);
  assertEquals((await again.generate("to")).text, expected);
  model.dispose();
  again.dispose();
  await Deno.remove(path);
});

Deno.test("LanguageModel.generationDefaults never make a call throw that would be right without them", async () => {
  const model = smallModel();
  const mirostat = { mirostat: { tau: 2 }, seed: 4, maxTokens: 9 };
  const { text } = await model.generate("to", mirostat);
  model.generationDefaults = {
    topK: 3,
    topP: 0.9,
    minTokens: 10,
    stopAtSentence: true,
  };
  const calls = { ...mirostat, stopAtSentence: false };
  assertEquals((await model.generate("to", calls)).text, text);
  let streamed = "";
  for await (const piece of model.stream("to", calls)) streamed += piece;
  assertEquals(streamed, text);
  assertEquals((await model.lens("to")).steps.length, 5); // fewer than minTokens
  model.dispose();
});

Deno.test("LanguageModel.generationDefaults refuse what generate() refuses, and stay as they were", () => {
  const model = smallModel();
  model.generationDefaults = { topK: 3 };
  assertThrows(
    () => model.generationDefaults = { temperature: -1 },
    RangeError,
    "Cannot sample: temperature must be a number from 0: -1",
  );
  assertThrows(
    () => model.generationDefaults = { unknown: "guess" as "skip" },
    RangeError,
    "guess",
  );
  assertEquals(model.generationDefaults, { topK: 3 });
  model.dispose();
});

Deno.test("LanguageModel.dispose() frees everything, and the model says so afterwards", async () => {
  await assertNoLeak(async () => {
    const model = smallModel();
    await model.generate("to", { maxTokens: 2 });
    model.dispose();
    model.dispose();
    const message =
      'Cannot use the parameter "embedding/table": its model has been disposed';
    await assertRejects(() => model.generate("to"), Error, message);
    await withPath((path) =>
      assertRejects(() => model.save(path), Error, message).then(() => {})
    );
  });
});

Deno.test("LanguageModel.dispose() ends a stream that is under way", async () => {
  await assertNoLeak(async () => {
    const model = smallModel();
    const error = await assertRejects(async () => {
      for await (const _ of model.stream("to")) model.dispose();
    });
    assertStringIncludes(
      (error as Error).message,
      "its model has been disposed",
    );
  });
});

Deno.test("LanguageModel prints as one line", () => {
  // 15 characters: 15 · 4 + (4 + 6 + 1) · 24 + (6 + 6 + 1) · 24 + (6 + 1) · 15
  assertEquals(`${smallModel()}`, "LSTM, 2 layers of 6 units, 741 parameters");
});

Deno.test("LanguageModel constructor refuses a network of another vocabulary", () => {
  const network = new RecurrentNetwork("lstm", {
    vocabSize: 3,
    embedding: 2,
    units: 2,
    layers: 1,
    dropout: 0,
  });
  assertThrows(
    () => new LanguageModel({ tokenizer: TOKENIZER, network, history: [] }),
    RangeError,
    `Cannot build a language model: the network must have the tokenizer's ${TOKENIZER.vocabSize} tokens: 3`,
  );
});

// The engines in turn, at the end: what comes after them would run on the last.
const ENGINES: EngineName[] = ["cpu", "wasm", "tensorflow"];

for (const engine of ENGINES) {
  Deno.test(`LanguageModel.load() brings back the same logits bit for bit on ${engine}`, async () => {
    await useEngine(engine);
    await withPath((path) =>
      assertNoLeak(async () => {
        const model = smallModel();
        await model.save(path);
        const again = await LanguageModel.load(path);
        assertEquals(logits(again), logits(model));
        const options = { maxTokens: 30, seed: 5 };
        assertEquals(
          (await again.generate("to", options)).text,
          (await model.generate("to", options)).text,
        );
        model.dispose();
        again.dispose();
      })
    );
  });
}

Deno.test("LanguageModel writes the same text on every engine, greedily and by seed", async () => {
  const texts: string[] = [];
  for (const engine of ENGINES) {
    await useEngine(engine);
    const model = smallModel();
    texts.push(
      (await model.generate("to be", { maxTokens: 40, temperature: 0 })).text,
    );
    texts.push(
      (await model.generate("to be", { maxTokens: 40, seed: 9 })).text,
    );
    model.dispose();
  }
  const [greedy, drawn] = texts;
  assertEquals(texts, [greedy!, drawn!, greedy!, drawn!, greedy!, drawn!]);
});

Deno.test("LanguageModel.generate() writes a long text from one character with weights that were never used", async () => {
  const model = buildLSTM({
    tokenizer: CharTokenizer.train("to be"),
    units: 6,
    embedding: 4,
  });
  const text = (await model.generate("t", { maxTokens: 1100, seed: 3 })).text;
  assertEquals(text.length, 1100);
  model.dispose();
});

Deno.test("LanguageModel shows itself and its network in one line each, not the weights", () => {
  const tokenizer = CharTokenizer.train("abc");
  const neural = buildLSTM({ tokenizer, units: 4, embedding: 2 });
  assertEquals(
    Deno.inspect(neural),
    "LanguageModel { LSTM, 1 layer of 4 units, 133 parameters, CharTokenizer { vocabSize: 3 } }",
  );
  assertEquals(
    Deno.inspect(neural.network),
    "RecurrentNetwork { LSTM, 1 layer of 4 units, 133 parameters }",
  );
  const counted = buildNGram({ tokenizer, order: 2 });
  assertEquals(
    Deno.inspect(counted.network),
    "NGramNetwork { 2-gram, modified Kneser–Ney, 0 n-grams }",
  );
  assertEquals(
    String(counted.network),
    "2-gram, modified Kneser–Ney, 0 n-grams",
  );
  neural.dispose();
  counted.dispose();
});

Deno.test("generate() compiles its loop once it pays: after a thousand tokens of six arrays, or 223 of 27", async () => {
  const tokenizer = CharTokenizer.train("abc");
  const models = [
    { built: buildLSTM({ tokenizer, units: 4, embedding: 2 }), few: 999 },
    {
      built: buildTransformer({
        tokenizer,
        preset: "gpt2",
        bias: false,
        layers: 4,
        heads: 1,
        width: 4,
        context: 8,
      }),
      few: 222,
    },
  ];
  const original = BlockWriter.prototype.write;
  let blocks = 0;
  BlockWriter.prototype.write = function (...parts) {
    blocks++;
    return original.apply(this, parts);
  };
  try {
    for (const { built, few } of models) {
      await built.generate("a", { maxTokens: few, seed: 1 });
      assertEquals(blocks, 0);
      await built.generate("a", { maxTokens: 1, seed: 1 });
      assertEquals(blocks, 1);
      blocks = 0;
      built.dispose();
    }
  } finally {
    BlockWriter.prototype.write = original;
  }
});

Deno.test("generate() penalizes the same tokens in blocks of a model that starts over as token by token", async () => {
  const tokenizer = CharTokenizer.train("abcdefghij");
  const build = () =>
    buildTransformer({
      tokenizer,
      preset: "gpt2",
      layers: 1,
      heads: 2,
      width: 8,
      context: 12,
      seed: 2,
    });
  const compiled = build();
  await compiled.generate("a", { maxTokens: 1_000, seed: 9 }); // from here on the compiled loop writes
  for (const penaltyWindow of [3, 40, "all"] as const) {
    const options = {
      repetitionPenalty: 1.5,
      frequencyPenalty: 0.3,
      penaltyWindow,
      seed: 4,
      maxTokens: 70,
    };
    const fresh = build();
    const [singly, inBlocks] = [
      await fresh.generate("abc", options),
      await compiled.generate("abc", options),
    ];
    assertEquals(inBlocks.text, singly.text);
    fresh.dispose();
  }
  compiled.dispose();
});
