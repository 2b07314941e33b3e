import { assertEquals, assertThrows } from "@std/assert";
import { toFileUrl } from "@std/path";
import type { FitOptions } from "../../src/training/fit_options.ts";
import {
  fromJSON,
  mergeOptions,
  saveOptions,
  toJSON,
} from "../../src/training/saved_options.ts";

Deno.test("saveOptions() keeps plain JSON, names what is none, and leaves out what belongs to the process", () => {
  const options: FitOptions = {
    epochs: 3,
    clipNorm: Infinity,
    optimizer: { name: "adamw", weightDecay: 0.1 },
    learningRate: (step) => 1 / (step + 1),
    validation: "text",
    log: toFileUrl("/runs/run.jsonl"),
    onStep: () => {},
    signal: new AbortController().signal,
    display: "none",
    checkpoints: "folder",
  };
  assertEquals(
    saveOptions({ ...options, steps: undefined } as unknown as FitOptions),
    {
      options: {
        epochs: 3,
        clipNorm: "Infinity",
        optimizer: { name: "adamw", weightDecay: 0.1 },
        log: "/runs/run.jsonl",
      },
      unsaved: ["learningRate", "validation"],
    },
  );
});

Deno.test("saveOptions() and mergeOptions() bring options back through JSON", () => {
  const options: FitOptions = {
    steps: 10,
    clipNorm: Infinity,
    guard: { explosion: Infinity },
    sample: false,
    validation: 0.2,
  };
  const saved = JSON.parse(JSON.stringify(saveOptions(options)));
  assertEquals(mergeOptions(saved, {}, undefined), options);
});

Deno.test("toJSON() and fromJSON() keep Infinity wherever it stands", () => {
  const value = { a: [Infinity, 1], b: { c: Infinity } };
  assertEquals(fromJSON(JSON.parse(JSON.stringify(toJSON(value)))), value);
});

Deno.test("mergeOptions() takes what is given now, steps in place of epochs and the other way round", () => {
  const epochs = saveOptions({ epochs: 3, learningRate: 0.1 });
  assertEquals(mergeOptions(epochs, { steps: 50 }, undefined), {
    steps: 50,
    learningRate: 0.1,
  });
  const steps = saveOptions({ steps: 3 });
  assertEquals(
    mergeOptions(steps, { epochs: 5, learningRate: 0.2 }, undefined),
    { epochs: 5, learningRate: 0.2 },
  );
});

Deno.test("mergeOptions() takes an option that is the run's own, also where it was a default", () => {
  const saved = saveOptions({ batchSize: 8 });
  const same: FitOptions = {
    batchSize: 8,
    seed: 0,
    sequenceLength: 12,
    optimizer: "adam",
    validation: 0.1,
  };
  assertEquals(mergeOptions(saved, same, 12), same);
});

const SAVED = saveOptions({ batchSize: 8, seed: 3, validation: 0.2 });
const REFUSED: [given: FitOptions, message: string][] = [
  [{ batchSize: 9 }, "batchSize must be that of the run, 8: 9"],
  [{ sequenceLength: 9 }, "sequenceLength must be that of the run, 64: 9"],
  [
    { batches: "windows" },
    'batches must be that of the run, "streams": "windows"',
  ],
  [{ seed: 4 }, "seed must be that of the run, 3: 4"],
  [{ validation: 0.3 }, "validation must be that of the run, 0.2: 0.3"],
  [
    { validation: ["text"] },
    'validation must be that of the run, 0.2: ["text"]',
  ],
  [{ gap: 2 }, "gap must be that of the run, 0: 2"],
  [{ unknown: "skip" }, 'unknown must be that of the run, undefined: "skip"'],
  [{ accumulate: 2 }, "accumulate must be that of the run, 1: 2"],
  [
    { optimizer: { name: "adam", beta1: 0.5 } },
    'optimizer must be that of the run, "adam": {"name":"adam","beta1":0.5}',
  ],
];

for (const [given, message] of REFUSED) {
  Deno.test(`mergeOptions() refuses ${Deno.inspect(given)} where the run had another`, () => {
    assertThrows(
      () => mergeOptions(SAVED, given, undefined),
      RangeError,
      `Cannot resume: ${message}; leave it out`,
    );
  });
}

Deno.test("mergeOptions() asks for functions and data once more, and takes them", () => {
  const learningRate = (): number => 0.1;
  const saved = saveOptions({ learningRate, validation: "text", epochs: 2 });
  assertThrows(
    () => mergeOptions(saved, { learningRate: 0.1 }, undefined),
    TypeError,
    "Cannot resume: no file holds functions and data, so give what the run had once more: validation",
  );
  const given = { learningRate, validation: "text" };
  assertEquals(mergeOptions(saved, given, undefined), { epochs: 2, ...given });
});

Deno.test("mergeOptions() refuses an option that there is not", () => {
  assertThrows(
    () => mergeOptions(SAVED, { epoch: 3 } as FitOptions, undefined),
    TypeError,
    'Cannot train: there is no option "epoch", did you mean "epochs"? (known: epochs, ',
  );
});
