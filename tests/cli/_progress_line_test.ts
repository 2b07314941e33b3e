import { assertEquals } from "@std/assert";
import { type LineTarget, ProgressLine } from "../../src/cli/_progress_line.ts";
import type { InstallProgress } from "../../src/engine/tensorflow/install.ts";

/** A terminal, or a pipe, with a clock that the test sets. */
class FakeTarget implements LineTarget {
  text = "";
  time = 0;
  readonly #columns: number | undefined;

  constructor(columns: number | undefined) {
    this.#columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }

  columns(): number | undefined {
    return this.#columns;
  }

  now(): number {
    return this.time;
  }
}

function at(bytes: number, totalBytes: number | undefined): InstallProgress {
  return { stage: "downloading", item: "tensorflow 2.21.0", bytes, totalBytes };
}

Deno.test("ProgressLine.update() redraws one line on a terminal", () => {
  const target = new FakeTarget(90);
  const line = new ProgressLine(target);
  line.update(at(0, 400e6));
  target.time = 4000;
  line.update(at(100e6, 400e6)); // a quarter after 4 s: three quarters take 12 s
  line.end();
  assertEquals(
    target.text,
    "\r\x1b[KDownloading tensorflow 2.21.0  ────────────────────  0 %  0 of 400 MB" +
      "\r\x1b[KDownloading tensorflow 2.21.0  ━━━━━───────────────  25 %  100 of 400 MB  0:12 left" +
      "\r\x1b[K",
  );
});

Deno.test("ProgressLine.update() redraws ten times a second at most, and a new item at once", () => {
  const target = new FakeTarget(200);
  const line = new ProgressLine(target);
  for (target.time = 0; target.time < 1000; target.time += 10) {
    line.update(at(target.time, 1000));
  }
  assertEquals(target.text.split("\r").length - 1, 10);
  line.update({ ...at(0, undefined), stage: "verifying" });
  assertEquals(target.text.endsWith("\x1b[KVerifying tensorflow 2.21.0"), true);
});

Deno.test("ProgressLine.update() cuts the line to the terminal", () => {
  const target = new FakeTarget(12);
  new ProgressLine(target).update(at(1, 2));
  assertEquals(target.text, "\r\x1b[KDownloading");
});

Deno.test("ProgressLine.update() writes plain lines where there is no terminal", () => {
  const target = new FakeTarget(undefined);
  const line = new ProgressLine(target);
  line.update(at(0, undefined));
  line.update(at(5e6, undefined)); // within ten seconds of the last
  target.time = 10_000;
  line.update(at(200e6, 400e6));
  line.update({ ...at(0, undefined), stage: "waiting", item: "a folder" });
  line.end();
  assertEquals(
    target.text,
    "Asking pip for tensorflow 2.21.0\n" +
      "Downloading tensorflow 2.21.0  50 %  200 of 400 MB  0:10 left\n" +
      "Waiting for another installation into a folder\n",
  );
});
