import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  ANY_CHARACTER,
  charactersOf,
} from "../../../../src/generation/constraints/grammar/character_set.ts";
import {
  Grammar,
  type GrammarNode,
} from "../../../../src/generation/constraints/grammar/grammar.ts";
import {
  GrammarAcceptor,
  type GrammarState,
} from "../../../../src/generation/constraints/grammar/grammar_acceptor.ts";
import { matching } from "../../../../src/generation/constraints/matching.ts";
import { accepts, costOf } from "../_walk.ts";

const LENGTH = { id: {}, cheapest: () => 1 };

function acceptorOf(build: (grammar: Grammar) => GrammarNode): GrammarAcceptor {
  const grammar = new Grammar();
  return new GrammarAcceptor(grammar, build(grammar), "a test");
}

function read(acceptor: GrammarAcceptor, text: string): GrammarState {
  return Array.from(text).reduce(
    (state, character) => acceptor.next(state, character.codePointAt(0)!)!,
    acceptor.start,
  );
}

Deno.test("Equal futures have equal keys where parts are equal", () => {
  const acceptor = acceptorOf((g) =>
    g.choice([g.text("abx"), g.text("cbx"), g.text("dby")])
  );
  const [a, c, d] = ["ab", "cb", "db"].map((text) => read(acceptor, text));
  assertEquals(acceptor.key(a!), acceptor.key(c!));
  assert(acceptor.key(a!) !== acceptor.key(d!));
});

Deno.test("A distance is the least cost of an end, for each cost of its own", () => {
  const acceptor = acceptorOf((g) =>
    g.choice([g.text("aaaa"), g.text("bc"), g.text("aab")])
  );
  const { start } = acceptor;
  assertEquals(acceptor.distance(start, LENGTH), 2);
  assertEquals(acceptor.distance(start, costOf("ab")), 3);
  assertEquals(acceptor.distance(start, costOf("a")), 4);
  assertEquals(acceptor.distance(start, costOf("c")), Infinity);
  assertEquals(acceptor.distance(read(acceptor, "aa"), costOf("ab")), 1);
  assertEquals(acceptor.distance(read(acceptor, "aab"), costOf("")), 0);
  const half = { id: {}, cheapest: () => 0.5 };
  assertEquals(acceptor.distance(start, half), 1);
});

Deno.test("Distances count repetitions that are left, and what closes open rules", () => {
  const repeated = acceptorOf((g) => g.repeat(g.text("ab"), 1000, 2000));
  assertEquals(repeated.distance(repeated.start, LENGTH), 2000);
  assertEquals(repeated.distance(read(repeated, "aba"), LENGTH), 1997);
  const nested = acceptorOf((g) =>
    g.define(
      "root",
      g.sequence([
        g.text("("),
        g.repeat(g.rule("root"), 0, 1),
        g.text(")"),
      ]),
    )
  );
  assertEquals(nested.distance(nested.start, LENGTH), 2);
  const deep = read(nested, "(".repeat(5000));
  assertEquals(nested.distance(deep, LENGTH), 5000);
});

Deno.test("A range leads on where one of its characters does, and halves of characters never", () => {
  const acceptor = acceptorOf((g) =>
    g.characters([0x61, 0x63, 0x1f40b, 0x1f40b])
  );
  for (
    const [from, to, leads] of [
      [0, 0x60, false],
      [0, 0x61, true],
      [0x63, 0x1f000, true],
      [0x64, 0x1f40a, false],
      [0x1f400, 0x1f4ff, true],
      [0x1f40c, 0x10ffff, false],
    ] as const
  ) assertEquals(acceptor.leadsOn(acceptor.start, from, to), leads);
  const any = acceptorOf((g) => g.characters(ANY_CHARACTER));
  assertEquals(any.leadsOn(any.start, 0xd800, 0xdfff), false);
  assertEquals(any.next(any.start, 0xd800), undefined);
  assertEquals(any.isComplete(any.next(any.start, 0xe000)!), true);
});

Deno.test("Beginnings that have no end are no beginnings", () => {
  const acceptor = acceptorOf((g) => {
    g.define("endless", g.text("a", g.rule("endless")));
    return g.choice([g.text("ab"), g.rule("endless")]);
  });
  const after = read(acceptor, "a");
  assertEquals(acceptor.next(after, 0x61), undefined);
  assertEquals(acceptor.distance(after, LENGTH), 1);
});

for (
  const [regex, text, most] of [
    [/(a|a)*b/, "a".repeat(2000), 2],
    [/(a|aa)*b/, "a".repeat(2000), 4],
    [/((a*)*)*b/, "a".repeat(2000), 2],
    [/(a?b?){1000}c/, "ab".repeat(400), 8],
    [/(?:(?:ab?){1,50}c?){1,50}x/, "ab".repeat(300), 6 * 50], // some for each of fifty
    [/(?:a{1,50}){1,50}b/, "a".repeat(2000), 2],
    [/[ab]*a[ab]{20}/, "ab".repeat(1000), 30],
    [/([a-c]{1000}){1000}/, "abc".repeat(1000), 1],
    [/(?:(?:x?y)*z?){3,}/, "xyz".repeat(500), 8],
  ] as const
) {
  Deno.test(`Ways to read ${regex} do not grow with the text`, () => {
    const acceptor = matching(regex) as GrammarAcceptor;
    let state = acceptor.start;
    for (const character of text) {
      state = acceptor.next(state, character.codePointAt(0)!)!;
      assert(state.ways.length <= most, `${state.ways.length} ways`);
    }
    assert(acceptor.distance(state, LENGTH) < Infinity);
  });
}

Deno.test("A language that is read in too many ways at once is refused", () => {
  const acceptor = acceptorOf((g) => {
    const same = (rule: string, end: string) =>
      g.define(rule, g.sequence([g.text("a"), g.rule("root"), g.text(end)]));
    return g.define(
      "root",
      g.choice([same("x", "b"), same("y", "c"), g.empty]),
    );
  });
  assert(accepts(acceptor, "aaaabcbc"));
  assertThrows(
    () => read(acceptor, "a".repeat(30)),
    RangeError,
    "Cannot constrain: a text must be readable in 20000 ways at once at most: a test has more; repeat with * instead of " +
      "large numbers, or write rules that begin alike as one",
  );
});

Deno.test("A long text whose states are all different keeps its answers", () => {
  const nested = acceptorOf((g) =>
    g.define(
      "root",
      g.sequence([
        g.characters(charactersOf("([")),
        g.repeat(g.rule("root"), 0, Infinity),
        g.characters(charactersOf(")]")),
      ]),
    )
  );
  let state = nested.start;
  const early = read(nested, "([");
  for (let i = 0; i < 120_000; i++) state = nested.next(state, 0x28)!; // more than are kept
  assertEquals(nested.distance(state, LENGTH), 120_000);
  for (let i = 0; i < 120_000; i++) state = nested.next(state, 0x29)!;
  assertEquals(nested.isComplete(state), true);
  assertEquals(nested.next(state, 0x28), undefined);
  assertEquals(nested.distance(early, LENGTH), 2);
  assert(accepts(nested, "([])"));
});

Deno.test("Lengths of rules follow from each other in every order of definitions", () => {
  const count = 20_000;
  for (const isForward of [true, false]) {
    const acceptor = acceptorOf((g) => {
      const places = Array.from({ length: count }, (_, i) => i);
      for (const i of isForward ? places : places.reverse()) {
        g.define(
          `r${i}`,
          i % 2 === 0 ? g.text("a", g.rule(`r${i + 1}`)) : g.rule(`r${i + 1}`),
        );
      }
      g.define(`r${count}`, g.text("b"));
      return g.rule("r0");
    });
    assertEquals(acceptor.distance(acceptor.start, LENGTH), count / 2 + 1);
  }
});
