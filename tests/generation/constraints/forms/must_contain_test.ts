import { assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../../src/engine/random.ts";
import { mustContain } from "../../../../src/generation/constraints/forms/must_contain.ts";
import { accepts, checkAcceptorContract } from "../_acceptor_contract.ts";

Deno.test("mustContain() takes texts that have every word, and no others", () => {
  const random = new RandomStream(1, "texts");
  let accepted = 0;
  for (let n = 0; n < 3000; n++) {
    const text = (length: number) =>
      Array.from({ length }, () => "ab🐋"[0 + random.integer(2)]).join("");
    const words = Array.from(
      { length: 1 + random.integer(3) },
      () => text(1 + random.integer(3)),
    );
    const whole = text(random.integer(9));
    const expected = words.every((word) => whole.includes(word));
    accepted += Number(expected);
    assertEquals(
      accepts(mustContain(words), whole),
      expected,
      `${words} in ${whole}`,
    );
  }
  assertEquals(accepted > 500 && accepted < 2500, true);
});

Deno.test("mustContain() holds to what an acceptor must", () => {
  const random = new RandomStream(2, "acceptor");
  for (
    const words of [["a"], ["ab", "ba"], ["sea", "ease", "as"], [
      "aab",
      "ab",
      "b",
      "aab",
    ], ["🐋a", "a🐋"]]
  ) {
    checkAcceptorContract(mustContain(words), "abse🐋 ", random);
    checkAcceptorContract(mustContain(words), "ab", random);
  }
});

Deno.test("mustContain() refuses what are no words, and more than it can keep apart", () => {
  for (const words of [null, "sea", [1], ["a", null]]) {
    assertThrows(
      () => mustContain(words as never),
      TypeError,
      "Cannot constrain: the words to contain must be a list of strings: ",
    );
  }
  for (const words of [[], ["a", ""]]) {
    assertThrows(
      () => mustContain(words),
      RangeError,
      "Cannot constrain: there must be a word to contain, and none may be empty: ",
    );
  }
  const many = Array.from({ length: 14 }, (_, n) => `word ${n}`);
  assertThrows(
    () => mustContain(many),
    RangeError,
    "Cannot constrain: there must be fewer or shorter words to contain: 14 words of 88 characters together",
  );
});
