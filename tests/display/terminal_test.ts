import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { displayWidth } from "../../src/text/display_width.ts";
import { getBottomLine } from "../../src/display/_screen.ts";
import { TerminalDisplay } from "../../src/display/terminal.ts";
import {
  FakeScreen,
  PLAN,
  RECOVERY,
  REPORT,
  TIMED,
  VALIDATED,
} from "./_fakes.ts";

function started(width = 80): { screen: FakeScreen; display: TerminalDisplay } {
  const screen = new FakeScreen();
  screen.width = width;
  const display = new TerminalDisplay(screen);
  display.start(PLAN);
  screen.take();
  screen.clock = 1000;
  return { screen, display };
}

Deno.test("TerminalDisplay.start() writes what is trained above an empty bar", () => {
  const screen = new FakeScreen();
  new TerminalDisplay(screen).start(PLAN);
  // 79 columns: "epoch 1/2" 9, two blanks, bar at most 40, two blanks, "preparing the first step" 24.
  assertEquals(
    screen.take(),
    "\r\x1b[KLSTM, 1 layer of 256 units\ntensorflow 2.21.0 on CPU\n" +
      "2 epochs of 500 steps, 1,100,000 tokens to learn from, 122,000 to validate on\n\n" +
      `epoch 1/2  ${"─".repeat(40)}  preparing the first step\x1b[K`,
  );
});

Deno.test("TerminalDisplay.update() redraws one line in place", () => {
  const { screen, display } = started();
  display.update(VALIDATED);
  // 79 - (9 + 10 + 9 + 15 + 11 + 9) - 6 · 2 = 4: too little for a bar of 8, so the rate (11 + 2) goes: 17.
  assertEquals(
    screen.take(),
    `\repoch 1/2  ${"━".repeat(8)}╸${
      "─".repeat(8)
    }  loss 1.750  val 1.386  2.000 bits/char  0:43 left\x1b[K`,
  );
});

Deno.test("TerminalDisplay.update() has room for the rate on a wide terminal", () => {
  const { screen, display } = started(200);
  display.update(VALIDATED);
  assertEquals(
    screen.take(),
    `\repoch 1/2  ${"━".repeat(20)}${"─".repeat(20)}` +
      "  loss 1.750  val 1.386  2.000 bits/char  52.1k tok/s  0:43 left\x1b[K",
  );
});

Deno.test("TerminalDisplay.update() redraws steps at most ten times a second", () => {
  const { screen, display } = started();
  display.update(REPORT);
  screen.take();
  screen.clock = 1099;
  display.update(REPORT);
  assertEquals(screen.take(), "");
  screen.clock = 1100;
  display.update(REPORT);
  assert(screen.take().startsWith("\repoch 1/2  "));
});

Deno.test("TerminalDisplay.update() stays within one line on every width", () => {
  for (let width = 1; width <= 130; width++) {
    const { screen, display } = started(width);
    display.update(VALIDATED);
    // deno-lint-ignore no-control-regex -- control sequences are what is taken away
    const line = screen.take().replace(/\r|\x1b\[\w/gu, "");
    assertLessOrEqual(displayWidth(line), Math.max(0, width - 1));
    if (width >= 12) assert(line.includes("loss 1.750"), `${width}: ${line}`);
  }
});

Deno.test("TerminalDisplay.update() clears the rows that a narrower window folded the bar into", () => {
  const { screen, display } = started(80);
  display.update(VALIDATED); // 78 columns wide
  screen.take();
  screen.width = 30;
  screen.clock = 2000;
  display.update(VALIDATED);
  // 78 columns in a window of 30 are three rows: up two, and clear from there.
  const frame = screen.take();
  assertEquals(frame, "\x1b[2A\r\x1b[Jepoch 1/2  loss 1.750\x1b[K");
});

Deno.test("TerminalDisplay.update() leaves each epoch and its wrapped sample above the bar", () => {
  const { screen, display } = started(40);
  display.update({
    ...VALIDATED,
    kind: "epoch",
    sample: "Call me Ishmael. Some years ago\x1b[2J, never mind.",
  });
  assertEquals(
    screen.take(),
    "\r\x1b[Kepoch 1/2  loss 2.250  validation 1.386\n(2.000 bits/char)  52.1k tokens/s  after\n43 s\n" +
      "  │ Call me Ishmael. Some years ago␛[2J,\n  │ never mind.\n" +
      "epoch 1/2  ━━━━━━━━────────  loss 1.750\x1b[K",
  );
});

// Of 60 epochs of 500 ms each, the first is shown, then that which ends 2 s later, and the last.
Deno.test("TerminalDisplay.update() leaves one epoch in two seconds above the bar where there are many, and the last", () => {
  const { screen, display } = started();
  display.start({ ...PLAN, epochs: 60, stepsPerEpoch: 1 });
  screen.take();
  const shown: number[] = [];
  for (const epoch of [1, 2, 3, 4, 5, 6, 7, 8, 9, 59, 60]) {
    screen.clock += 500;
    display.update({
      ...VALIDATED,
      kind: "epoch",
      epoch,
      epochs: 60,
      sample: "Call",
    });
    const written = screen.take();
    assert(written.includes(`epoch ${epoch}/60  `)); // the bar's line at least
    assertEquals(written.includes("│ Call"), written.includes("\n"));
    if (written.includes(`epoch ${epoch}/60  loss 2.250  `)) shown.push(epoch);
  }
  assertEquals(shown, [1, 5, 9, 60]);
});

Deno.test("TerminalDisplay.update() leaves every epoch above the bar where there are 10", () => {
  const { screen, display } = started();
  display.start({ ...PLAN, epochs: 10 });
  for (let epoch = 1; epoch <= 10; epoch++) {
    screen.take();
    display.update({ ...REPORT, kind: "epoch", epoch, epochs: 10 });
    assert(screen.take().includes(`epoch ${epoch}/10  loss 2.250  `));
  }
});

Deno.test("TerminalDisplay.update() cuts a sample that would fill the screen", () => {
  const { screen, display } = started();
  display.update({ ...VALIDATED, kind: "epoch", sample: "a\n".repeat(100) });
  const lines = screen.take().split("\n");
  assertEquals(lines.filter((line) => line.startsWith("  │")).length, 24);
  assertEquals(lines.at(-2), "  │ …");
});

Deno.test("TerminalDisplay.end() puts the result in the bar's place and gives the line back", async () => {
  const { screen, display } = started();
  display.update(REPORT);
  screen.take();
  await display.end({
    stopReason: "completed",
    steps: 1000,
    elapsedSeconds: 86,
    loss: 1.5,
  });
  assertEquals(
    screen.take(),
    "\r\x1b[K✓ trained 1,000 steps in 1 min 26 s: loss 1.500\n",
  );
  assertEquals(getBottomLine(), undefined);
});

Deno.test("TerminalDisplay.end() says what failed, in red where colours are allowed", async () => {
  const { screen, display } = started();
  screen.color = true;
  await display.end({
    stopReason: "failed",
    steps: 12,
    elapsedSeconds: 1,
    loss: NaN,
    error: "the loss is NaN",
  });
  assertEquals(
    screen.take(),
    "\r\x1b[K\x1b[31m✗ failed after 12 steps in 1.0 s: the loss is NaN\x1b[0m\n",
  );
});

Deno.test("TerminalDisplay.printAbove() keeps the bar below other lines", () => {
  const { screen, display } = started(40);
  display.update(REPORT);
  screen.take();
  display.printAbove("engine wasm\n");
  assertEquals(
    screen.take(),
    "\r\x1b[Kengine wasm\nepoch 1/2  ━━━━━━━━────────  loss 1.750\x1b[K",
  );
});

Deno.test("TerminalDisplay shows how much of its time a run has had, where time alone ends it", () => {
  const { screen, display } = started();
  display.start({ ...PLAN, epochs: Infinity, maxSeconds: 180 });
  assert(screen.take().includes("\nepoch 1  ─"));
  screen.clock = 2000;
  display.update(TIMED);
  // 79 - (7 + 10 + 11 + 9) - 4 · 2 = 34, of which a third are 11.
  assertEquals(
    screen.take(),
    `\repoch 1  ${"━".repeat(11)}${
      "─".repeat(23)
    }  loss 1.750  52.1k tok/s  1:26 left\x1b[K`,
  );
});

Deno.test("TerminalDisplay.update() leaves samples between epochs, and that the run went back, above the bar", () => {
  const { screen, display } = started();
  display.update({ ...REPORT, kind: "sample", sample: "Call me" });
  display.update(RECOVERY);
  const lines = screen.take().split("\n").map((line) =>
    line.split("\x1b[K").at(-1)
  );
  assertEquals(lines.slice(0, 3), [
    "step 500/1,000  loss 1.750",
    "  │ Call me",
    "step 501: the loss must be a number: NaN; back",
  ]);
});
