import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fromFileUrl, join, toFileUrl } from "@std/path";
import {
  decodeSafetensors,
  encodeSafetensors,
  type TensorData,
} from "../../src/checkpoint/safetensors.ts";
import { useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { ModelFileError } from "../../src/models/model_file.ts";
import { resume, type ResumeOptions } from "../../src/models/resume.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { BEST, checkpointName } from "../../src/training/checkpoint_folder.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitData } from "../../src/training/fit_data.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import { changedBytes, changedJson, Dice } from "./_mutations.ts";

const engine = await useEngine("cpu");

const TEXT = "Call me Ishmael. Some years ago - never mind how long precisely";
const TOKENIZER = CharTokenizer.train(TEXT);
const OPTIONS: FitOptions = {
  batchSize: 2,
  sequenceLength: 4,
  sample: false,
  display: "none",
  steps: 6,
};

/** Runs `use` with the folder of a run of six steps, a checkpoint after every second. */
async function withRun(
  use: (directory: string) => Promise<void>,
  options: FitOptions = {},
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const model = buildLSTM({ tokenizer: TOKENIZER, units: 4, embedding: 3 });
  await fit(model, TEXT, {
    ...OPTIONS,
    checkpoints: { directory, everySteps: 2, best: false },
    ...options,
  });
  model.dispose();
  try {
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Goes on to eight steps, and gives what is left of the run then. */
async function goOn(
  checkpoint: string | URL,
  options: ResumeOptions = {},
  data: FitData = TEXT,
) {
  const { run, model, ...rest } = await resume(checkpoint, data, {
    steps: 8,
    display: "none",
    ...options,
  });
  try {
    return { ...rest, history: await run };
  } finally {
    model.dispose();
  }
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

/** Writes a file again with its record or its tensors changed. */
async function change(
  path: string,
  // deno-lint-ignore no-explicit-any
  what: (record: any, tensors: Map<string, TensorData>) => void,
): Promise<void> {
  const { tensors, metadata } = decodeSafetensors(await Deno.readFile(path));
  const record = JSON.parse(metadata["textloom_checkpoint"]!);
  what(record, tensors);
  await Deno.writeFile(
    path,
    encodeSafetensors(tensors, {
      ...metadata,
      textloom_checkpoint: JSON.stringify(record),
    }),
  );
}

Deno.test("resume() takes a folder, a file, or a URL, says where it goes on, and keeps checkpoints there as before", () =>
  withRun(async (directory) => {
    const path = join(directory, checkpointName(6));
    const { step, path: found, skipped, differences, history } = await goOn(
      directory,
    );
    assertEquals([step, found], [6, path]);
    assertEquals([skipped, differences], [[], []]);
    assertEquals([history.steps, history.stopReason], [8, "completed"]);
    assertEquals(namesIn(directory), [4, 6, 8].map(checkpointName));
    assertEquals((await goOn(toFileUrl(path))).step, 6);
  }));

Deno.test("resume() goes on without validation, as the run did", () =>
  withRun(async (directory) => {
    const { history } = await goOn(directory);
    assertEquals([history.steps, history.validationLoss], [8, undefined]);
    assertEquals(namesIn(directory), [4, 6, 8].map(checkpointName));
  }, { validation: 0 }));

Deno.test("resume() adds to the log of the run", async () => {
  const log = await Deno.makeTempFile({ suffix: ".jsonl" });
  await withRun(async (directory) => {
    await goOn(directory);
    const lines = (await Deno.readTextFile(log)).trim().split("\n");
    const steps = lines.map((line) => JSON.parse(line))
      .filter(({ event }) => event === "step").map(({ step }) => step);
    assertEquals(steps, [1, 2, 3, 4, 5, 6, 7, 8]);
  }, { log });
  await Deno.remove(log);
});

Deno.test("resume() goes on with the same log and folder, whatever the current folder is and becomes", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  for (const name of ["one", "two"]) await Deno.mkdir(join(folder, name));
  const worker = fromFileUrl(import.meta.resolve("./_moved_worker.ts"));
  for (const part of ["begin", "finish"]) {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", worker, part, folder],
      stdout: "null",
      stderr: "piped",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  }
  assertEquals(namesIn(folder), ["one", "two"]);
  assertEquals(namesIn(join(folder, "two")), []);
  assertEquals(namesIn(join(folder, "one")).sort(), ["kept", "run.jsonl"]);
  const log = await Deno.readTextFile(join(folder, "one", "run.jsonl"));
  const steps = log.trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ event }) => event === "step").map(({ step }) => step);
  assertEquals(steps, [1, 2, 3, 4, 5, 6, 7]);
  const kept = namesIn(join(folder, "one", "kept"));
  for (let step = 1; step <= 7; step++) {
    assert(kept.includes(checkpointName(step)), `${kept}`);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("resume() from an older file leaves the line of the newer ones", () =>
  withRun(async (directory) => {
    const { step } = await goOn(join(directory, checkpointName(2)), {
      steps: 4,
      learningRate: 0.5,
    });
    assertEquals(step, 2);
    assertEquals(namesIn(directory), [2, 4].map(checkpointName));
  }));

Deno.test("resume() keeps checkpoints elsewhere, or none, where it is told to", () =>
  withRun(async (directory) => {
    const before = namesIn(directory);
    await goOn(directory, { checkpoints: false });
    assertEquals(namesIn(directory), before);
    const other = join(directory, "other");
    await goOn(directory, { checkpoints: other });
    assertEquals(namesIn(other), [checkpointName(8)]);
    await goOn(directory, {
      checkpoints: { directory: other, replace: true, everySteps: 1 },
    });
    assertEquals(namesIn(other), [7, 8].map(checkpointName));
  }));

Deno.test("resume() passes over damaged checkpoints, says which, and takes the newest that is whole", () =>
  withRun(async (directory) => {
    const [six, four] = [6, 4].map((step) =>
      join(directory, checkpointName(step))
    ) as [string, string];
    await Deno.truncate(six, 1000);
    await change(four, (record) => delete record.progress.epoch);
    const { step, skipped } = await goOn(directory);
    assertEquals(step, 2);
    assertEquals(skipped.map(({ path }) => path), [six, four]);
    assertStringIncludes(
      skipped[0]!.reason,
      `Cannot load the model "${six}": it must be a whole safetensors file: `,
    );
    assertEquals(
      skipped[1]!.reason,
      `Cannot resume from "${four}": the checkpoint's record is damaged: progress.epoch is no object`,
    );
  }));

Deno.test("resume() passes over what the system does not read", () =>
  withRun(async (directory) => {
    await Deno.remove(directory, { recursive: true });
    const best = join(directory, BEST);
    await Deno.mkdir(best, { recursive: true });
    await assertRejects(
      () => resume(directory, TEXT),
      ModelFileError,
      `has none: Cannot resume: this is a folder: ${JSON.stringify(best)}`,
    );
  }));

Deno.test("resume() takes the best checkpoint where no other is left", () =>
  withRun(async (directory) => {
    await Deno.rename(
      join(directory, checkpointName(4)),
      join(directory, BEST),
    );
    for (const step of [2, 6]) {
      await Deno.writeTextFile(join(directory, checkpointName(step)), "");
    }
    const { step, skipped } = await goOn(directory);
    assertEquals([step, skipped.length], [4, 2]);
  }));

Deno.test("resume() refuses what is not there, no path, and a folder without a checkpoint", async () => {
  const folder = await Deno.makeTempDir();
  await assertRejects(
    () => resume(join(folder, "none"), TEXT),
    Deno.errors.NotFound,
    `Cannot resume: there is no file or folder "${
      join(folder, "none")
    }" in ${Deno.cwd()}`,
  );
  await assertRejects(
    () => resume(folder, TEXT),
    ModelFileError,
    `Cannot resume: the folder must have a checkpoint that can be read: "${folder}" has none`,
  );
  for (const [checkpoint, name] of [["", '""'], [null, "null"], [5, "5"]]) {
    await assertRejects(
      () => resume(checkpoint as string, TEXT),
      TypeError,
      `Cannot resume: the checkpoint must be the path of a file or a folder: ${name}`,
    );
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("resume() refuses a model without a checkpoint", async () => {
  const path = await Deno.makeTempFile();
  const model = buildLSTM({ tokenizer: TOKENIZER, units: 4, embedding: 3 });
  await model.save(path);
  await assertRejects(
    () => resume(path, TEXT),
    ModelFileError,
    `Cannot resume from "${path}": it is a model without a checkpoint; load it with LanguageModel.load() and train it with fit()`,
  );
  model.dispose();
  await Deno.remove(path);
});

Deno.test("resume() refuses other data and names the difference, unless it is told otherwise", () =>
  withRun(async (directory) => {
    const other = TEXT.replace("Some", "some");
    await assertRejects(
      () => goOn(directory, {}, TEXT.slice(1)),
      RangeError,
      "Cannot resume: the data must be that of the run: a text of 62 tokens of a vocabulary of 23 instead of " +
        "a text of 63 tokens of a vocabulary of 23; give the same data, or allowOtherData: true",
    );
    await assertRejects(
      () => goOn(directory, {}, other),
      RangeError,
      "a text of 63 tokens of a vocabulary of 23, as it was, but other ones: fingerprint ",
    );
    await assertRejects(
      () => goOn(directory, {}, [TEXT.slice(0, 30), TEXT.slice(30)]),
      RangeError,
      "2 documents of 63 tokens of a vocabulary of 23 instead of a text of 63 tokens",
    );
    // Other epochs: 14 steps of the text twice over, of which none was taken in the epoch that begins anew.
    const { history, step } = await goOn(
      directory,
      { allowOtherData: true, steps: 9 },
      TEXT + TEXT,
    );
    assertEquals([step, history.steps], [6, 9]);
    assertEquals(history.data?.tokens, 2 * TEXT.length);
    await assertRejects(
      () => goOn(directory, { allowOtherData: 1 as unknown as boolean }),
      TypeError,
      "Cannot resume: allowOtherData must be true or false: 1",
    );
  }));

Deno.test("resume() takes the same data in another form", () =>
  withRun(async (directory) => {
    const ids = TOKENIZER.encode(TEXT);
    const { history } = await goOn(directory, {}, ids);
    assertEquals(history.steps, 8);
  }));

Deno.test("resume() refuses ids beyond the vocabulary, and other validation data", () =>
  withRun(async (directory) => {
    await assertRejects(
      () => goOn(directory, { validation: TEXT }, Int32Array.of(99)),
      RangeError,
      "Cannot train: token ids must be from 0 to 22: 99 at place 0",
    );
    await assertRejects(
      () => goOn(directory),
      TypeError,
      "Cannot resume: no file holds functions and data, so give what the run had once more: validation",
    );
    await assertRejects(
      () => goOn(directory, { validation: TEXT.slice(1) }),
      RangeError,
      "Cannot resume: the data must be that of the run: validation on a text of 62 tokens",
    );
    const { history } = await goOn(directory, { validation: TEXT });
    assertEquals(history.steps, 8);
  }, { validation: TEXT }));

Deno.test("resume() refuses a run that is over, and goes on where there is more to do", () =>
  withRun(async (directory) => {
    await assertRejects(
      () => resume(directory, TEXT, { display: "none" }),
      RangeError,
      "Cannot resume: the run is over: it has taken all of its 6 steps; give more steps or epochs, such as { steps: 12 }",
    );
    await assertRejects(
      () => resume(directory, TEXT, { display: "none", steps: 5 }),
      RangeError,
      "Cannot resume: the run is over: it has taken all of its 6 steps",
    );
    const { run, model } = await resume(directory, TEXT, {
      display: "none",
      epochs: 2,
    });
    assertEquals((await run).steps, 14); // 7 steps an epoch
    model.dispose();
  }));

Deno.test("resume() refuses a run that stopped early, unless it is told what is other now", () =>
  withRun(
    async (directory) => {
      await assertRejects(
        () => goOn(directory, { steps: 50 }),
        RangeError,
        "Cannot resume: the run is over: its validation loss did not become better any more; " +
          "give earlyStopping: false, or options with more patience",
      );
      const { step, history } = await goOn(directory, {
        steps: 30,
        earlyStopping: false,
      });
      assert(step < 30);
      assertEquals(history.steps, 30);
      assertEquals(history.best?.restored, undefined);
    },
    {
      steps: 40,
      validateEvery: 1,
      learningRate: 1,
      guard: false,
      earlyStopping: { patience: 2 },
    },
  ));

Deno.test("resume() refuses options that may not be others, and options that are none", () =>
  withRun(async (directory) => {
    await assertRejects(
      () => goOn(directory, { batchSize: 3 }),
      RangeError,
      "Cannot resume: batchSize must be that of the run, 2: 3; leave it out",
    );
    await assertRejects(
      () => goOn(directory, { stepz: 3 } as ResumeOptions),
      TypeError,
      'Cannot train: there is no option "stepz", did you mean "steps"? (known: epochs, ',
    );
    await assertRejects(
      () => goOn(directory, { checkpoints: 5 as unknown as string }),
      TypeError,
      "Cannot train: checkpoints must be a folder, an object or false: 5",
    );
    for (const [options, name] of [[null, "null"], ["x", "string"]]) {
      await assertRejects(
        () => resume(directory, TEXT, options as unknown as ResumeOptions),
        TypeError,
        `Cannot resume: the options must be an object: ${name}`,
      );
    }
  }));

Deno.test("resume() says what computes differently now", () =>
  withRun(async (directory) => {
    await change(join(directory, checkpointName(6)), (record) => {
      record.computedOn.engine = "abacus";
      record.computedOn.lanes += 1;
    });
    const { differences } = await goOn(directory);
    assertEquals(differences, [
      `engine ${engine.description} instead of abacus`,
      "1 parts side by side instead of 2",
    ]);
  }));

const DAMAGE: [
  what: string,
  change: Parameters<typeof change>[1],
  message: string,
][] = [
  [
    "a newer format",
    (record) => record.formatVersion = 9,
    "the checkpoint must be of a format up to 1: 9; update the library",
  ],
  [
    "a count below 0",
    (record) => record.progress.steps = -1,
    "the checkpoint's record is damaged: progress.steps is no count: -1",
  ],
  [
    "an epoch longer than the run",
    (record) => record.progress.epoch.steps = 99,
    "the checkpoint's record is damaged: its epoch has more steps than all of it: 99 of 6",
  ],
  [
    "losses that are no list",
    (record) => record.progress.recent = 5,
    "the checkpoint's record is damaged: progress.recent is no list",
  ],
  [
    "another place in the history",
    (record) => record.runsBefore = 1,
    "the checkpoint's run must be the last of the history: number 1 of 1",
  ],
  [
    "a tensor of another group",
    (_, tensors) =>
      tensors.set("checkpoint/x", tensors.get("checkpoint/state/0")!),
    'the checkpoint\'s tensors must be those of an optimizer, a state or the best weights: "x"',
  ],
  [
    "a gap in the state",
    (_, tensors) => tensors.delete("checkpoint/state/0"),
    "the checkpoint's state must be numbered from 0: 1",
  ],
  [
    "best weights of another model",
    (_, tensors) =>
      tensors.set("checkpoint/best/x", tensors.get("checkpoint/state/0")!),
    "the checkpoint's best weights must be those of the network: their names or shapes are others",
  ],
];

for (const [what, damage, message] of DAMAGE) {
  Deno.test(`resume() refuses ${what}`, () =>
    withRun(async (directory) => {
      const path = join(directory, checkpointName(6));
      await change(path, damage);
      await assertRejects(
        () => goOn(path),
        ModelFileError,
        `Cannot resume from "${path}": ${message}`,
      );
    }));
}

Deno.test("resume() gives a run that fails where the memory is that of another optimizer or the state of another shape", () =>
  withRun(async (directory) => {
    const path = join(directory, checkpointName(6));
    const bytes = await Deno.readFile(path);
    await change(
      path,
      (_, tensors) => tensors.delete("checkpoint/optimizer/steps"),
    );
    await assertRejects(
      () => goOn(path, { checkpoints: false }),
      SyntaxError,
      "Cannot resume: the optimizer's memory must have the tensors of the run: missing steps",
    );
    await Deno.writeFile(path, bytes);
    await change(path, (_, tensors) => {
      const { data } = tensors.get("checkpoint/state/0")!;
      tensors.set("checkpoint/state/0", {
        dtype: "F32",
        shape: [4, 2],
        data: data as Float32Array,
      });
    });
    await assertRejects(
      () => goOn(path, { checkpoints: false }),
      SyntaxError,
      "Cannot resume: the network's state must have the shapes ",
    );
  }));

Deno.test("resume() goes on from or refuses damaged checkpoints, and nothing else, and leaves no tensor behind", () =>
  withRun(async (directory) => {
    const path = join(directory, checkpointName(6));
    const bytes = await Deno.readFile(path);
    const { tensors, metadata } = decodeSafetensors(bytes);
    const before = tf.memory().numTensors;
    const counts = [0, 0];
    for (let seed = 0; seed < 300; seed++) {
      const dice = new Dice(seed);
      let damaged: Uint8Array;
      if (seed % 3 === 0) damaged = changedBytes(bytes, dice);
      else {
        const record = changedJson(metadata["textloom_checkpoint"]!, dice);
        if (!record.isWellFormed()) continue;
        damaged = encodeSafetensors(tensors, {
          ...metadata,
          textloom_checkpoint: record,
        });
      }
      await Deno.writeFile(path, damaged);
      try {
        await goOn(path, { checkpoints: false });
        counts[1]!++;
      } catch (error) {
        assert(
          error instanceof ModelFileError || error instanceof RangeError ||
            error instanceof SyntaxError || error instanceof TypeError,
          `seed ${seed}: ${error}`,
        );
        assertInstanceOf(error, Error);
        assert(
          /^Cannot (resume|load|train|make|go on)/.test(error.message),
          `seed ${seed}: ${error.stack}`,
        );
        counts[0]!++;
      }
    }
    assertEquals(tf.memory().numTensors, before);
    assert(counts.every((count) => count > 20), String(counts));
  }));

Deno.test("resume() goes on from a checkpoint that Python has opened", async () => {
  const file = new URL(
    "../golden/checkpoint_textloom.safetensors",
    import.meta.url,
  );
  const { step, history } = await goOn(
    file,
    { steps: 5, checkpoints: false },
    "to be or not to be, that is the question",
  );
  assertEquals([step, history.steps], [3, 5]);
});
