import { assertEquals, assertThrows } from "@std/assert";
import { tokenIds } from "../../src/generation/token_ids.ts";

Deno.test("tokenIds() copies lists of any kind", () => {
  const given = Int32Array.of(3, 0);
  const ids = tokenIds("Cannot search", "prompt", given);
  given[0] = 9;
  assertEquals(ids, Int32Array.of(3, 0));
  assertEquals(tokenIds("Cannot search", "prompt", []), new Int32Array(0));
});

for (
  const [given, error, message] of [
    [null, TypeError, "prompt must be a list of token ids: null"],
    ["12", TypeError, "prompt must be a list of token ids: string"],
    [[1.5], RangeError, "prompt must hold token ids, integers from 0: 1.5"],
    [["1"], RangeError, "prompt must hold token ids, integers from 0: 1"],
    [
      [2 ** 31],
      RangeError,
      "prompt must hold token ids, integers from 0: 2147483648",
    ],
  ] as [unknown, typeof RangeError, string][]
) {
  Deno.test(`tokenIds() of ${JSON.stringify(given)} says: ${message}`, () => {
    assertThrows(
      () => tokenIds("Cannot search", "prompt", given as number[]),
      error,
      `Cannot search: ${message}`,
    );
  });
}
