import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse } from "csv-parse/sync";
import type { RunReport } from "../../src/display/training_display.ts";
import { LOG_COLUMNS, RunLog } from "../../src/training/run_log.ts";
import golden from "../golden/run_log.json" with { type: "json" };

const STEP: RunReport = {
  kind: "step",
  step: 1,
  totalSteps: Infinity,
  progress: 0.25,
  epoch: 1,
  epochs: Infinity,
  loss: 4.5,
  meanLoss: 4.5,
  learningRate: 0.002,
  gradientNorm: 0.75,
  tokensPerSecond: 52_133.5,
  elapsedSeconds: 1.5,
  remainingSeconds: Infinity,
};

/** Whatever a column may be: numbers that are none, text with all that a table has a meaning for. */
const REPORTS: RunReport[] = [
  STEP,
  { ...STEP, step: 2, loss: 3.25, meanLoss: 3.875, gradientNorm: Infinity },
  {
    ...STEP,
    kind: "validation",
    step: 2,
    loss: 3.25,
    validationLoss: 3.5,
    validationBitsPerCharacter: 5.049,
    accuracy: 0.25,
    validationAccuracy: 0.125,
  },
  {
    ...STEP,
    kind: "sample",
    step: 2,
    sample: 'He said, "Ahoy"\r\n🐋 né, \u2028',
  },
  { ...STEP, kind: "recovery", step: 3, note: "step 3: back, at last" },
  { ...STEP, kind: "epoch", step: 3, validationLoss: 3.5, sample: "\n" },
];

/** Writes the reports, and sets what is of the moment to what the golden files have. */
async function written(name: string): Promise<string> {
  const path = `${await Deno.makeTempDir()}/${name}`;
  const log = new RunLog(path);
  for (const report of REPORTS) log.add(report);
  log.close();
  const text = await Deno.readTextFile(path);
  await Deno.remove(path);
  const timeless = text.replaceAll(
    /\d{4}-\d\d-\d\dT[\d:.]+Z/gu,
    "2026-01-02T03:04:05.678Z",
  );
  return name.endsWith(".csv")
    ? timeless.replaceAll(/,1\.5,\d+,/gu, ",1.5,123456789,")
    : timeless.replaceAll(/"memoryBytes":\d+/gu, '"memoryBytes":123456789');
}

for (const name of ["run_log.jsonl", "run_log.csv"]) {
  Deno.test(`RunLog writes ${name} as it was when pandas read it`, async () => {
    const path = new URL(`../golden/${name}`, import.meta.url);
    assertEquals(await written(name), await Deno.readTextFile(path));
  });
}

for (
  const [format, read] of [["jsonl", golden.jsonl], [
    "csv",
    golden.csv,
  ]] as const
) {
  Deno.test(`pandas reads a log of the kind ${format} with all its columns and values`, () => {
    assertEquals(read.columns, [...LOG_COLUMNS]);
    assertEquals(read.rows, REPORTS.length);
    assertEquals(read.event, REPORTS.map(({ kind }) => kind));
    assertEquals(read.step, REPORTS.map(({ step }) => step));
    assertEquals(read.loss, REPORTS.map(({ loss }) => loss));
    assertEquals(read.meanStepLoss, (4.5 + 3.25) / 2);
    assertEquals(read.validation, [[2, 3.5]]);
    assertEquals(read.gradientNorm, [0.75, null, 0.75, 0.75, 0.75, 0.75]);
    assertEquals(read.samples, REPORTS.flatMap(({ sample }) => sample ?? []));
    assertEquals(read.notes, ["step 3: back, at last"]);
    assertEquals(read.last, ["2026-01-02 03:04:05.678000+00:00", 123456789]);
    const words = Object.entries(read.kinds).filter(([, kind]) => kind === "O");
    assertEquals(words.map(([name]) => name), [
      "event",
      "note",
      "sample",
      "time",
    ]); // all else is numbers
  });
}

Deno.test("RunLog writes a table that a CSV parser reads back", async () => {
  const rows: Record<string, string>[] = parse(await written("a.csv"), {
    columns: true,
  });
  assertEquals(Object.keys(rows[0]!), [...LOG_COLUMNS]);
  assertEquals(
    rows.map((row) => row.sample),
    REPORTS.map(({ sample }) => sample ?? ""),
  );
});

Deno.test("RunLog writes each line at once, and adds to a log that is there", async () => {
  const directory = await Deno.makeTempDir();
  for (const name of ["a.jsonl", "a.CSV"]) {
    const path = `${directory}/${name}`;
    const lines = async () =>
      (await Deno.readTextFile(path)).trimEnd().split("\n").length;
    const head = name === "a.CSV" ? 1 : 0;
    const first = new RunLog(path);
    first.add(STEP);
    assertEquals(await lines(), head + 1);
    first.add(STEP);
    assertEquals(await lines(), head + 2);
    first.close();
    const second = new RunLog(new URL(`file://${path}`));
    second.add(STEP);
    second.close();
    assertEquals(await lines(), head + 3);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("RunLog takes away the line that a process was writing when it died, however long", async () => {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  const log = new RunLog(path);
  log.add(STEP);
  log.close();
  const whole = await Deno.readTextFile(path);
  for (
    const half of [
      '{"time":"2026',
      `{"time":"2026","sample":"${"🐋".repeat(100_000)}`,
    ]
  ) {
    await Deno.writeTextFile(path, whole + half);
    new RunLog(path).close();
    assertEquals(await Deno.readTextFile(path), whole);
  }
  await Deno.writeTextFile(path, whole.trimEnd()); // the only line there is
  new RunLog(path).close();
  assertEquals(await Deno.readTextFile(path), "");
  await Deno.remove(path);
});

Deno.test("RunLog knows half a row of a table from a row with a line feed in it", async () => {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  const log = new RunLog(path);
  log.add({ ...STEP, sample: 'a\n"b"\n' });
  log.close();
  const whole = await Deno.readTextFile(path);
  new RunLog(path).close();
  assertEquals(await Deno.readTextFile(path), whole);
  for (const cut of [1, 4, 6, 100]) {
    await Deno.writeTextFile(
      path,
      whole + whole.slice(whole.indexOf("\n") + 1, -cut),
    );
    new RunLog(path).close();
    assertEquals(await Deno.readTextFile(path), whole);
  }
  await Deno.remove(path);
});

Deno.test("RunLog leaves a file alone that is no log", async () => {
  const directory = await Deno.makeTempDir();
  for (
    const [name, content] of [["whale.txt", "Call me"], [
      "a.csv",
      "step,loss\n1,2\n",
    ], ["b.csv", "x"]]
  ) {
    const path = `${directory}/${name}`;
    await Deno.writeTextFile(path, content!);
    assertThrows(
      () => new RunLog(path),
      TypeError,
      `Cannot train: the log must be a new file or one with the columns ${
        LOG_COLUMNS.join(", ")
      }: "${path}" begins otherwise; give another name`,
    );
    assertEquals(await Deno.readTextFile(path), content);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("RunLog says at once that a file cannot be written, and why", () => {
  const message =
    'Cannot train: the log must be a file that can be written: "/nowhere/at/all.jsonl": ';
  const error = assertThrows(
    () => new RunLog("/nowhere/at/all.jsonl"),
    Error,
    message,
  );
  assert(error.cause instanceof Deno.errors.NotFound);
  assertThrows(
    () => new RunLog("/"),
    Error,
    'Cannot train: the log must be a file that can be written: "/": ',
  );
});
