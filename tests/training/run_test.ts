import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RunReport } from "../../src/display/training_display.ts";
import { nextTurn } from "../../src/engine/event_loop.ts";
import type { TrainingHistory } from "../../src/training/history.ts";
import { Run, type RunControl } from "../../src/training/run.ts";

const HISTORY: TrainingHistory = {
  epochs: [],
  stopReason: "completed",
  steps: 0,
  seconds: 0,
};

function report(step: number, kind: RunReport["kind"] = "step"): RunReport {
  return {
    kind,
    step,
    totalSteps: 5,
    progress: step / 5,
    epoch: 1,
    epochs: 1,
    loss: 1,
    meanLoss: 1,
    learningRate: 1,
    gradientNorm: 1,
    tokensPerSecond: 1,
    elapsedSeconds: 1,
    remainingSeconds: 1,
  };
}

/** Work that reports one step a turn, as training does, until it is told to end. */
function stepper(
  steps: number,
): (control: RunControl) => Promise<TrainingHistory> {
  return async (control) => {
    for (let step = 1; step <= steps; step++) {
      await nextTurn();
      await control.whenResumed();
      if (control.stopReason) {
        return { ...HISTORY, stopReason: control.stopReason, steps: step - 1 };
      }
      control.report(report(step));
    }
    return { ...HISTORY, steps };
  };
}

async function stepsOf(reports: AsyncIterable<RunReport>): Promise<number[]> {
  const steps: number[] = [];
  for await (const { step } of reports) steps.push(step);
  return steps;
}

Deno.test("Run can be awaited, more than once", async () => {
  const run = new Run(stepper(3));
  assertEquals(run.ended, false);
  assertEquals((await run).steps, 3);
  assertEquals((await run).steps, 3);
  assertEquals(run.ended, true);
});

Deno.test("Run gives its reports to several readers at once", async () => {
  const run = new Run(stepper(4));
  const both = await Promise.all([stepsOf(run), stepsOf(run)]);
  assertEquals(both, [[1, 2, 3, 4], [1, 2, 3, 4]]);
});

Deno.test("Run gives a late reader the reports from then on, and nothing after the end", async () => {
  const run = new Run(stepper(4));
  for await (const { step } of run) if (step === 2) break;
  assertEquals(await stepsOf(run), [3, 4]);
  assertEquals(await stepsOf(run), []);
});

Deno.test("Run goes on when a reader leaves its loop", async () => {
  const run = new Run(stepper(4));
  for await (const _ of run) break;
  assertEquals((await run).steps, 4);
});

Deno.test("Run shows a slow reader the newest step, and every validation and epoch", async () => {
  const reports = [
    report(1),
    report(2),
    report(2, "validation"),
    report(3),
    report(4),
    report(4, "epoch"),
  ];
  const begun = Promise.withResolvers<void>();
  const run = new Run(async (control) => {
    control.report(report(0));
    await begun.promise;
    for (const each of reports) control.report(each); // without a turn between: nobody can follow
    return HISTORY;
  });
  const reader = run[Symbol.asyncIterator]();
  const first = reader.next();
  begun.resolve();
  const seen = [(await first).value!];
  for await (const each of reader) seen.push(each);
  // What is waiting when the next comes is replaced only where it is a step.
  assertEquals(seen.map(({ kind, step }) => `${kind} ${step}`), [
    "validation 2",
    "epoch 4",
  ]);
});

Deno.test("Run keeps a bounded number of reports for a reader who never reads on", async () => {
  const go = Promise.withResolvers<void>();
  const run = new Run(async (control) => {
    await go.promise;
    for (let step = 1; step <= 5000; step++) {
      control.report(report(step, "validation"));
    }
    return HISTORY;
  });
  const seen = stepsOf(run);
  go.resolve();
  assertEquals(await seen, Array.from({ length: 1000 }, (_, i) => 4001 + i));
});

Deno.test("Run.stop() ends the work after the step under way", async () => {
  const run = new Run(stepper(1000));
  for await (const { step } of run) if (step === 3) run.stop();
  const history = await run;
  assertEquals([history.stopReason, history.steps], ["stopped", 3]);
});

Deno.test("Run.pause() holds the work until resume(), and its clock with it", async () => {
  let control: RunControl | undefined;
  const start = performance.now();
  const run = new Run((given) => {
    control = given;
    return stepper(5)(given);
  });
  const seen: number[] = [];
  for await (const { step } of run) {
    seen.push(step);
    if (step !== 2) continue;
    run.pause();
    assertEquals(run.paused, true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(seen, [1, 2]);
    run.resume();
    assertEquals(run.paused, false);
  }
  assertEquals(seen, [1, 2, 3, 4, 5]);
  const leftOut = (performance.now() - start) / 1000 - control!.elapsedSeconds;
  assert(
    leftOut > 0.04,
    `the clock left ${leftOut} s out, not the pause of 0.05 s`,
  );
});

Deno.test("Run.stop() ends a paused run", async () => {
  const run = new Run(stepper(5));
  run.pause();
  run.stop();
  assertEquals((await run).stopReason, "stopped");
  run.pause();
  assertEquals(run.paused, false);
});

Deno.test("Run ends when its signal aborts, even while it is paused", async () => {
  const controller = new AbortController();
  const run = new Run(stepper(5), { signal: controller.signal });
  run.pause();
  await nextTurn();
  controller.abort();
  assertEquals((await run).stopReason, "aborted");
});

Deno.test("Run ends at once when its signal has aborted before", async () => {
  const history = await new Run(stepper(5), { signal: AbortSignal.abort() });
  assertEquals([history.stopReason, history.steps], ["aborted", 0]);
});

Deno.test("Run fails with its work, for those who await and for those who read", async () => {
  const run = new Run(async (control) => {
    await nextTurn();
    control.report(report(1));
    throw new RangeError("too much");
  });
  const reading = stepsOf(run);
  await assertRejects(async () => await run, RangeError, "too much");
  await assertRejects(() => reading, RangeError, "too much");
  assertEquals(run.ended, true);
});

Deno.test("Run whose failure a reader got does not fail again behind their back", async () => {
  let unhandled = 0;
  const count = (event: PromiseRejectionEvent): void => {
    unhandled++;
    event.preventDefault();
  };
  globalThis.addEventListener("unhandledrejection", count);
  const run = new Run(() =>
    nextTurn().then(() => Promise.reject(new Error("broken")))
  );
  await assertRejects(() => stepsOf(run), Error, "broken");
  await nextTurn();
  await nextTurn();
  globalThis.removeEventListener("unhandledrejection", count);
  assertEquals(unhandled, 0);
});
