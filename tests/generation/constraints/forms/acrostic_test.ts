import { assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../../src/engine/random.ts";
import { acrostic } from "../../../../src/generation/constraints/forms/acrostic.ts";
import { accepts, checkAcceptorContract } from "../_acceptor_contract.ts";

Deno.test("acrostic() takes lines whose first letters spell the word, small or capital", () => {
  const acceptor = acrostic("Sea");
  for (const text of ["s\ne\na", "Some say\nEvery whale\nate", "S\nE\nA 🐋"]) {
    assertEquals(accepts(acceptor, text), true, text);
  }
  for (
    const text of [
      "",
      "s",
      "s\ne",
      "s\ne\na\n",
      "s\n\ne\na",
      "x\ne\na",
      " s\ne\na",
      "s\ne\na\nb",
    ]
  ) {
    assertEquals(accepts(acceptor, text), false, text);
  }
  assertEquals(acceptor.description, 'an acrostic of "Sea"');
});

Deno.test("acrostic() takes letters of any kind as they are", () => {
  assertEquals(accepts(acrostic("ß1🐋"), "ß\n1\n🐋"), true);
  assertEquals(accepts(acrostic("ß1🐋"), "S\n1\n🐋"), false);
});

Deno.test("acrostic() holds to what an acceptor must", () => {
  const random = new RandomStream(1, "acceptor");
  for (const word of ["a", "aB", "bab", "é🐋", "ABCAB"]) {
    checkAcceptorContract(acrostic(word), "aAbBcC\né🐋", random);
    checkAcceptorContract(acrostic(word), "ab", random);
  }
});

Deno.test("acrostic() refuses what is no word", () => {
  for (const word of [null, 1, ["a"]]) {
    assertThrows(
      () => acrostic(word as never),
      TypeError,
      "Cannot constrain: the word of an acrostic must be a string: ",
    );
  }
  for (const word of ["", "a\nb"]) {
    assertThrows(
      () => acrostic(word),
      RangeError,
      `Cannot constrain: the word of an acrostic must have a letter and no line break: ${
        JSON.stringify(word)
      }`,
    );
  }
});
