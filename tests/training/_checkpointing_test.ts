import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import { useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import { decodeCheckpoint } from "../../src/models/model_file.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { BEST, checkpointName } from "../../src/training/checkpoint_folder.ts";
import { DivergenceError } from "../../src/training/divergence_error.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import type { TrainableModel } from "../../src/training/trainable_model.ts";

await useEngine("cpu");

const TEXT = "Call me Ishmael. Some years ago - never mind how long precisely";
const TOKENIZER = CharTokenizer.train(TEXT);
/** Of 63 characters 57 are learnt from: 7 windows of 4 in each of two streams. */
const SMALL = {
  batchSize: 2,
  sequenceLength: 4,
  sample: false,
  display: "none",
} as const;

const build = () => buildLSTM({ tokenizer: TOKENIZER, units: 4, embedding: 3 });

/** Runs `use` with an empty folder and a model. */
async function withFolder(
  use: (directory: string, model: LanguageModel) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const model = build();
  try {
    await use(join(folder, "checkpoints"), model);
  } finally {
    model.dispose();
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

async function weightsOf(
  { network }: Pick<TrainableModel, "network">,
): Promise<Float32Array[]> {
  const { parameters } = network;
  return await Promise.all(
    Array.from(parameters.values(), (parameter) => parameter.values()),
  );
}

async function read(directory: string, name: string) {
  const bytes = await Deno.readFile(join(directory, name));
  const { parts, checkpoint } = decodeCheckpoint(bytes, name);
  return { ...parts, json: checkpoint!.json as { ended: unknown } };
}

Deno.test("fit() keeps a checkpoint after each epoch, of which the newest three stay, and the best", () =>
  withFolder(async (directory, model) => {
    const { steps } = await fit(model, TEXT, {
      ...SMALL,
      epochs: 5,
      checkpoints: directory,
    });
    assertEquals(steps, 35);
    assertEquals(namesIn(directory), [
      BEST,
      checkpointName(21),
      checkpointName(28),
      checkpointName(35),
    ]);
    const last = await read(directory, checkpointName(35));
    assertEquals(await weightsOf(last), await weightsOf(model));
    assertEquals(last.history.map(({ stopReason }) => stopReason), [
      "completed",
    ]);
    const onTheWay = await read(directory, checkpointName(28));
    assertEquals(onTheWay.history[0]?.stopReason, "unfinished");
    assertEquals(onTheWay.history[0]?.epochs.length, 4);
  }));

Deno.test("fit() keeps as many checkpoints as it is told, as often as it is told, and no best one", () =>
  withFolder(async (directory, model) => {
    await fit(model, TEXT, {
      ...SMALL,
      epochs: 2,
      checkpoints: { directory, everySteps: 5, keep: 2, best: false },
    });
    // after 5 and 10 steps, and at the end
    assertEquals(namesIn(directory), [checkpointName(10), checkpointName(14)]);
  }));

Deno.test("fit() keeps a checkpoint after some seconds", () =>
  withFolder(async (directory, model) => {
    await fit(model, TEXT, {
      ...SMALL,
      steps: 3,
      checkpoints: {
        directory,
        everySteps: 100,
        everySeconds: 1e-9,
        best: false,
      },
    });
    assertEquals(namesIn(directory), [1, 2, 3].map(checkpointName));
  }));

Deno.test("A checkpoint opens as the model, with its history and its defaults of generation", () =>
  withFolder(async (directory, model) => {
    model.generationDefaults = { temperature: 0.5, maxTokens: 7 };
    const history = await fit(model, TEXT, {
      ...SMALL,
      steps: 4,
      checkpoints: directory,
    });
    const path = join(directory, checkpointName(4));
    const opened = await LanguageModel.load(path);
    assertEquals(opened.generationDefaults, model.generationDefaults);
    const { validationLoss: _, seconds, ...rest } = opened.history[0]!;
    assertEquals([rest.steps, rest.loss], [4, history.loss]);
    assert(seconds > 0);
    assertEquals(rest.data, history.data);
    assertEquals(history.data?.tokens, TEXT.length);
    assertEquals(
      (await opened.generate("Call", { seed: 1 })).text,
      (await model.generate("Call", { seed: 1 })).text,
    );
    opened.dispose();
  }));

Deno.test("best.safetensors has the weights of the lowest validation loss", () =>
  withFolder(async (directory, model) => {
    const seen = new Map<number, Float32Array[]>();
    const history = await fit(model, TEXT, {
      ...SMALL,
      epochs: 4,
      learningRate: (step) => step < 16 ? 0.01 : 1, // good steps, then bad ones
      guard: false,
      validateEvery: 2,
      checkpoints: { directory, keep: 1 },
      onValidation: async ({ step }) => {
        seen.set(step, await weightsOf(model));
      },
    });
    const best = await read(directory, BEST);
    assert(history.best!.step < history.steps); // so that it is not the last one
    assertEquals(best.history[0]?.steps, history.best!.step);
    assertEquals(await weightsOf(best), seen.get(history.best!.step));
  }));

for (
  const [ended, options, steps] of [
    [
      "stopped",
      { onStep: ({ step }, run) => void (step === 8 && run.stop()) },
      8,
    ],
    ["target", { targetLoss: 100 }, 20],
    ["time", { maxSeconds: 1e-9, epochs: undefined }, 0],
  ] as [string, FitOptions, number][]
) {
  Deno.test(`fit() keeps a checkpoint when the run ends: ${ended}`, () =>
    withFolder(async (directory, model) => {
      const history = await fit(model, TEXT, {
        ...SMALL,
        epochs: 9,
        validation: 0,
        ...options,
        checkpoints: { directory, everySteps: 1000 },
      } as FitOptions);
      assertEquals([history.stopReason, history.steps], [ended, steps]);
      const expected = steps === 0 ? [] : [checkpointName(steps)];
      assertEquals(namesIn(directory), expected);
      if (steps === 0) return;
      const last = await read(directory, checkpointName(steps));
      assertEquals(last.json.ended, ended);
      assertEquals(await weightsOf(last), await weightsOf(model));
    }));
}

Deno.test("fit() keeps a checkpoint when the run is aborted", () =>
  withFolder(async (directory, model) => {
    const controller = new AbortController();
    await fit(model, TEXT, {
      ...SMALL,
      epochs: 9,
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 3) controller.abort();
      },
      checkpoints: { directory, everySteps: 1000 },
    });
    const { json } = await read(directory, checkpointName(3));
    assertEquals(json.ended, "aborted");
  }));

Deno.test("fit() keeps a checkpoint when the run fails between two steps, and the model its weights", () =>
  withFolder(async (directory, model) => {
    await assertRejects(
      async () =>
        await fit(model, TEXT, {
          ...SMALL,
          epochs: 9,
          onStep: ({ step }) => {
            if (step === 4) throw new Error("no more");
          },
          checkpoints: { directory, everySteps: 1000 },
        }),
      Error,
      "no more",
    );
    const last = await read(directory, checkpointName(4));
    assertEquals(last.json.ended, "failed");
    assertEquals(await weightsOf(last), await weightsOf(model));
  }));

Deno.test("fit() keeps no checkpoint of weights that diverged, and those before stay", () =>
  withFolder(async (directory, model) => {
    await assertRejects(
      async () =>
        await fit(model, TEXT, {
          ...SMALL,
          steps: 9,
          guard: false,
          learningRate: (step) => step < 4 ? 0.01 : 1e38,
          checkpoints: { directory, everySteps: 2, best: false },
        }),
      DivergenceError,
    );
    assertEquals(namesIn(directory)[0], checkpointName(2));
    for (const name of namesIn(directory)) {
      for (const values of await weightsOf(await read(directory, name))) {
        assert(values.every(Number.isFinite), name);
      }
    }
  }));

Deno.test("fit() fails when a checkpoint cannot be written, and the model keeps the weights of the last step", () =>
  withFolder(async (directory, model) => {
    let atTheEnd: Float32Array[] = [];
    const write = Deno.FsFile.prototype.write;
    const full: Deno.FsFile["write"] = () =>
      Promise.reject(
        Object.assign(new Error("No space left on device (os error 28)"), {
          code: "ENOSPC",
        }),
      );
    try {
      const error = await assertRejects(
        async () =>
          await fit(model, TEXT, {
            ...SMALL,
            epochs: 9,
            onStep: async ({ step }) => {
              if (step === 4) Deno.FsFile.prototype.write = full;
              atTheEnd = await weightsOf(model);
            },
            checkpoints: { directory, everySteps: 2, best: false },
          }),
        Error,
      );
      assertEquals(
        error.message,
        `Cannot save a checkpoint: Cannot write file ${
          JSON.stringify(join(directory, checkpointName(4)))
        }: the disk is full; nothing was changed; the model keeps its weights, and older checkpoints are as they were`,
      );
    } finally {
      Deno.FsFile.prototype.write = write;
    }
    assertEquals(namesIn(directory), [checkpointName(2)]);
    assertEquals(model.history[0]?.steps, 4);
    assertEquals(await weightsOf(model), atTheEnd);
  }));

Deno.test("fit() refuses at once a folder that cannot be written to, and can be called again", () =>
  withFolder(async (directory, model) => {
    await Deno.writeTextFile(directory, "a file");
    assertThrows(
      () => fit(model, TEXT, { ...SMALL, checkpoints: directory }),
      Error,
      `Cannot train: the folder of the checkpoints must be writable: ${
        JSON.stringify(directory)
      }: `,
    );
    await fit(model, TEXT, { ...SMALL, steps: 1 });
  }));

Deno.test("fit() refuses a folder with checkpoints of another run, and replaces them where it is told to", () =>
  withFolder(async (directory, model) => {
    const options = { ...SMALL, steps: 6, checkpoints: directory };
    await fit(model, TEXT, options);
    assertThrows(
      () => fit(model, TEXT, options),
      Error,
      `Cannot train: the folder of the checkpoints must have none of another run: ${
        JSON.stringify(directory)
      } has; go on with resume(), give another folder, or replace: true`,
    );
    await fit(model, TEXT, {
      ...options,
      steps: 2,
      validation: 0,
      checkpoints: { directory, replace: true },
    });
    assertEquals(namesIn(directory), [checkpointName(2)]);
    const { history } = await read(directory, checkpointName(2));
    assertEquals(history.map(({ steps }) => steps), [6, 2]);
  }));

Deno.test("fit() leaves the checkpoints of another run alone when the new run ends before its first", () =>
  withFolder(async (directory, model) => {
    await fit(model, TEXT, { ...SMALL, steps: 6, checkpoints: directory });
    const run = fit(model, TEXT, {
      ...SMALL,
      checkpoints: { directory, replace: true },
    });
    run.stop();
    await run;
    assertEquals(namesIn(directory), [BEST, checkpointName(6)]);
  }));

Deno.test("fit() refuses to keep the best checkpoint where nothing is validated", () =>
  withFolder((directory, model) => {
    assertThrows(
      () =>
        fit(model, TEXT, {
          ...SMALL,
          validation: 0,
          checkpoints: { directory, best: true },
        }),
      TypeError,
      "Cannot train: checkpoints.best has no effect without a validation part, leave it or validation: 0 out",
    );
    return Promise.resolve();
  }));

Deno.test("fit() refuses checkpoints of a model that cannot be saved", () =>
  withFolder((directory, model) => {
    const bare: TrainableModel = {
      tokenizer: model.tokenizer,
      network: model.network,
      history: [],
      stream: (prompt, options) => model.stream(prompt, options),
      toString: () => "bare",
    };
    assertThrows(
      () => fit(bare, TEXT, { ...SMALL, checkpoints: directory }),
      TypeError,
      "Cannot train: checkpoints need a model that can be saved: this one has no encode()",
    );
    return Promise.resolve();
  }));

Deno.test("Checkpoints leave no tensor behind", () =>
  withFolder(async (directory, model) => {
    await fit(model, TEXT, { ...SMALL, steps: 1 });
    const before = tf.memory().numTensors;
    await fit(model, TEXT, {
      ...SMALL,
      epochs: 3,
      earlyStopping: true,
      checkpoints: { directory, everySteps: 2 },
    });
    assertEquals(tf.memory().numTensors, before);
    assertInstanceOf(model, LanguageModel);
  }));
