import {
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertRejects,
} from "@std/assert";
import { ensureEngine, useEngine } from "../../src/engine/engine.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { DivergenceError } from "../../src/training/divergence_error.ts";
import {
  findLearningRate,
  type FindLearningRateOptions,
} from "../../src/training/find_learning_rate.ts";
import { fit } from "../../src/training/fit.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT =
  "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, " +
  "and nothing particular to interest me on shore, I thought I would sail about a little and see.";
const TOKENIZER = CharTokenizer.train(TEXT);
const SMALL = { batchSize: 4, sequenceLength: 10 } as const;

function smallModel(): LanguageModel {
  return buildLSTM({ tokenizer: TOKENIZER, units: 16, embedding: 8 });
}

async function weights(model: LanguageModel): Promise<number[][]> {
  const parameters = [...model.network.parameters.values()];
  return await Promise.all(
    parameters.map(async (parameter) => [...await parameter.values()]),
  );
}

for (const engine of ["tensorflow", "cpu"] as const) {
  Deno.test(`findLearningRate() tries rates that rise exponentially, on ${engine}, and suggests one that trains well`, async () => {
    await useEngine(engine);
    const model = smallModel();
    const before = await weights(model);
    const range = await findLearningRate(model, TEXT, {
      ...SMALL,
      from: 1e-5,
      to: 100,
      steps: 80,
    });
    assertEquals(await weights(model), before);
    assertEquals(model.history, []);
    assertEquals(range.rates.length, range.losses.length);
    assertAlmostEquals(range.rates[0]!, 1e-5);
    for (let i = 1; i < range.rates.length; i++) {
      assertAlmostEquals(
        range.rates[i]! / range.rates[i - 1]!,
        1e7 ** (1 / 79),
        1e-9,
      );
    }
    assertLess(range.suggestion, range.lowest);

    // The rate that was found learns far more in as many steps than a tenth, and a hundredth, of it.
    const losses: number[] = [];
    for (
      const learningRate of [
        range.suggestion,
        range.suggestion / 10,
        range.suggestion / 100,
      ]
    ) {
      const fresh = smallModel();
      const options = {
        ...SMALL,
        steps: 60,
        validation: 0,
        sample: false,
        display: "none",
      } as const;
      losses.push((await fit(fresh, TEXT, { ...options, learningRate })).loss!);
      fresh.dispose();
    }
    assertLess(losses[0]!, losses[1]! - 0.2);
    assertLess(losses[0]!, losses[2]! - 0.2);
    model.dispose();
    await useEngine("auto");
  });
}

Deno.test("findLearningRate() ends when the loss diverges, by size or as no number, without a leak", async () => {
  const model = smallModel();
  await findLearningRate(model, TEXT, { ...SMALL, steps: 10 });
  await assertNoLeak(async () => {
    const before = await weights(model);
    const range = await findLearningRate(model, TEXT, {
      ...SMALL,
      from: 1e-3,
      to: 1e30,
      steps: 60,
    });
    assertLess(range.rates.length, 60);
    assertEquals(await weights(model), before);
    await assertRejects(
      () =>
        findLearningRate(model, TEXT, {
          ...SMALL,
          from: 1e37,
          to: 3e38,
          clipNorm: Infinity,
        }),
      DivergenceError,
    );
    assertEquals(await weights(model), before);
  });
  model.dispose();
});

Deno.test("findLearningRate() takes documents and accumulated batches, and the same seed gives the same losses", async () => {
  const model = smallModel();
  const documents = Array.from(
    { length: 20 },
    (_, i) => TEXT.slice(9 * i, 9 * i + 12),
  );
  const options = { ...SMALL, steps: 25, accumulate: 2 };
  const first = await findLearningRate(model, documents, options);
  const again = await findLearningRate(model, documents, options);
  assertEquals(first.losses, again.losses);
  model.dispose();
});

Deno.test("findLearningRate() gives up by a signal, and leaves the model as it was and free", async () => {
  const model = smallModel();
  const before = await weights(model);
  const controller = new AbortController();
  const test = findLearningRate(model, TEXT, {
    ...SMALL,
    steps: 5000,
    signal: controller.signal,
  });
  await assertRejects(
    async () => await fit(model, TEXT, SMALL),
    Error,
    "Cannot train: the model is being trained already; await the run or stop it first",
  );
  setTimeout(() => controller.abort(), 5);
  await assertRejects(() => test, DOMException);
  assertEquals(await weights(model), before);
  await fit(model, TEXT, {
    ...SMALL,
    steps: 1,
    sample: false,
    display: "none",
  });
  model.dispose();
});

Deno.test("findLearningRate() refuses what it does not take", async () => {
  const model = smallModel();
  for (
    const [options, Type, message] of [
      [
        { from: 0 },
        RangeError,
        "Cannot train: from must be a positive number: 0",
      ],
      [
        { to: "1" },
        TypeError,
        'Cannot train: to must be a positive number: "1"',
      ],
      [
        { from: 1, to: 1 },
        RangeError,
        "Cannot train: from must be below to: 1 and 1",
      ],
      [
        { from: 1e-300, to: 1e300 },
        RangeError,
        "Cannot train: to must be a finite multiple of from: 1e+300 and 1e-300",
      ],
      [
        { steps: 9 },
        RangeError,
        "Cannot train: steps must be an integer from 10 to 100000: 9",
      ],
      [
        { steps: 1e9 },
        RangeError,
        "Cannot train: steps must be an integer from 10 to 100000: 1000000000",
      ],
      [
        { batchSize: 0 },
        RangeError,
        "Cannot train: batchSize must be a positive integer: 0",
      ],
      [
        { epochs: 2 },
        TypeError,
        'Cannot train: there is no option "epochs" (known: from, to, steps, batchSize, sequenceLength, optimizer, accumulate, loss, ' +
        "labelSmoothing, clipNorm, clipValue, batches, unknown, seed, signal)",
      ],
      [null, TypeError, "Cannot train: the options must be an object: null"],
    ] as unknown as [FindLearningRateOptions, typeof RangeError, string][]
  ) {
    await assertRejects(
      () => findLearningRate(model, TEXT, options),
      Type,
      message,
    );
  }
  await assertRejects(
    () => findLearningRate(null as never, TEXT),
    TypeError,
    "Cannot find a learning rate: the model must be one, such as buildLSTM() gives: null",
  );
  model.dispose();
});
