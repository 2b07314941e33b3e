import { assertEquals } from "@std/assert";
import {
  addStep,
  endEpoch,
  historyOf,
  meanLoss,
  newProgress,
} from "../../src/training/progress.ts";

Deno.test("newProgress() stands before the first step: no loss, no epoch", () => {
  const progress = newProgress();
  assertEquals(meanLoss(progress), NaN);
  assertEquals(historyOf(progress, "aborted"), {
    epochs: [],
    stopReason: "aborted",
    steps: 0,
    seconds: 0,
  });
});

Deno.test("addStep() weighs losses by their targets", () => {
  const progress = newProgress();
  addStep(progress, 2, 30);
  addStep(progress, 4, 10);
  assertEquals(meanLoss(progress), 2.5); // (2 · 30 + 4 · 10) / 40
  assertEquals([progress.steps, progress.epoch.steps, progress.recent.at(-1)], [
    2,
    2,
    4,
  ]);
});

Deno.test("historyOf() lists the epoch under way last, and leaves the progress as it is", () => {
  const progress = newProgress();
  addStep(progress, 3, 1);
  progress.seconds = 5;
  progress.validation = { step: 1, loss: 2, bitsPerCharacter: 3 };
  progress.sample = { step: 1, text: "abc" };
  endEpoch(progress);
  addStep(progress, 1, 1);
  progress.seconds = 8;
  const before = JSON.stringify(progress);
  assertEquals(historyOf(progress, "stopped"), {
    epochs: [
      {
        epoch: 1,
        steps: 1,
        loss: 3,
        validationLoss: 2,
        validationBitsPerCharacter: 3,
        seconds: 5,
        sample: "abc",
      },
      { epoch: 2, steps: 1, loss: 1, seconds: 8 }, // neither validated nor sampled yet
    ],
    stopReason: "stopped",
    steps: 2,
    seconds: 8,
    loss: 1,
    validationLoss: 2,
    validationBitsPerCharacter: 3,
  });
  assertEquals(JSON.stringify(progress), before);
});

Deno.test("TrainingProgress is plain JSON: it comes back equal", () => {
  const progress = newProgress();
  addStep(progress, 0.1, 7);
  endEpoch(progress);
  assertEquals(JSON.parse(JSON.stringify(progress)), progress);
});
