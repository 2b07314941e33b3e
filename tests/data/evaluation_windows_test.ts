import { assertEquals } from "@std/assert";
import {
  documentWindows,
  evaluationWindows,
} from "../../src/data/evaluation_windows.ts";

for (
  const [length, streams, sequenceLength] of [
    [100, 4, 7],
    [2, 1, 64],
    [50, 7, 3],
    [65, 1, 64],
    [12, 5, 100],
  ]
) {
  Deno.test(`evaluationWindows() counts each of ${length} tokens but the first once, in ${streams} streams`, () => {
    const ids = Int32Array.from({ length: length! }, (_, i) => i);
    const targets: number[] = [];
    for (
      const window of evaluationWindows(ids, {
        streams: streams!,
        sequenceLength: sequenceLength!,
      })
    ) {
      assertEquals(window.inputs.length, streams! * window.width);
      for (const [place, counted] of window.counted.entries()) {
        if (!counted) continue;
        assertEquals(window.targets[place], window.inputs[place]! + 1); // the ids count up
        targets.push(window.targets[place]!);
      }
    }
    assertEquals(targets.sort((a, b) => a - b), [...ids].slice(1));
  });
}

Deno.test("evaluationWindows() goes on in every row where the window before stopped", () => {
  const ids = Int32Array.from({ length: 41 }, (_, i) => i);
  const windows = [
    ...evaluationWindows(ids, { streams: 2, sequenceLength: 8 }),
  ];
  assertEquals(windows.map((window) => window.width), [8, 8, 4]);
  assertEquals(windows.map((window) => window.inputs[0]), [0, 8, 16]);
  assertEquals(windows.map((window) => window.inputs[window.width]), [
    20,
    28,
    36,
  ]);
});

Deno.test("documentWindows() counts each token of a document but its first once, in windows of one shape", () => {
  const documents = [3, 30, 1, 12, 0, 9, 2, 25].map((length, d) =>
    Int32Array.from({ length }, (_, p) => 100 * d + p + 1)
  );
  const targets: number[] = [];
  for (
    const window of documentWindows(documents, {
      streams: 3,
      sequenceLength: 8,
    })
  ) {
    assertEquals([window.inputs.length, window.width], [24, 8]);
    for (const [place, counts] of window.counted.entries()) {
      if (!counts) continue;
      assertEquals(window.targets[place], window.inputs[place]! + 1);
      targets.push(window.targets[place]!);
    }
  }
  assertEquals(
    targets.sort((a, b) => a - b),
    documents.flatMap((ids) => [...ids.subarray(1)]),
  );
});

Deno.test("documentWindows() says where documents begin, and goes on in every row until they end", () => {
  const documents = [20, 11, 5].map((length) =>
    Int32Array.from({ length }, (_, p) => p)
  );
  const windows = [
    ...documentWindows(documents, { streams: 2, sequenceLength: 8 }),
  ];
  assertEquals(windows.map(({ begins }) => begins), [true, false, false, true]);
  assertEquals(windows.map(({ inputs }) => inputs[0]), [0, 8, 16, 0]);
});
