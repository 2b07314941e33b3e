import { assert, assertEquals, assertThrows } from "@std/assert";
import { Grammar } from "../../../../src/generation/constraints/grammar/grammar.ts";
import { GrammarAcceptor } from "../../../../src/generation/constraints/grammar/grammar_acceptor.ts";
import { accepts } from "../_walk.ts";

Deno.test("Equal parts are one node, and simpler forms of a language are found", () => {
  const g = new Grammar();
  const [a, b, c] = ["a", "b", "c"].map((text) => g.text(text));
  assertEquals(g.text("ab"), g.sequence([a!, b!]));
  assertEquals(g.choice([a!, a!]), a);
  assertEquals(g.choice([a!, b!]), g.choice([b!, g.choice([a!, g.nothing])]));
  assertEquals(
    g.choice([g.text("ab"), g.text("ac")]),
    g.sequence([a!, g.choice([b!, c!])]),
  );
  assertEquals(
    g.choice([a!, g.text("ab")]),
    g.sequence([a!, g.choice([g.empty, b!])]),
  );
  const many = g.repeat(a!, 0, Infinity);
  assertEquals(g.repeat(many, 0, Infinity), many);
  assertEquals(g.repeat(many, 1, 1), many);
  assertEquals(g.repeat(g.choice([g.empty, a!]), 3, 5), g.repeat(a!, 0, 5));
  assertEquals(g.sequence([g.empty, a!, g.empty]), a);
  assertEquals(g.sequence([a!, g.nothing]), g.nothing);
  assertEquals(g.choice([]), g.nothing);
  assertEquals(g.repeat(a!, 0, 0), g.empty);
  assertEquals(g.repeat(g.nothing, 0, 3), g.empty);
  assertEquals(g.repeat(g.nothing, 1, 3), g.nothing);
  assertEquals(g.repeat(a!, 2, 1), g.nothing);
});

Deno.test("Repetitions of repetitions have the counts that they add up to", () => {
  for (let a = 0; a <= 4; a++) {
    for (let b = Math.max(a, 1); b <= 4; b++) {
      for (let c = 0; c <= 3; c++) {
        for (let d = Math.max(c, 1); d <= 3; d++) {
          const counts = new Set<number>();
          for (let k = c; k <= d; k++) {
            for (let n = k * a; n <= k * b; n++) counts.add(n);
          }
          const g = new Grammar();
          const node = g.repeat(g.repeat(g.text("xy"), a, b), c, d);
          const acceptor = new GrammarAcceptor(g, node, "a test");
          for (let n = 0; n <= 13; n++) {
            assertEquals(
              accepts(acceptor, "xy".repeat(n)),
              counts.has(n),
              `${n} in (xy{${a},${b}}){${c},${d}}`,
            );
          }
        }
      }
    }
  }
});

Deno.test("A part that may be empty, repeated, has every row of what is not empty", () => {
  const g = new Grammar();
  const maybe = (text: string) => g.repeat(g.text(text), 0, 1);
  const node = g.repeat(
    g.sequence([maybe("a"), maybe("b"), maybe("c")]),
    2,
    3,
  );
  const acceptor = new GrammarAcceptor(g, node, "a test");
  const whole = /^(?:a?b?c?){2,3}$/;
  for (let n = 0; n < 3 ** 6; n++) {
    const text = n.toString(3).replaceAll(/./g, (it) => "abc"[Number(it)]!);
    assertEquals(accepts(acceptor, text), whole.test(text), text);
  }
  assert(accepts(acceptor, ""));
});

Deno.test("A word list of long words that branch everywhere is no trouble", () => {
  const g = new Grammar();
  const node = g.choice(
    Array.from({ length: 1500 }, (_, i) => g.text("a".repeat(i + 1))),
  );
  const acceptor = new GrammarAcceptor(g, node, "a test");
  assert(accepts(acceptor, "a".repeat(1500)));
  assert(!accepts(acceptor, "a".repeat(1501)));
});

Deno.test("Numbers of repetitions have a limit", () => {
  const g = new Grammar();
  for (const [min, max] of [[2 ** 31, 2 ** 31], [0, 2 ** 31]] as const) {
    assertThrows(
      () => g.repeat(g.text("a"), min, max),
      RangeError,
      "Cannot constrain: a part may be repeated 1073741824 times at most: 2147483648",
    );
  }
});
