import { assertEquals, assertThrows } from "@std/assert";
import { sliceTokens, toTokenSource } from "../../src/data/token_source.ts";
import { count, countingSource } from "./_tokens.ts";

Deno.test("toTokenSource() reads an array without copying it, and gives a source back as it is", () => {
  const ids = count(10);
  const source = toTokenSource(ids);
  assertEquals(source.length, 10);
  assertEquals([...source.read(3, 6)], [3, 4, 5]);
  assertEquals(source.read(3, 6).buffer, ids.buffer);
  assertEquals(toTokenSource(source), source);
});

Deno.test("sliceTokens() takes parts of parts, of arrays and of sources", () => {
  for (const tokens of [count(20), countingSource(20)]) {
    const part = toTokenSource(sliceTokens(sliceTokens(tokens, 5, 15), 2, 6));
    assertEquals(part.length, 4);
    assertEquals([...part.read(0, 4)], [7, 8, 9, 10]);
    assertEquals([...part.read(1, 3)], [8, 9]);
    assertEquals(sliceTokens(tokens, 18).length, 2);
  }
});

Deno.test("sliceTokens() refuses places outside of the tokens, and those that arrays would count from the end", () => {
  for (const [start, end] of [[-1, 3], [0, 21], [5, 4], [0.5, 3]]) {
    for (const tokens of [count(20), countingSource(20)]) {
      assertThrows(
        () => sliceTokens(tokens, start!, end!),
        RangeError,
        `Cannot take a part of the tokens: it must lie inside of their 20: from ${start} to ${end}`,
      );
    }
  }
});
