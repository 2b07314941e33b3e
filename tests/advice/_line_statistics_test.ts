import { assertEquals } from "@std/assert";
import {
  findRepeats,
  summarizeLengths,
} from "../../src/advice/_line_statistics.ts";
import golden from "../golden/corpus.json" with { type: "json" };

Deno.test("summarizeLengths() agrees with NumPy", () => {
  const { median, ninetieth, longest, count, bins } = summarizeLengths(
    golden.lengths,
  );
  assertEquals([median, ninetieth, longest], golden.quantiles);
  assertEquals(count, golden.lengths.length);
  assertEquals(bins.reduce((sum, bin) => sum + bin.count, 0), count);
  for (const { from, to, count } of bins) {
    const inside = golden.lengths.filter((each) => each >= from && each <= to);
    assertEquals(inside.length, count);
  }
});

Deno.test("summarizeLengths() puts lengths into ranges that double, without a hole", () => {
  assertEquals(summarizeLengths([9, 0, 1, 8, 2, 3, 2]).bins, [
    { from: 0, to: 0, count: 1 },
    { from: 1, to: 1, count: 1 },
    { from: 2, to: 3, count: 3 },
    { from: 4, to: 7, count: 0 },
    { from: 8, to: 15, count: 2 },
  ]);
  assertEquals(summarizeLengths([0, 5]).bins.map(({ from }) => from), [
    0,
    1,
    2,
    4,
  ]);
  assertEquals(summarizeLengths([]), {
    count: 0,
    median: 0,
    ninetieth: 0,
    longest: 0,
    bins: [],
  });
});

Deno.test("findRepeats() counts lines that came before, ends and empty lines aside", () => {
  assertEquals(findRepeats(["a", " a ", "b", "", "", "c", "a", "b"]), {
    count: 3, // two more of a, one more of b
    share: 0.5, // of six
    most: [{ line: "a", count: 3 }, { line: "b", count: 2 }],
  });
  assertEquals(findRepeats(["a", "", "a", "b", "b"], 3).most, [
    { line: "a", count: 2 },
  ]);
  assertEquals(findRepeats([]), { count: 0, share: 0, most: [] });
});
