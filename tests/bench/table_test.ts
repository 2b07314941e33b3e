import { assert, assertEquals } from "@std/assert";
import { type Line, overview, tables } from "../../bench/table.ts";

function line(peer: string, changes: Partial<Line> = {}): Line {
  return {
    peer,
    workload: "W1",
    samplesMs: [10, 12, 14],
    firstCallSeconds: 1,
    losses: [4, 3],
    peakMemoryMB: 100,
    threads: 2,
    note: "",
    ...changes,
  };
}

function row(lines: Line[], peer: string): string[] {
  const found = tables(lines, [], 200, { W1: 1 }).split("\n")
    .find((text) => text.startsWith(peer + " |"));
  return found!.split(" | ");
}

Deno.test("The table says how many times as fast as each peer we are, by the best and by the median", () => {
  const lines = [
    line("Textloom"),
    line("PyTorch", { samplesMs: [15, 30, 30] }),
  ];
  assertEquals(row(lines, "PyTorch")[3], "1.50 (2.50)");
  assertEquals(row(lines, "Textloom")[3], "");
});

Deno.test("The table takes the repetitions of a peer together", () => {
  const lines = [
    line("Textloom"),
    line("JAX", { samplesMs: [50], peakMemoryMB: 7, firstCallSeconds: 3 }),
    line("JAX", { samplesMs: [20], peakMemoryMB: 9, firstCallSeconds: 2 }),
  ];
  const [, best, , faster, peak, first, memory] = row(lines, "JAX");
  // 1 GF in 20 ms are 50 GF/s of 200
  assertEquals([best, faster, peak, first, memory], [
    "20.0",
    "2.00 (4.17)",
    "25 %",
    "2.0",
    "9",
  ]);
});

Deno.test("The table refuses a ratio where losses differ, are missing, or the threads are others", () => {
  for (
    const [changes, reason] of [
      [{ losses: [4, 3.002] }, "no ratio: losses differ by 2.0e-3"],
      [{ losses: [4, NaN] }, "no ratio: losses differ by NaN"],
      [{ losses: [4] }, "no ratio: losses differ by Infinity"],
      [{ threads: 4 }, "no ratio: 2 and 4 threads"],
    ] as const
  ) {
    const lines = [line("Textloom"), line("Keras", changes as Partial<Line>)];
    assertEquals(row(lines, "Keras")[3], reason);
  }
  assert(
    row([line("Textloom"), line("Keras", { losses: [4, 3.0009] })], "Keras")[3]!
      .startsWith("1.00"),
  );
});

Deno.test("The table refuses a ratio where the losses of any one round differ", () => {
  const lines = [
    line("Textloom"),
    line("JAX"),
    line("JAX", { losses: [4, 2] }),
  ];
  assertEquals(row(lines, "JAX")[3], "no ratio: losses differ by 1.0e+0");
});

Deno.test("The table keeps generation apart by the number of rows", () => {
  const workload = "generate-W1";
  const losses: number[] = [];
  const text = tables(
    [
      line("Textloom", { workload, losses, samplesMs: [1] }),
      line("Textloom", { workload, losses, samplesMs: [8], batch: 32 }),
      line("JAX", { workload, losses, samplesMs: [3], batch: 1 }),
      line("JAX", { workload, losses, samplesMs: [4], batch: 32 }),
      line("Textloom", { workload: "chain-W1", losses, samplesMs: [2] }),
    ],
    [],
    200,
    { "generate W1": 0.1, "generate W1, batch 32": 1.2 },
  );
  assertEquals(text.split("\n").filter((line) => /^[#TJ]/.test(line)), [
    "### generate W1",
    "Textloom | 1.00 | 1.00 |  | 50 % | 1.0 | 100 | ",
    "JAX | 3.00 | 3.00 | 3.00 (3.00) | 17 % | 1.0 | 100 | ",
    "### generate W1, batch 32",
    "JAX | 4.00 | 4.00 | 0.50 (0.50) | 150 % | 1.0 | 100 | ",
    "Textloom | 8.00 | 8.00 |  | 75 % | 1.0 | 100 | ",
    "### chain W1",
    "Textloom | 2.00 | 2.00 |  |  | 1.0 | 100 | ",
  ]);
});

Deno.test("The table has a row for a program that failed, with the reason, and once for all rounds", () => {
  const failure = {
    peer: "PyTorch, compiled",
    title: "W1",
    reason: "No working C++ compiler | none",
  };
  const text = tables(
    [line("Textloom")],
    [failure, failure, { ...failure, title: "W4" }],
    200,
    {},
  );
  assertEquals(text.split("\n").filter((line) => /^[#P]/.test(line)), [
    "### W1",
    "PyTorch, compiled | | | | | | | failed: No working C++ compiler / none",
    "### W4",
    "PyTorch, compiled | | | | | | | failed: No working C++ compiler / none",
  ]);
});

Deno.test("The overview has the best time of every peer on every workload", () => {
  assertEquals(
    overview([
      line("Textloom"),
      line("JAX", { samplesMs: [50, 40] }),
      line("JAX", { samplesMs: [45, 30] }),
      line("Textloom", {
        workload: "generate-W1",
        samplesMs: [2, 1],
        batch: 32,
      }),
    ]),
    [
      "best ms | W1 | generate W1, batch 32",
      "--- | ---: | ---:",
      "Textloom | 10.0 | 1.00",
      "JAX | 30.0 | ",
    ].join("\n"),
  );
});
