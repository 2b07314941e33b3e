import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatRate, rateChart } from "../../src/display/rate_chart.ts";

const DATA = {
  rates: [1e-6, 1e-5, 1e-4, 1e-3, 1e-2],
  losses: [4, 4, 3, 2, 100],
  smoothed: [4, 4, 3.2, 2.5, 40],
  suggestion: 1e-4,
};

Deno.test("rateChart() has a logarithmic axis and marks the suggestion", () => {
  const svg = rateChart(DATA);
  const labels = [...svg.matchAll(/text-anchor="middle">([^<]+)</gu)].map((
    [, text],
  ) => text);
  assertEquals(labels.filter((text) => /^[\d.e-]+$/u.test(text!)), [
    "1e-6",
    "1e-5",
    "0.0001",
    "0.001",
    "0.01",
  ]);
  assertStringIncludes(svg, '<path d="M287 0V176"'); // half of 574 pixels
  assertStringIncludes(
    svg,
    "<title>Loss by learning rate, 0.0001 suggested: lowest loss 2.000 nats per token</title>",
  );
});

Deno.test("rateChart() keeps the good part large: a divergence leaves the plot", () => {
  const points = /points="([^"]+)"/u.exec(rateChart(DATA))![1]!.split(" ").map((
    point,
  ) => Number(point.split(",")[1]));
  assert(points[4]! < 0);
  assert(points[3]! - points[0]! > 100);
});

Deno.test("rateChart() draws what hardly changes, too", () => {
  const svg = rateChart({
    rates: [1e-3, 2e-3, 3e-3],
    losses: [1, 1, 1],
    smoothed: [1, 1, 1],
    suggestion: 1e-3,
  });
  assert(!/NaN|Infinity/u.test(svg));
});

Deno.test("formatRate() writes two digits", () => {
  assertEquals([0.00213, 3.24e-7, 1, 0.1 + 0.2].map(formatRate), [
    "0.0021",
    "3.2e-7",
    "1",
    "0.3",
  ]);
});
