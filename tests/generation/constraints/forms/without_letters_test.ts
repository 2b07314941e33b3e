import { assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../../src/engine/random.ts";
import { withoutLetters } from "../../../../src/generation/constraints/forms/without_letters.ts";
import { accepts, checkAcceptorContract } from "../_acceptor_contract.ts";

Deno.test("withoutLetters() refuses a letter in every case, with every accent and in every shape, and nothing else", () => {
  const acceptor = withoutLetters("e");
  for (
    const letter of [
      "e",
      "E",
      "é",
      "È",
      "ê",
      "ẽ",
      "ｅ",
      "𝐞",
      "ⓔ",
      "℮".normalize("NFKD") === "℮" ? "ē" : "℮",
    ]
  ) {
    assertEquals(accepts(acceptor, `a${letter}`), false, letter);
  }
  for (const text of ["", "a wool sock", "æ", "3", "\n", "🐋", "漢字", "и"]) {
    assertEquals(accepts(acceptor, text), true, text);
  }
});

Deno.test("withoutLetters() takes several characters, signs and letters without a case among them", () => {
  const acceptor = withoutLetters("E1 漢🐋é");
  for (const text of ["1", " ", "漢", "🐋", "é", "e", "½"]) {
    assertEquals(accepts(acceptor, text), false, text);
  }
  assertEquals(accepts(acceptor, "23字ab"), true);
});

Deno.test("withoutLetters() holds to what an acceptor must", () => {
  const random = new RandomStream(1, "acceptor");
  for (const letters of ["a", "abcde", "\0", "é"]) {
    checkAcceptorContract(withoutLetters(letters), "abcdeé\0z🐋", random);
  }
});

Deno.test("withoutLetters() refuses what is no letter", () => {
  for (const letters of [null, undefined, 1, ["e"]]) {
    assertThrows(
      () => withoutLetters(letters as never),
      TypeError,
      "Cannot constrain: the letters to do without must be a string: ",
    );
  }
  assertThrows(
    () => withoutLetters(""),
    RangeError,
    "Cannot constrain: there must be a letter to do without: the string is empty",
  );
});
