import { assertEquals } from "@std/assert";
import { evaluationWindows } from "../../src/data/evaluation_windows.ts";

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
