import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { matching } from "../../../src/generation/constraints/matching.ts";
import { CHARACTERS, randomExpression } from "./_random_expression.ts";
import { accepts, costOf, mutate, writeText } from "./_walk.ts";

const COST = costOf(CHARACTERS);

Deno.test("What is written by 1,000 random regular expressions is what RegExp matches, and nothing else is", () => {
  const random = new RandomStream(1, "regular expressions");
  const counts = { made: 0, written: 0, matched: 0, refused: 0 };
  while (counts.made < 1000) {
    const { source, flags, sample } = randomExpression(random);
    const regex = new RegExp(source, flags);
    const whole = new RegExp(`^(?:${source})$`, flags);
    counts.made++;
    const acceptor = matching(regex);
    for (let i = 0; i < 3; i++) {
      const text = writeText(acceptor, random, CHARACTERS, COST, 8);
      assert(
        text === undefined || whole.test(text),
        `${regex} ${JSON.stringify(text)}`,
      );
      if (text !== undefined) counts.written++;
      const one = sample();
      for (
        const it of [one, mutate(one, random, CHARACTERS), text ?? ""].filter((
          { length },
        ) => length < 20)
      ) {
        const isMatch = whole.test(it);
        const isUnits = !/[uv]/.test(flags) && /[^\0-\uffff]/u.test(it);
        // Where RegExp counts 🐋 as two, not all that it matches is written, but nothing else is.
        if (isUnits && !accepts(acceptor, it)) continue;
        assertEquals(
          accepts(acceptor, it),
          isMatch,
          `${regex} ${JSON.stringify(it)}`,
        );
        counts[isMatch ? "matched" : "refused"]++;
      }
    }
  }
  console.error(counts);
  assert(counts.written > 2900 && counts.matched > 4000);
  assert(counts.refused > 2000);
});
