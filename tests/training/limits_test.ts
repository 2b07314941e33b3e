import { assertEquals } from "@std/assert";
import { RandomWindows } from "../../src/data/random_windows.ts";
import { fitSettings } from "../../src/training/fit_settings.ts";
import { limitsOf, whyOver } from "../../src/training/limits.ts";
import { newProgress } from "../../src/training/progress.ts";

/** Six windows: three batches an epoch. */
const BATCHES = new RandomWindows(new Uint8Array(13), {
  batchSize: 2,
  sequenceLength: 2,
});

/** Where a run stands after some steps, in the middle of an epoch. */
function after(steps: number, index: number, inEpoch: number) {
  const progress = newProgress();
  progress.steps = steps;
  Object.assign(progress.epoch, { index, steps: inEpoch });
  return progress;
}

Deno.test("limitsOf() counts steps from epochs and epochs from steps, wherever the run stands", () => {
  for (const progress of [newProgress(), after(4, 1, 1), after(6, 2, 0)]) {
    assertEquals(limitsOf(fitSettings({ epochs: 4 }), BATCHES, progress), {
      totalSteps: 12,
      epochs: 4,
      maxSeconds: Infinity,
    });
    assertEquals(limitsOf(fitSettings({ steps: 10 }), BATCHES, progress), {
      totalSteps: 10,
      epochs: 4,
      maxSeconds: Infinity,
    });
  }
  const accumulated = fitSettings({ epochs: 4, accumulate: 2 });
  assertEquals(limitsOf(accumulated, BATCHES, newProgress()).totalSteps, 8);
});

Deno.test("limitsOf() counts epochs that are over as they were, where the data has changed", () => {
  const progress = after(20, 2, 0); // ten steps an epoch
  assertEquals(limitsOf(fitSettings({ epochs: 4 }), BATCHES, progress), {
    totalSteps: 26,
    epochs: 4,
    maxSeconds: Infinity,
  });
});

Deno.test("whyOver() says why a run cannot go on, and what to give", () => {
  const limits = { totalSteps: 10, epochs: 4, maxSeconds: 60 };
  const progress = after(9, 3, 0);
  const why = (ended: Parameters<typeof whyOver>[2]["ended"], given = {}) =>
    whyOver(progress, limits, { ended, given });
  assertEquals(why(null), undefined);
  assertEquals(why("stopped"), undefined);
  assertEquals(
    why("early-stopping"),
    "its validation loss did not become better any more; give earlyStopping: false, or options with more patience",
  );
  assertEquals(why("early-stopping", { earlyStopping: false }), undefined);
  assertEquals(
    why("target"),
    "its loss was as low as targetLoss wanted; give a lower one",
  );
  assertEquals(why("target", { targetLoss: 0.1 }), undefined);
  progress.seconds = 60;
  assertEquals(
    why("time"),
    "it has taken all of its 60 seconds; give more maxSeconds, counted from its beginning",
  );
  progress.steps = 10;
  assertEquals(
    why("completed"),
    "it has taken all of its 10 steps; give more steps or epochs, such as { steps: 20 }",
  );
});
