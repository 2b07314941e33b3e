import { assertEquals, assertStringIncludes } from "@std/assert";
import { barChart } from "../../src/display/bar_chart.ts";

const OPTIONS = {
  title: "Lines <&>",
  axis: "characters",
  width: 216,
  height: 190,
};

Deno.test("barChart() draws every bar to scale", () => {
  const svg = barChart([
    { label: "0", value: 4, caption: "four" },
    { label: "1", value: 1, caption: "one" },
  ], OPTIONS);
  // Two places of 100 from 8 on; a bar fills 80 of its place. Floor at 190 - 42 = 148, top at 48: 100 for 4, 25 for 1.
  assertStringIncludes(svg, '<rect x="18" y="48" width="80" height="100"');
  assertStringIncludes(svg, '<rect x="118" y="123" width="80" height="25"');
  assertStringIncludes(svg, '<text x="158" y="119" text-anchor="middle">one');
  assertStringIncludes(
    svg,
    "<title>Lines &lt;&amp;&gt;: 0: four, 1: one</title>",
  );
});

Deno.test("barChart() draws nothing, and bars of no height", () => {
  for (
    const bars of [[], [{ label: "0", value: 0, caption: "0" }]]
  ) {
    const svg = barChart(bars, OPTIONS);
    assertEquals(/NaN|Infinity/.test(svg), false);
    assertEquals(svg.match(/<rect/g)?.length ?? 0, bars.length);
  }
});
