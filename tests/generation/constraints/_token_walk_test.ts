import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import type { Acceptor } from "../../../src/generation/constraints/acceptor.ts";
import { WHOLE } from "../../../src/generation/constraints/_partial_character.ts";
import { TextStates } from "../../../src/generation/constraints/_text_states.ts";
import { TokenWalk } from "../../../src/generation/constraints/_token_walk.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";
import { tokenTexts } from "../../../src/tokenizers/token_texts.ts";
import { manyOf, randomAutomaton } from "./_automaton.ts";
import { SMALL } from "./_small_tokenizers.ts";

const TEXTS = tokenTexts(CharTokenizer.train("0123456789x"));

Deno.test("TokenWalk keeps what it has found, and forgets it once it is too much", () => {
  const states = new TextStates(manyOf("0", "9", 3, 5));
  const walk = new TokenWalk(TEXTS, states, 0);
  const start = states.point(states.start, WHOLE, 0);
  const targets = walk.from(start);
  assertStrictEquals(walk.from(start), targets);
  walk.tidy();
  assertEquals(start.targets, undefined);
  assert(walk.from(start) !== targets);
  assertEquals(walk.from(start), targets);
});

Deno.test("TextStates has one object for a state, and goes on from one that it has forgotten", () => {
  const states = new TextStates(manyOf("0", "9", 3, 5), 2);
  const three = states.next(
    states.next(states.next(states.start, 0x30)!, 0x31)!,
    0x32,
  )!;
  assertStrictEquals(
    states.next(states.next(states.next(states.start, 0x39)!, 0x39)!, 0x39),
    three,
  );
  assertStrictEquals(
    states.point(three, WHOLE, 0),
    states.point(three, WHOLE, 0),
  );
  states.tidy(); // there are four
  assert(three.isComplete);
  assert(
    states.next(states.next(states.next(states.start, 0x30)!, 0x31)!, 0x32) !==
      three,
  );
  const four = states.next(three, 0x33)!;
  assertEquals([four.isComplete, states.next(three, 0x78)], [true, null]);
  assertStrictEquals(states.next(three, 0x34), four);
});

for (const [name, tokenizer, characters] of SMALL) {
  Deno.test(`TokenWalk.some() finds a token that completes a text where there is one, for ${name}`, () => {
    const random = new RandomStream(4, name);
    const counts = [0, 0];
    for (let n = 0; n < 50; n++) {
      const acceptor = randomAutomaton(characters, random) as Acceptor;
      const states = new TextStates(acceptor);
      const walk = new TokenWalk(tokenTexts(tokenizer), states);
      const cost = { id: {}, cheapest: () => 1 };
      const points = [states.point(states.start, WHOLE, 0)];
      for (let i = 0; i < points.length && i < 20; i++) {
        const { list } = walk.from(points[i]!);
        const is = list.some(({ state }) => state.isComplete);
        assertEquals(
          walk.some(
            points[i]!,
            (point) => point.isComplete,
            ({ state }, bytes) => acceptor.distance(state, cost) > bytes,
          ),
          is,
        );
        counts[Number(is)]!++;
        points.push(...list.map(({ state }) => state));
      }
    }
    assert(Math.min(...counts) > 20, `${counts}`);
  });
}
