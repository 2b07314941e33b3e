import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { lossChart } from "../../src/display/loss_chart.ts";

/** Every element must be closed in the right order. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (
    const [, end, name, alone] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/gu)
  ) {
    if (end === "/") assertEquals(open.pop(), name);
    else if (alone !== "/") open.push(name!);
  }
  assertEquals(open, []);
}

Deno.test("lossChart() puts every loss where the axes say", () => {
  const svg = lossChart(
    { training: [[0, 3], [50, 2], [100, 1]], validation: [] },
    { width: 266, height: 164 },
  );
  assertWellFormed(svg);
  // Plot: 266 - 52 - 14 = 200 wide, 164 - 26 - 38 = 100 high. Losses 1 to 3 with 6 % air: 0.88 to 3.12.
  // y(3) = 100 · 0.12 / 2.24 = 5.4; y(2) = 50; y(1) = 100 · 2.12 / 2.24 = 94.6.
  assertStringIncludes(svg, 'points="0,5.4 100,50 200,94.6"');
  // Ticks for 100 / 30 = 3.3 steps of 0.67 at least: whole nats; 2.0 stands at 26 + 50, its text 4 lower.
  assertStringIncludes(svg, 'y="80" text-anchor="end">2</text>');
});

Deno.test("lossChart() counts on the right in bits per character when it knows how many a nat is worth", () => {
  const data = { training: [[0, 3], [100, 1]] as const, validation: [] };
  const size = { width: 304, height: 164 };
  const svg = lossChart(data, { ...size, bitsPerNat: 2 });
  assertStringIncludes(svg, "bits per character");
  // 4 bits = 2 nats, in the middle of the plot, at its right edge: 52 + 200 + 9.
  assertStringIncludes(svg, '<text x="261" y="80">4</text>');
  assert(!lossChart(data, size).includes("bits per character"));
  assert(!lossChart(data, { ...size, bitsPerNat: NaN }).includes("NaN"));
});

Deno.test("lossChart() marks each validation", () => {
  const svg = lossChart({ training: [], validation: [[50, 2], [100, 1]] });
  assertEquals(svg.match(/<circle/gu)?.length, 2);
  assertStringIncludes(svg, "validation loss 1.000 nats per token");
});

Deno.test("lossChart() draws without data, with one point, with equal and with infinite losses", () => {
  for (
    const training of [[], [[1, 2]], [[1, 2], [2, 2]], [[1, NaN], [
      2,
      Infinity,
    ]]] as [number, number][][]
  ) {
    const svg = lossChart({ training, validation: [] });
    assertWellFormed(svg);
    assertEquals(svg.match(/NaN|Infinity|undefined/u), null);
  }
  assertStringIncludes(
    lossChart({ training: [], validation: [] }),
    "no loss yet",
  );
});

Deno.test("lossChart() lets the first losses leave the chart rather than flatten the rest", () => {
  const training = Array.from(
    { length: 200 },
    (_, i) => [i, i === 0 ? 1000 : 2] as const,
  );
  const svg = lossChart({ training, validation: [] }, {
    width: 266,
    height: 164,
  });
  assertMatch(svg, /points="0,-\d+/u); // above the plot, where the inner <svg> cuts it off
});

Deno.test("lossChart() stays small however long the run was", () => {
  const training = Array.from(
    { length: 100_000 },
    (_, i) => [i, 1 + Math.sin(i)] as const,
  );
  assertLess(lossChart({ training, validation: training }).length, 10_000);
});

Deno.test("lossChart() escapes the title", () => {
  const svg = lossChart({ training: [[1, 1]], validation: [] }, {
    title: "<script>&",
  });
  assertStringIncludes(svg, "&lt;script&gt;&amp;");
  assert(!svg.includes("<script>"));
});
