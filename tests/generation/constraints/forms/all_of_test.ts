import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { RandomStream } from "../../../../src/engine/random.ts";
import type { Acceptor } from "../../../../src/generation/constraints/acceptor.ts";
import {
  AllOf,
  allOf,
} from "../../../../src/generation/constraints/forms/all_of.ts";
import { withoutLetters } from "../../../../src/generation/constraints/forms/without_letters.ts";
import { accepts, checkAcceptorContract } from "../_acceptor_contract.ts";
import { randomAutomaton } from "../_automaton.ts";

Deno.test("allOf() takes the texts that every part takes, and no others", () => {
  const random = new RandomStream(1, "automata");
  let accepted = 0;
  for (let n = 0; n < 60; n++) {
    const parts = Array.from(
      { length: 2 + n % 2 },
      () => randomAutomaton(["a", "b"], random),
    );
    const both = allOf(...parts as unknown as Acceptor[]);
    for (let text = 0; text < 40; text++) {
      const whole = Array.from(
        { length: random.integer(6) },
        () => "ab"[random.integer(2)],
      ).join("");
      const expected = parts.every((part) => part.accepts(whole));
      accepted += Number(expected);
      assertEquals(accepts(both, whole), expected);
    }
  }
  assert(accepted > 20, `${accepted}`);
});

Deno.test("allOf() holds to what an acceptor must, its distance being a bound", () => {
  const random = new RandomStream(2, "automata");
  for (let n = 0; n < 30; n++) {
    const one = randomAutomaton(["a", "b", "🐋"], random) as Acceptor;
    const other = randomAutomaton(["a", "b", "🐋"], random) as Acceptor;
    checkAcceptorContract(allOf(one, other), "ab🐋", random, false);
  }
});

Deno.test("allOf() of one constraint is that, and one that is joined already is taken apart", () => {
  const [one, other] = [withoutLetters("a"), withoutLetters("b")];
  assertStrictEquals(allOf(one), one);
  const all = allOf(allOf(one, other), one);
  assert(all instanceof AllOf);
  assertEquals(all.parts, [one, other, one]);
  assertEquals(
    allOf(one, other).description,
    'a text without the letters "a" that is also a text without the letters "b"',
  );
});

Deno.test("allOf() refuses what is no constraint, and none at all", () => {
  assertThrows(
    () => allOf(),
    TypeError,
    "Cannot constrain: allOf() must be given a constraint at least: none",
  );
  assertThrows(
    () => allOf(withoutLetters("a"), "e" as never),
    TypeError,
    'Cannot constrain: a constraint must be an acceptor, such as matching(/[a-z]+/) or withoutLetters("e"): "e"',
  );
});
