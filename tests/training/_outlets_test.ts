import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { RunReport } from "../../src/display/training_display.ts";
import { ensureEngine } from "../../src/engine/engine.ts";
import { nextTurn } from "../../src/engine/event_loop.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import { fitSettings } from "../../src/training/fit_settings.ts";
import type { Run } from "../../src/training/run.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

const TEXT =
  "Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, " +
  "and nothing particular to interest me on shore, I thought I would sail about a little and see.";
const TOKENIZER = CharTokenizer.train(TEXT);
/** 4 steps an epoch. */
const QUIET = {
  batchSize: 4,
  sequenceLength: 10,
  sample: { maxTokens: 3 },
  display: "none",
} as const;

function smallModel(): LanguageModel {
  return buildLSTM({ tokenizer: TOKENIZER, units: 8, embedding: 8 });
}

async function weights(model: LanguageModel): Promise<number[][]> {
  const parameters = [...model.network.parameters.values()];
  return await Promise.all(
    parameters.map(async (parameter) => [...await parameter.values()]),
  );
}

Deno.test("fit() calls back in order, with the run, and waits for each", async () => {
  const model = smallModel();
  const heard: string[] = [];
  const runs = new Set<Run>();
  let isBusy = false;
  const hear = (name: string) => async (report: RunReport, run: Run) => {
    assertEquals(isBusy, false);
    isBusy = true;
    await nextTurn();
    isBusy = false;
    heard.push(`${name} ${report.kind} ${report.step}`);
    runs.add(run);
  };
  const run = fit(model, TEXT, {
    ...QUIET,
    steps: 6,
    validateEvery: 3,
    sampleEvery: 2,
    onStep: hear("onStep"),
    onValidation: hear("onValidation"),
    onEpoch: hear("onEpoch"),
    onSample: hear("onSample"),
  });
  await run;
  assertEquals(heard, [
    "onStep step 1",
    "onStep step 2",
    "onSample sample 2",
    "onStep step 3",
    "onValidation validation 3",
    "onStep step 4",
    "onValidation validation 4",
    "onSample epoch 4", // once, though 4 is due for a sample too
    "onEpoch epoch 4",
    "onStep step 5",
    "onStep step 6",
    "onValidation validation 6",
    "onSample epoch 6",
    "onEpoch epoch 6",
  ]);
  assertEquals([...runs], [run]);
  model.dispose();
});

Deno.test("fit() can be stopped and paused from a callback", async () => {
  const model = smallModel();
  const history = await fit(model, TEXT, {
    ...QUIET,
    epochs: 50,
    onStep: ({ step }, run) => {
      if (step === 2) {
        run.pause();
        setTimeout(() => run.resume(), 5);
      }
      if (step === 3) run.stop();
    },
  });
  assertEquals([history.stopReason, history.steps], ["stopped", 3]);
  model.dispose();
});

Deno.test("fit() fails with whatever a callback throws, even nothing", async () => {
  for (const thrown of [undefined, null, "mine"]) {
    const model = smallModel();
    const run = fit(model, TEXT, {
      ...QUIET,
      onStep: () => {
        throw thrown;
      },
    });
    const outcome = await run.then(() => ["no failure"], (error) => [error]);
    assertEquals(outcome, [thrown]);
    assertEquals(model.history[0]!.stopReason, "failed");
    model.dispose();
  }
});

for (const name of ["onStep", "onValidation", "onEpoch", "onSample"] as const) {
  Deno.test(`fit() fails with the error of ${name}, and the model keeps its weights`, async () => {
    for (const isAsync of [false, true]) {
      const model = smallModel();
      await fit(model, TEXT, { ...QUIET, steps: 1 }); // brings the weights to the engine
      let kept: number[][] | undefined;
      const mine = new Error("mine");
      await assertNoLeak(async () => {
        const error = await assertRejects(async () =>
          await fit(model, TEXT, {
            ...QUIET,
            epochs: 3,
            [name]: isAsync
              ? async () => {
                kept = await weights(model);
                throw mine;
              }
              : () => {
                throw mine;
              },
          })
        );
        assertEquals(error, mine);
      });
      if (isAsync) assertEquals(await weights(model), kept);
      const { stopReason, steps } = model.history[1]!;
      assertEquals(stopReason, "failed");
      assertEquals(steps, name === "onStep" ? 1 : 4);
      const again = await fit(model, TEXT, QUIET); // it can go on
      assertEquals(again.stopReason, "completed");
      model.dispose();
    }
  });
}

Deno.test("fit() writes a log with a line for each report, and closes it however it ends", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  const rows = async () =>
    (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
  const model = smallModel();
  const losses: number[] = [];
  const options = { ...QUIET, epochs: 1, validateEvery: 3, log: path };
  const history = await fit(model, TEXT, {
    ...options,
    onStep: async (report) => {
      losses.push(report.loss);
      const last = (await rows()).at(-1); // it is in the file already
      assertEquals([last.step, last.loss], [report.step, report.loss]);
    },
  });
  assertEquals((await rows()).map(({ event, step }) => `${event} ${step}`), [
    "step 1",
    "step 2",
    "step 3",
    "validation 3",
    "step 4",
    "validation 4",
    "epoch 4",
  ]);
  const steps = (await rows()).filter(({ event }) => event === "step");
  assertEquals(steps.map(({ loss }) => loss), losses);
  for (
    const { learningRate, gradientNorm, tokensPerSecond, memoryBytes } of steps
  ) {
    assertEquals(learningRate, 0.002);
    assert(gradientNorm > 0 && tokensPerSecond > 0 && memoryBytes > 1e6);
  }
  const last = (await rows()).at(-1);
  assertEquals([last.sample, last.meanLoss], [
    history.epochs[0]!.sample,
    history.loss,
  ]);
  assertEquals((await rows())[3].validationLoss !== null, true);

  await assertRejects(async () =>
    await fit(model, TEXT, {
      ...options,
      onStep: () => {
        throw new Error("mine");
      },
    })
  );
  assertEquals((await rows()).length, 8); // one more, behind the others
  model.dispose();
  await Deno.remove(path);
});

Deno.test("fit() says at once that a log cannot be written, and makes no log where it refuses to train", async () => {
  const model = smallModel();
  assertThrows(
    () => fit(model, TEXT, { ...QUIET, log: "/nowhere/at/all.jsonl" }),
    Error,
    'Cannot train: the log must be a file that can be written: "/nowhere/at/all.jsonl": ',
  );
  const directory = await Deno.makeTempDir();
  assertThrows(
    () =>
      fit(model, TEXT, {
        ...QUIET,
        log: `${directory}/a.jsonl`,
        sample: { maxTokens: -1 },
      }),
    RangeError,
  );
  assertEquals(await Array.fromAsync(Deno.readDir(directory)), []);
  await Deno.remove(directory);
  await fit(model, TEXT, QUIET); // nothing holds the model
  model.dispose();
});

Deno.test({
  name:
    "fit() fails when the disk of its log is full, and the model keeps its weights",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const model = smallModel();
    await assertRejects(
      async () => await fit(model, TEXT, { ...QUIET, log: "/dev/full" }),
      Error,
      'Cannot train: the log must be a file that can be written: "/dev/full": No space left on device',
    );
    assertEquals([model.history[0]!.steps, model.history[0]!.stopReason], [
      1,
      "failed",
    ]);
    assert((await weights(model)).flat().every(Number.isFinite));
    model.dispose();
  },
});

for (
  const [options, message] of [
    [{ onStep: "log" }, 'Cannot train: onStep must be a function: "log"'],
    [{ onEpoch: null }, "Cannot train: onEpoch must be a function: null"],
    [
      { onValidation: () => {}, validation: 0 },
      "Cannot train: onValidation has no effect without a validation part, leave it or validation: 0 out",
    ],
    [
      { onSample: () => {}, sample: false },
      "Cannot train: onSample has no effect without samples, leave it or sample: false out",
    ],
    [
      { sampleEvery: 5, sample: false },
      "Cannot train: sampleEvery has no effect without samples, leave it or sample: false out",
    ],
    [{ log: 3 }, "Cannot train: log must be a path: 3"],
    [
      { log: new URL("https://example.org/run.csv") },
      "Cannot train: log must be a path or a file: URL: https://example.org/run.csv",
    ],
  ] as unknown as [FitOptions, string][]
) {
  Deno.test(`fitSettings() refuses ${Deno.inspect(options)}`, () => {
    assertThrows(() => fitSettings(options), TypeError, message);
  });
}
