import { assertEquals } from "@std/assert";
import { LinesDisplay } from "../../src/display/lines.ts";
import {
  FakeScreen,
  PLAN,
  RECOVERY,
  REPORT,
  TIMED,
  VALIDATED,
} from "./_fakes.ts";

function started(): { screen: FakeScreen; display: LinesDisplay } {
  const screen = new FakeScreen();
  const display = new LinesDisplay(screen);
  display.start(PLAN);
  screen.take();
  return { screen, display };
}

Deno.test("LinesDisplay.start() says what is trained, where, and on how much", () => {
  const screen = new FakeScreen();
  new LinesDisplay(screen).start(PLAN);
  assertEquals(
    screen.take(),
    "LSTM, 1 layer of 256 units\ntensorflow 2.21.0 on CPU\n" +
      "2 epochs of 500 steps, 1,100,000 tokens to learn from, 122,000 to validate on\n",
  );
  new LinesDisplay(screen).start({
    ...PLAN,
    epochs: 1,
    stepsPerEpoch: 1,
    trainTokens: 1,
    validationTokens: 0,
  });
  assertEquals(
    screen.take().split("\n")[2],
    "1 epoch of 1 step, 1 token to learn from, no validation",
  );
});

Deno.test("LinesDisplay.update() prints a step at most every ten seconds", () => {
  const { screen, display } = started();
  screen.clock = 9_999;
  display.update(REPORT);
  assertEquals(screen.take(), "");
  screen.clock = 10_000;
  display.update(REPORT);
  assertEquals(
    screen.take(),
    "epoch 1/2  step 500/1,000 (50 %)  loss 1.750  52.1k tokens/s  0:43 left\n",
  );
  screen.clock = 19_999;
  display.update(REPORT);
  assertEquals(screen.take(), "");
});

Deno.test("LinesDisplay.update() prints every validation", () => {
  const { screen, display } = started();
  display.update(VALIDATED);
  assertEquals(
    screen.take(),
    "epoch 1/2  step 500/1,000 (50 %)  validation 1.386 (2.000 bits/char)  52.1k tokens/s  0:43 left\n",
  );
});

Deno.test("LinesDisplay.update() prints every epoch with its mean loss and an indented sample", () => {
  const { screen, display } = started();
  display.update({
    ...VALIDATED,
    kind: "epoch",
    sample: "Call me\n\n\x1b[2JIshmael.\n",
  });
  assertEquals(
    screen.take(),
    "epoch 1/2  loss 2.250  validation 1.386 (2.000 bits/char)  52.1k tokens/s  after 43 s\n" +
      "    Call me\n\n    ␛[2JIshmael.\n",
  );
});

Deno.test("LinesDisplay.update() prints one epoch in two seconds where there are many or nobody knows how many, with its validation", () => {
  for (const epochs of [60, Infinity]) {
    const { screen, display } = started();
    display.start({ ...PLAN, epochs, stepsPerEpoch: 1 });
    screen.take();
    const of = epochs === Infinity ? "" : "/60";
    for (const epoch of [1, 2, 3, 4, 5, 6, 7, 8]) {
      screen.clock += 500;
      display.update({ ...VALIDATED, epoch, epochs });
      display.update({ ...VALIDATED, kind: "epoch", epoch, epochs });
    }
    display.update({ ...VALIDATED, kind: "epoch", epoch: 60, epochs });
    assertEquals(
      screen.take().split("\n").map((line) => line.slice(0, 18).trimEnd()),
      [1, 1, 5, 5, ...epochs === 60 ? [60] : []].map((epoch, i) =>
        `epoch ${epoch}${of}  ${
          i === 0 || i === 2 ? "step 500/1,000" : "loss 2.250  validation"
        }`.slice(0, 18).trimEnd()
      ).concat(""),
    );
  }
});

Deno.test("LinesDisplay.end() says how the run ended", async () => {
  const { screen, display } = started();
  const summary = { steps: 1000, elapsedSeconds: 86, loss: 1.5 };
  await display.end({
    ...summary,
    stopReason: "completed",
    validationLoss: Math.log(4),
    validationBitsPerCharacter: 2,
  });
  await display.end({ ...summary, stopReason: "stopped" });
  await display.end({ ...summary, stopReason: "aborted", steps: 0, loss: NaN });
  await display.end({
    ...summary,
    stopReason: "failed",
    steps: 1,
    error: "Cannot train:\nthe loss is NaN",
  });
  assertEquals(screen.take().split("\n"), [
    "trained 1,000 steps in 1 min 26 s: loss 1.500, validation 1.386 (2.000 bits/char)",
    "stopped after 1,000 steps in 1 min 26 s: loss 1.500",
    "aborted after 0 steps in 1 min 26 s",
    "failed after 1 step in 1 min 26 s: Cannot train: the loss is NaN",
    "",
  ]);
});

Deno.test("LinesDisplay says of a run that time ends how much of it is over, and of no step how many there will be", () => {
  const screen = new FakeScreen();
  const display = new LinesDisplay(screen);
  display.start({ ...PLAN, epochs: Infinity, maxSeconds: 180 });
  assertEquals(
    screen.take().split("\n")[2],
    "3 min 0 s of epochs of 500 steps, 1,100,000 tokens to learn from, 122,000 to validate on",
  );
  display.start({ ...PLAN, maxSeconds: 180 });
  assertEquals(
    screen.take().split("\n")[2]!.slice(0, 41),
    "2 epochs of 500 steps, 3 min 0 s at most,",
  );
  screen.clock = 10_000;
  display.update(TIMED);
  display.update({ ...TIMED, kind: "epoch" });
  assertEquals(
    screen.take(),
    "epoch 1  step 500 (33 %)  loss 1.750  52.1k tokens/s  1:26 left\n" +
      "epoch 1  loss 2.250  52.1k tokens/s  after 43 s\n",
  );
});

Deno.test("LinesDisplay.update() prints samples between epochs, and that the run went back", () => {
  const { screen, display } = started();
  display.update({ ...REPORT, kind: "sample", sample: "Call me" });
  display.update(RECOVERY);
  assertEquals(
    screen.take(),
    "epoch 1/2  step 500/1,000 (50 %)  sample\n    Call me\n" +
      "epoch 1/2  step 501: the loss must be a number: NaN; back\n",
  );
});

Deno.test("LinesDisplay.end() names every reason to end, and the weights that the model was given back", async () => {
  const { screen, display } = started();
  const summary = { steps: 1000, elapsedSeconds: 86, loss: 1.5 };
  await display.end({ ...summary, stopReason: "time" });
  await display.end({ ...summary, stopReason: "target" });
  await display.end({
    ...summary,
    stopReason: "early-stopping",
    validationLoss: 2,
    restored: { step: 900, validationLoss: 1.75 },
  });
  assertEquals(screen.take().split("\n"), [
    "trained 1,000 steps in 1 min 26 s: loss 1.500",
    "reached the target after 1,000 steps in 1 min 26 s: loss 1.500",
    "no longer better, stopped early after 1,000 steps in 1 min 26 s: loss 1.500, validation 2.000, back to the best " +
    "weights, those of step 900, validation 1.750",
    "",
  ]);
});
