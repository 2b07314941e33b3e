import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { createTrainingDisplay } from "../../src/display/create_training_display.ts";
import { LinesDisplay } from "../../src/display/lines.ts";
import { NotebookDisplay } from "../../src/display/notebook.ts";
import { TerminalDisplay } from "../../src/display/terminal.ts";

const PIPE = { notebook: false, terminal: false };
const TERMINAL = { notebook: false, terminal: true };
const NOTEBOOK = { notebook: true, terminal: false };

Deno.test('createTrainingDisplay("auto") takes the richest display that can be seen', () => {
  assertInstanceOf(createTrainingDisplay("auto", NOTEBOOK), NotebookDisplay);
  assertInstanceOf(createTrainingDisplay("auto", TERMINAL), TerminalDisplay);
  assertInstanceOf(createTrainingDisplay("auto", PIPE), LinesDisplay);
});

Deno.test("createTrainingDisplay() takes the display that is asked for", () => {
  assertInstanceOf(createTrainingDisplay("terminal", PIPE), TerminalDisplay);
  assertInstanceOf(createTrainingDisplay("lines", TERMINAL), LinesDisplay);
  assertInstanceOf(createTrainingDisplay("lines", NOTEBOOK), LinesDisplay);
  assertInstanceOf(
    createTrainingDisplay("notebook", NOTEBOOK),
    NotebookDisplay,
  );
});

Deno.test("createTrainingDisplay() refuses a display that nobody would see", () => {
  assertThrows(
    () => createTrainingDisplay("notebook", TERMINAL),
    RangeError,
    'Cannot show training: the board needs the Deno kernel of Jupyter: "notebook"; use "auto"',
  );
  assertThrows(
    () => createTrainingDisplay("terminal", NOTEBOOK),
    RangeError,
    'Cannot show training: a notebook has no terminal to draw on: "terminal"; use "notebook" or "lines"',
  );
});

Deno.test("createTrainingDisplay() lists the displays when it does not know one", () => {
  for (
    const [kind, shown] of [["bar", '"bar"'], [3, "3"], [3n, "3n"], [
      undefined,
      "undefined",
    ]]
  ) {
    assertThrows(
      () => createTrainingDisplay(kind as "auto", PIPE),
      RangeError,
      `Cannot show training: the display must be one of "auto", "terminal", "lines", "notebook", "none": ${shown}`,
    );
  }
});

Deno.test('createTrainingDisplay("none") shows nothing', async () => {
  const display = createTrainingDisplay("none", TERMINAL);
  assertEquals(
    await display.end({
      stopReason: "completed",
      steps: 0,
      elapsedSeconds: 0,
      loss: 0,
    }),
    undefined,
  );
});

/** Runs a short run in a program of its own, whose standard error is a pipe. */
async function runPiped(
  code: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const display = import.meta.resolve(
    "../../src/display/create_training_display.ts",
  );
  const notice = import.meta.resolve("../../src/display/notice.ts");
  const program = `
    import { createTrainingDisplay } from ${JSON.stringify(display)};
    import { showNotice } from ${JSON.stringify(notice)};
    ${code}`;
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", program],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

Deno.test('createTrainingDisplay("auto") writes plain lines to a piped standard error, nothing to standard output', async () => {
  const { code, stdout, stderr } = await runPiped(`
    const display = createTrainingDisplay("auto");
    showNotice("engine wasm: no library\\x1b[2J");
    await display.end({ stopReason: "stopped", steps: 2, elapsedSeconds: 1, loss: 3 });`);
  assertEquals([code, stdout], [0, ""]);
  assertEquals(
    stderr,
    "engine wasm: no library␛[2J\nstopped after 2 steps in 1.0 s: loss 3.000\n",
  );
});

Deno.test("showNotice() prints above a progress bar", async () => {
  const { stderr } = await runPiped(`
    const display = createTrainingDisplay("terminal");
    display.start({ model: "M", engine: "E", epochs: 1, stepsPerEpoch: 1, trainTokens: 1, validationTokens: 0 });
    showNotice("hear, hear");
    await display.end({ stopReason: "stopped", steps: 0, elapsedSeconds: 1, loss: 3 });`);
  const bar = `epoch 1/1  ${"─".repeat(40)}  preparing the first step\x1b[K`;
  assertEquals(
    stderr,
    `\r\x1b[KM\nE\n1 epoch of 1 step, 1 token to learn from, no validation\n\n${bar}` +
      `\r\x1b[Khear, hear\n${bar}\r\x1b[K■ stopped after 0 steps in 1.0 s\n`,
  );
});
