import { assert, assertEquals } from "@std/assert";
import { contradiction } from "../../../src/generation/constraints/_contradiction.ts";
import type { Acceptor } from "../../../src/generation/constraints/acceptor.ts";
import { acrostic } from "../../../src/generation/constraints/forms/acrostic.ts";
import { lineLength } from "../../../src/generation/constraints/forms/line_length.ts";
import { mustContain } from "../../../src/generation/constraints/forms/must_contain.ts";
import { withoutLetters } from "../../../src/generation/constraints/forms/without_letters.ts";
import { jsonSchema } from "../../../src/generation/constraints/json_schema.ts";
import { matching } from "../../../src/generation/constraints/matching.ts";

/** The text "a🐋" alone, by an acceptor that says nothing of its classes. */
const OWN = {
  description: "a whale",
  start: 0,
  next: (state: number, point: number) =>
    point === [0x61, 0x1F40B][state] ? state + 1 : undefined,
  leadsOn: () => true,
  isComplete: (state: number) => state === 2,
  distance: () => 0,
  key: (state: number) => state,
} as Acceptor<number> as Acceptor;

Deno.test("contradiction() finds two constraints that no text satisfies, whatever the tokens are", () => {
  const sea = mustContain(["sea"]);
  const noE = withoutLetters("e");
  const ship = acrostic("ship");
  const free = lineLength({ min: 1 });
  const threeLines = lineLength({ lines: 3 });
  const noA = withoutLetters("a");
  const noWhale = matching(/a[^🐋]/u);
  for (
    const [given, found] of [
      [[sea, noE], [sea, noE]],
      [[free, sea, ship, noE], [sea, noE]],
      [[free, ship, threeLines], [ship, threeLines]],
      [[ship, lineLength({ lines: 4 }), noE, free], undefined],
      [[OWN, noA], [OWN, noA]],
      [[OWN, noWhale], [OWN, noWhale]],
      [[OWN, matching(/a./u), noE, free], undefined],
      [[sea], undefined],
    ] as [Acceptor[], Acceptor[] | undefined][]
  ) assertEquals(contradiction(given), found);
});

Deno.test("contradiction() names all where any two of them get on", () => {
  const three = [matching(/[ab]+/), matching(/[bc]+/), matching(/[ac]+/)];
  assertEquals(contradiction(three), three);
});

/** All texts of a few letters. */
function* texts(letters: string, length: number): Generator<string> {
  yield "";
  if (length === 0) return;
  for (const text of texts(letters, length - 1)) {
    for (const letter of letters) yield letter + text;
  }
}

Deno.test("contradiction() agrees with trying every text", () => {
  const sources = [
    "a*",
    "b+",
    "a?b",
    "[ab]{2}",
    "c|bb",
    "(ab|c)*",
    "a.?",
    "...",
  ];
  const all = [...new Set(texts("abc🐋", 3))];
  let count = 0;
  for (const one of sources) {
    for (const other of sources) {
      for (const third of sources) {
        const expressions = [one, other, third].map((source) =>
          new RegExp(`^(?:${source})$`, "u")
        );
        const isEmpty = !all.some((text) =>
          expressions.every((expression) => expression.test(text))
        );
        const acceptors = [one, other, third].map((source) =>
          matching(new RegExp(source, "u"))
        );
        assertEquals(
          contradiction(acceptors) !== undefined,
          isEmpty,
          `${one} ${other} ${third}`,
        );
        if (isEmpty) count++;
      }
    }
  }
  assert(count > 100 && count < 500, `${count}`);
});

for (
  const acceptor of [
    acrostic("Sëa"),
    lineLength({ min: 1, max: 3 }),
    mustContain(["sea", "🐋"]),
    withoutLetters("éz"),
    matching(/\p{Lu}+[a-f🐋]*\d{2,3}|x/u),
    jsonSchema({ type: ["string", "number"] }),
  ]
) {
  Deno.test(`${acceptor.description} treats characters alike where its classes say so`, () => {
    const { start, next, key } = {
      start: acceptor.start,
      next: acceptor.next.bind(acceptor),
      key: acceptor.key.bind(acceptor),
    };
    const begins = new Set([0, ...acceptor.classBegins!]);
    const states = [start];
    const seen = new Set([key(start)]);
    for (let i = 0; i < states.length && i < 4; i++) {
      let last: string | number | undefined;
      for (let point = 0; point < 0x20000; point++) {
        const after = next(states[i], point);
        const name = after === undefined ? undefined : key(after);
        if (!begins.has(point)) assertEquals(name, last);
        last = name;
        if (name === undefined || seen.has(name)) continue;
        seen.add(name);
        states.push(after);
      }
    }
  });
}
