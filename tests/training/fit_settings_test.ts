import { assertEquals, assertThrows } from "@std/assert";
import type { FitOptions } from "../../src/training/fit_options.ts";
import { fitSettings } from "../../src/training/fit_settings.ts";

Deno.test("fitSettings() fills in the documented defaults", () => {
  assertEquals(fitSettings({}), {
    epochs: 1,
    steps: undefined,
    batchSize: 64,
    sequenceLength: 64,
    optimizer: "adam",
    learningRate: 0.002,
    accumulate: 1,
    loss: "crossentropy",
    labelSmoothing: 0,
    metrics: [],
    clipNorm: 1,
    clipValue: undefined,
    validation: 0.1,
    gap: 0,
    batches: "streams",
    unknown: undefined,
    validateEvery: undefined,
    seed: 0,
    sample: {},
    sampleEvery: undefined,
    signal: undefined,
    maxSeconds: Infinity,
    targetLoss: undefined,
    earlyStopping: false,
    guard: {},
    log: undefined,
    onStep: undefined,
    onValidation: undefined,
    onEpoch: undefined,
    onSample: undefined,
    checkpoints: false,
    display: "auto",
  });
});

for (
  const [options, Type, message] of [
    [
      { epochs: 0 },
      RangeError,
      "Cannot train: epochs must be a positive integer: 0",
    ],
    [
      { steps: 1.5 },
      RangeError,
      "Cannot train: steps must be a positive integer: 1.5",
    ],
    [
      { batchSize: -1 },
      RangeError,
      "Cannot train: batchSize must be a positive integer: -1",
    ],
    [
      { sequenceLength: NaN },
      RangeError,
      "Cannot train: sequenceLength must be a positive integer: NaN",
    ],
    [
      { validateEvery: 0 },
      RangeError,
      "Cannot train: validateEvery must be a positive integer: 0",
    ],
    [
      { learningRate: 0 },
      RangeError,
      "Cannot train: learningRate must be a positive number: 0",
    ],
    [
      { learningRate: Infinity },
      RangeError,
      "Cannot train: learningRate must be finite: Infinity",
    ],
    [
      { clipNorm: -1 },
      RangeError,
      "Cannot train: clipNorm must be a positive number: -1",
    ],
    [
      { maxSeconds: 0 },
      RangeError,
      "Cannot train: maxSeconds must be a positive number: 0",
    ],
    [
      { seed: 0.5 },
      RangeError,
      "Cannot train: seed must be a safe integer: 0.5",
    ],
    [
      { epochs: 2, steps: 10 },
      TypeError,
      "Cannot train: epochs has no effect beside steps, leave one of them out",
    ],
    [
      { validation: 0, validateEvery: 10 },
      TypeError,
      "Cannot train: validateEvery has no effect without a validation part, leave it or validation: 0 out",
    ],
    [
      { batches: "random" },
      RangeError,
      'Cannot train: batches must be "streams" or "windows": "random"',
    ],
    [
      { epochs: "3" },
      TypeError,
      'Cannot train: epochs must be a positive integer: "3"',
    ],
    [
      { clipNorm: null },
      TypeError,
      "Cannot train: clipNorm must be a positive number: null",
    ],
    [
      { seed: 3n },
      TypeError,
      "Cannot train: seed must be a safe integer: 3n",
    ],
    [
      { batches: ["windows"] },
      TypeError,
      'Cannot train: batches must be "streams" or "windows": an array',
    ],
    [
      { sample: true },
      TypeError,
      "Cannot train: sample must be an object or false: true",
    ],
    [
      { sample: { maxtokens: 5 } },
      TypeError,
      'Cannot train: sample: there is no option "maxtokens", did you mean "maxTokens"? (known: prompt, maxTokens, temperature)',
    ],
    [
      { signal: new AbortController() },
      TypeError,
      "Cannot train: signal must be an AbortSignal: object",
    ],
    [
      null,
      TypeError,
      "Cannot train: the options must be an object: null",
    ],
    [
      "epochs: 3",
      TypeError,
      'Cannot train: the options must be an object: "epochs: 3"',
    ],
    [
      { learningRate: null },
      TypeError,
      'Cannot train: learningRate must be a positive number, a schedule, such as { name: "cosine", warmup: 0.1 }, or a ' +
      "function: null",
    ],
    [
      { learningRate: "0.1" },
      RangeError,
      'Cannot make a schedule: its name must be one of constant, linear, cosine, one-cycle, plateau: "0.1"',
    ],
    [
      { learningRate: { name: "plateau" }, validation: 0 },
      TypeError,
      "Cannot train: a plateau schedule has no effect without a validation part, leave it or validation: 0 out",
    ],
    [
      { accumulate: 0 },
      RangeError,
      "Cannot train: accumulate must be a positive integer: 0",
    ],
    [
      { accumulate: "4" },
      TypeError,
      'Cannot train: accumulate must be a positive integer: "4"',
    ],
    [
      { loss: "mse" },
      RangeError,
      "Cannot make a loss: its name must be one of crossentropy, categorical_crossentropy, sparse_categorical_crossentropy, " +
      'focal: "mse"',
    ],
    [
      { labelSmoothing: 1 },
      RangeError,
      "Cannot make a loss: labelSmoothing must be from 0 up to but not 1: 1",
    ],
    [
      { labelSmoothing: 0.1, loss: "focal" },
      TypeError,
      "Cannot make a loss: labelSmoothing has no effect on the focal loss, leave it out",
    ],
    [
      { metrics: ["accuracy", "f1"] },
      RangeError,
      'Cannot train: metrics must be a list of accuracy: ["accuracy","f1"]',
    ],
    [
      { metrics: "accuracy" },
      TypeError,
      'Cannot train: metrics must be a list of accuracy: "accuracy"',
    ],
    [
      { sample: { prompt: null } },
      TypeError,
      "Cannot train: sample.prompt must be a string: null",
    ],
    [
      { optimizer: 1n },
      TypeError,
      'Cannot make an optimizer: it must be a name or options with a name, such as "adam" or { name: "adam" }: 1n',
    ],
    [
      { clipValue: 0 },
      RangeError,
      "Cannot train: clipValue must be a positive number: 0",
    ],
    [
      { clipValue: 0.5, clipNorm: 1 },
      TypeError,
      "Cannot train: clipNorm has no effect beside clipValue, leave one of them out",
    ],
    [
      { learningrate: 1 },
      TypeError,
      'Cannot train: there is no option "learningrate", did you mean "learningRate"? (known: epochs, steps, batchSize, sequenceLength, optimizer, learningRate, accumulate, ' +
      "loss, labelSmoothing, metrics, clipNorm, clipValue, validation, gap, batches, unknown, validateEvery, seed, sample, sampleEvery, signal, maxSeconds, targetLoss, " +
      "earlyStopping, guard, log, onStep, onValidation, onEpoch, onSample, checkpoints, display)",
    ],
  ] as unknown as [FitOptions, typeof RangeError, string][]
) {
  Deno.test(`fitSettings() refuses ${Deno.inspect(options)}`, () => {
    assertThrows(() => fitSettings(options), Type, message);
  });
}

Deno.test("fitSettings() takes Infinity for what it means: no clipping, no time limit", () => {
  const { clipNorm, maxSeconds } = fitSettings({
    clipNorm: Infinity,
    maxSeconds: Infinity,
  });
  assertEquals([clipNorm, maxSeconds], [Infinity, Infinity]);
});

Deno.test("fitSettings() clips by the norm no more where it is to clip by value", () => {
  const { clipNorm, clipValue } = fitSettings({ clipValue: 0.5 });
  assertEquals([clipNorm, clipValue], [Infinity, 0.5]);
});
