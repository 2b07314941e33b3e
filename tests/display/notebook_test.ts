import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { MediaBundle } from "../../src/display/jupyter.ts";
import { type Notebook, NotebookDisplay } from "../../src/display/notebook.ts";
import { PLAN, RECOVERY, REPORT, TIMED, VALIDATED } from "./_fakes.ts";

type Shown = { bundle: MediaBundle; displayId: string; update: boolean };

/** Keeps what is shown; the test turns the clock and may let updates take their time. */
class FakeNotebook implements Notebook {
  shown: Shown[] = [];
  slept: number[] = [];
  clock = 0;
  fails = false;
  waiting: (() => void)[] | undefined;

  async show(
    bundle: MediaBundle,
    options: { displayId: string; update: boolean },
  ): Promise<void> {
    this.shown.push({ bundle, ...options });
    if (this.fails) throw new Error("The frontend is gone");
    if (this.waiting !== undefined) {
      await new Promise<void>((resolve) => this.waiting!.push(resolve));
    }
  }

  now(): number {
    return this.clock;
  }

  sleep(milliseconds: number): Promise<void> {
    this.slept.push(milliseconds);
    return Promise.resolve();
  }
}

const SUMMARY = {
  stopReason: "completed",
  steps: 1000,
  elapsedSeconds: 86,
  loss: 1.5,
} as const;

/** Lets promises that are ready run on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function pictures(bundle: MediaBundle): string[] {
  const html = bundle["text/html"] ?? "";
  return [...html.matchAll(/src="data:image\/svg\+xml;base64,([^"]*)"/gu)].map((
    [, data],
  ) => new TextDecoder().decode(Uint8Array.fromBase64(data!)));
}

Deno.test("NotebookDisplay shows one board and then updates it under the same id", async () => {
  const notebook = new FakeNotebook();
  const display = new NotebookDisplay(notebook);
  display.start(PLAN);
  await settle();
  notebook.clock = 250;
  display.update(REPORT);
  await display.end(SUMMARY);
  assertEquals(notebook.shown.map(({ update }) => update), [false, true, true]);
  assertEquals(
    new Set(notebook.shown.map(({ displayId }) => displayId)).size,
    1,
  );
  assertEquals(notebook.slept, [50]);
});

Deno.test("NotebookDisplay gives two runs two boards", () => {
  const notebook = new FakeNotebook();
  new NotebookDisplay(notebook).start(PLAN);
  new NotebookDisplay(notebook).start(PLAN);
  assert(notebook.shown[0]!.displayId !== notebook.shown[1]!.displayId);
});

Deno.test("NotebookDisplay.update() shows four boards a second at most", async () => {
  const notebook = new FakeNotebook();
  const display = new NotebookDisplay(notebook);
  display.start(PLAN);
  for (let i = 1; i <= 1000; i++) {
    notebook.clock = i;
    await null;
    await null;
    await null;
    display.update({ ...REPORT, step: i });
  }
  assertEquals(notebook.shown.length, 1 + 4);
});

Deno.test("NotebookDisplay.update() waits for the update under way, and end() sends the last state last", async () => {
  const notebook = new FakeNotebook();
  notebook.waiting = [];
  const display = new NotebookDisplay(notebook);
  display.start(PLAN);
  notebook.clock = 10_000;
  display.update(REPORT);
  assertEquals(notebook.shown.length, 1);
  const end = display.end(SUMMARY);
  await settle();
  assertEquals(notebook.shown.length, 1);
  notebook.waiting.shift()!();
  await settle();
  notebook.waiting.shift()!();
  await end;
  assertStringIncludes(
    notebook.shown.at(-1)!.bundle["text/plain"],
    "trained 1,000 steps in 1 min 26 s: loss 1.500",
  );
});

Deno.test("NotebookDisplay goes on when the frontend is gone", async () => {
  const notebook = new FakeNotebook();
  notebook.fails = true;
  const display = new NotebookDisplay(notebook);
  display.start(PLAN);
  await display.end(SUMMARY);
  assertEquals(notebook.shown.length, 2);
});

Deno.test("NotebookDisplay shows figures, curves in nats and bits, and the newest sample", async () => {
  const notebook = new FakeNotebook();
  const display = new NotebookDisplay(notebook);
  display.start(PLAN);
  display.update({ ...REPORT, step: 1, loss: 4.5 });
  display.update(REPORT);
  display.update(VALIDATED);
  display.update({ ...VALIDATED, kind: "epoch", sample: "Call me Ishmael." });
  await display.end({
    ...SUMMARY,
    stopReason: "failed",
    error: "the loss is NaN",
  });
  const { bundle } = notebook.shown.at(-1)!;
  const html = bundle["text/html"]!;
  for (
    const text of [
      PLAN.model,
      PLAN.engine,
      "width:50.0%",
      "1.500</div>",
      "52.1k</div>",
      "sample after epoch 1",
      "Call me Ishmael.",
      "failed after 1,000 steps in 1 min 26 s: the loss is NaN",
      'alt="Loss chart: training loss 1.750, validation loss 1.386 nats per token"',
    ]
  ) assertStringIncludes(html, text);
  const [chart] = pictures(bundle);
  assertStringIncludes(chart!, "<polyline"); // two training losses
  assertEquals(chart!.match(/<circle/gu)?.length, 1); // one validation, although two reports carry it
  assertStringIncludes(chart!, "nats per token");
  assertStringIncludes(chart!, "bits per character");
  assertEquals(bundle["text/plain"].split("\n"), [
    "LSTM, 1 layer of 256 units",
    "tensorflow 2.21.0 on CPU",
    "2 epochs of 500 steps, 1,100,000 tokens to learn from, 122,000 to validate on",
    "epoch 1/2  loss 2.250  validation 1.386 (2.000 bits/char)  52.1k tokens/s  after 43 s",
    "    Call me Ishmael.",
    "failed after 1,000 steps in 1 min 26 s: the loss is NaN",
  ]);
});

Deno.test("NotebookDisplay escapes all that it did not write itself", async () => {
  const notebook = new FakeNotebook();
  const display = new NotebookDisplay(notebook);
  const evil = `<script>alert("1")</script>&\x1b[2J`;
  display.start({ ...PLAN, model: evil, engine: evil });
  display.update({ ...VALIDATED, kind: "epoch", sample: evil });
  await display.end({ ...SUMMARY, stopReason: "failed", error: evil });
  const { bundle } = notebook.shown.at(-1)!;
  const html = bundle["text/html"]!;
  assert(!html.includes("<script") && !html.includes("\x1b"));
  assertEquals(
    html.match(
      /&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;␛\[2J/gu,
    )?.length,
    4,
  );
  assert(!bundle["text/plain"].includes("\x1b"));
});

Deno.test("NotebookDisplay fetches nothing and uses no markup that frontends strip", async () => {
  const notebook = new FakeNotebook();
  const display = new NotebookDisplay(notebook);
  display.start(PLAN);
  display.update(REPORT);
  display.update({ ...VALIDATED, kind: "epoch", sample: "a" });
  await display.end(SUMMARY);
  const html = notebook.shown.at(-1)!.bundle["text/html"]!;
  assertEquals(
    new Set([...html.matchAll(/<([a-z]+)/gu)].map(([, name]) => name)),
    new Set(["div", "br", "img"]),
  );
  assertEquals(html.match(/https?:|url\(/gu), null);
  assertMatch(
    pictures(notebook.shown.at(-1)!.bundle)[0]!,
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /u,
  );
});

Deno.test("NotebookDisplay stays below 40 KB however long the run and whatever the sample", async () => {
  const notebook = new FakeNotebook();
  const display = new NotebookDisplay(notebook);
  const long = "&鯨🐳".repeat(50_000);
  display.start({ ...PLAN, model: long, engine: long });
  for (let step = 1; step <= 50_000; step++) {
    const report = {
      ...VALIDATED,
      step,
      epoch: step,
      epochs: 50_000,
      loss: 2 + Math.sin(step),
    };
    display.update({ ...report, kind: "step" });
    display.update({ ...report, kind: "validation" });
    if (step % 10 === 0) {
      display.update({ ...report, kind: "epoch", sample: long });
    }
  }
  await display.end({ ...SUMMARY, stopReason: "failed", error: long });
  const { bundle } = notebook.shown.at(-1)!;
  assertLess(new TextEncoder().encode(JSON.stringify(bundle)).length, 40_000);
});

Deno.test("NotebookDisplay shows a run that time ends, a sample between epochs, and that the run went back", async () => {
  const notebook = new FakeNotebook();
  const display = new NotebookDisplay(notebook);
  display.start({ ...PLAN, epochs: Infinity, maxSeconds: 180 });
  assertStringIncludes(
    notebook.shown[0]!.bundle["text/plain"],
    "epoch 1, preparing the first step",
  );
  await settle();
  display.update({ ...RECOVERY, ...TIMED, kind: "recovery" });
  notebook.clock = 1000;
  display.update({ ...TIMED, kind: "sample", sample: "Call me <b>" });
  const { bundle } = notebook.shown.at(-1)!;
  assertEquals(bundle["text/plain"].split("\n").slice(2), [
    "3 min 0 s of epochs of 500 steps, 1,100,000 tokens to learn from, 122,000 to validate on",
    "step 501: the loss must be a number: NaN; back",
    "    Call me <b>",
    "epoch 1, 33 %, step 500, 1:26 left",
  ]);
  for (
    const text of [
      "width:33.3%",
      "step 501: the loss must be a number: NaN; back</div>",
      "sample after step 500",
      "Call me &lt;b&gt;",
    ]
  ) assertStringIncludes(bundle["text/html"]!, text);
  await display.end({ ...SUMMARY, stopReason: "early-stopping" });
  assertStringIncludes(notebook.shown.at(-1)!.bundle["text/html"]!, "#2f9e5a");
});
