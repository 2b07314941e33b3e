import { assertEquals } from "@std/assert";
import {
  formatClock,
  formatCount,
  formatDuration,
  formatLoss,
  formatPercent,
  formatQuantity,
  formatRate,
} from "../../src/display/format.ts";

Deno.test("formatCount() separates thousands", () => {
  assertEquals(formatCount(0), "0");
  assertEquals(formatCount(999), "999");
  assertEquals(formatCount(1_234_567.4), "1,234,567");
  assertEquals(formatCount(Infinity), "?");
});

Deno.test("formatQuantity() knows the singular", () => {
  assertEquals(formatQuantity(1, "step"), "1 step");
  assertEquals(formatQuantity(0, "step"), "0 steps");
  assertEquals(formatQuantity(3702, "step"), "3,702 steps");
});

Deno.test("formatRate() keeps to three figures and never says 1000k", () => {
  const cases: [number, string][] = [
    [0, "0.0"],
    [9.94, "9.9"],
    [9.96, "10"],
    [999.4, "999"],
    [999.6, "1.0k"],
    [52_133, "52.1k"],
    [99_949, "99.9k"],
    [99_951, "100k"],
    [999_499, "999k"],
    [999_501, "1.0M"],
    [NaN, "?"],
  ];
  for (const [rate, text] of cases) assertEquals(formatRate(rate), text);
});

Deno.test("formatLoss() writes three decimals, and large losses in powers of ten", () => {
  assertEquals(formatLoss(1.38049), "1.380");
  assertEquals(formatLoss(12_345), "1.23e+4");
  assertEquals(formatLoss(NaN), "NaN");
  assertEquals(formatLoss(Infinity), "Infinity");
});

Deno.test("formatDuration() carries into the next unit", () => {
  const cases: [number, string][] = [
    [0, "0.0 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [171, "2 min 51 s"],
    [3599.6, "1 h 0 min"],
    [3720, "1 h 2 min"],
    [86_399.6, "1 d 0 h"],
    [183_600, "2 d 3 h"],
    [Infinity, "?"],
  ];
  for (const [seconds, text] of cases) {
    assertEquals(formatDuration(seconds), text);
  }
});

Deno.test("formatClock() counts in minutes, hours and days", () => {
  const cases: [number, string][] = [
    [-1, "0:00"],
    [43, "0:43"],
    [59.6, "1:00"],
    [725, "12:05"],
    [3763, "1:02:43"],
    [183_600, "2 d 3 h"],
    [NaN, "?"],
  ];
  for (const [seconds, text] of cases) assertEquals(formatClock(seconds), text);
});

Deno.test("formatPercent() says 100 % only when all is done", () => {
  assertEquals(formatPercent(999, 1000), "99 %");
  assertEquals(formatPercent(1000, 1000), "100 %");
  assertEquals(formatPercent(1, 0), "0 %");
});
