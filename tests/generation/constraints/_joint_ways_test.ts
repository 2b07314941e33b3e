import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import type { Acceptor } from "../../../src/generation/constraints/acceptor.ts";
import { constrain } from "../../../src/generation/constraints/constraint.ts";
import {
  AllOf,
  allOf,
} from "../../../src/generation/constraints/forms/all_of.ts";
import { lineLength } from "../../../src/generation/constraints/forms/line_length.ts";
import { mustContain } from "../../../src/generation/constraints/forms/must_contain.ts";
import { withoutLetters } from "../../../src/generation/constraints/forms/without_letters.ts";
import { JointWays } from "../../../src/generation/constraints/_joint_ways.ts";
import { jsonSchema } from "../../../src/generation/constraints/json_schema.ts";
import { matching } from "../../../src/generation/constraints/matching.ts";
import { TextStates } from "../../../src/generation/constraints/_text_states.ts";
import { TokenMasks } from "../../../src/generation/constraints/token_masks.ts";
import { BPETokenizer } from "../../../src/tokenizers/bpe_tokenizer.ts";
import { ByteTokenizer } from "../../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";

/** A language that says nothing of its classes. */
function silent(acceptor: Acceptor): Acceptor {
  return {
    description: acceptor.description,
    start: acceptor.start,
    next: (state, point) => acceptor.next(state, point),
    leadsOn: (state, from, to) => acceptor.leadsOn(state, from, to),
    isComplete: (state) => acceptor.isComplete(state),
    distance: (state, cost) => acceptor.distance(state, cost),
    key: (state) => acceptor.key(state),
  };
}

/** Words, and how many bytes each has; five characters must be written, and the rest may be of ASCII. */
const WORDS = [
  ["日本", 6, 2],
  ["жик", 6, 3],
  ["😀", 4, 1],
  ["e\u0301x", 4, 3],
  [
    "sea",
    3,
    3,
  ],
] as const;

for (const [word, bytes, length] of WORDS) {
  Deno.test(`Joined constraints can ask for ${word}, whatever tokens it is written with`, () => {
    const forms = [mustContain([word]), lineLength({ min: 5, max: 9 })];
    const least = bytes + 5 - length;
    for (
      const [tokenizer, tokens] of [
        [new ByteTokenizer(), least],
        [BPETokenizer.train("a", { vocabSize: 256 }), least],
        [CharTokenizer.train(`${word}abc`), 5],
      ] as const
    ) {
      for (
        const acceptor of [
          allOf(...forms),
          allOf(...forms, withoutLetters("b"), matching(/[^k]*/su)),
          allOf(forms[0]!, silent(forms[1]!)),
        ]
      ) {
        const masks = new TokenMasks(acceptor, tokenizer);
        assertEquals(masks.leastTokens(masks.start()), tokens);
        assertThrows(
          () => constrain(acceptor, { tokenizer, maxTokens: tokens - 1 }),
          RangeError,
          `maxTokens must be ${tokens} or more`,
        );
        for (let n = 0; n < 3; n++) {
          const random = new RandomStream(n, word);
          const text = constrain(acceptor, { tokenizer, maxTokens: tokens })();
          const ids: number[] = [];
          const logits = new Float32Array(tokenizer.vocabSize);
          while (!text.hasEnded) {
            text.mask(logits.fill(0));
            const allowed = [...logits.keys()].filter((id) => logits[id] === 0);
            ids.push(allowed[random.integer(allowed.length)]!);
            text.take(ids.at(-1)!);
          }
          const written = tokenizer.decode(ids);
          assert(written.includes(word), written);
          assert([...written].length >= 5, written);
        }
      }
    }
  });
}

Deno.test("Joined constraints find a character that only one of them names where the other says nothing of its classes", () => {
  const tokenizer = new ByteTokenizer();
  const masks = new TokenMasks(
    allOf(silent(matching(/[日月]{2}/u)), lineLength({ min: 2, max: 3 })),
    tokenizer,
  );
  assertEquals(masks.leastTokens(masks.start()), 6);
});

Deno.test("JointWays gives the cost of the cheapest text that languages have in common", () => {
  const letters = "ab日🐋";
  const costs = new Map([[0x61, 1], [0x62, 0.5], [0x65E5, 3], [0x1F40B, 0.25]]);
  const cost = {
    id: {},
    cheapest: (from: number, to: number) => {
      let least = Infinity;
      for (const [point, value] of costs) {
        if (from <= point && point <= to) least = Math.min(least, value);
      }
      return least;
    },
  };
  const sources = ["a*日", "(a|日)b+", ".*🐋.*", "[^a]{2,3}", "..?a?", "b|日a"];
  const texts: string[] = [""];
  for (const text of texts) { // grows on the way
    if ([...text].length < 4) {
      texts.push(...Array.from(letters, (letter) => text + letter));
    }
  }
  let possible = 0;
  for (const one of sources) {
    for (const other of sources) {
      const expressions = [one, other].map((source) =>
        new RegExp(`^(?:${source})$`, "u")
      );
      const least = Math.min(
        ...texts.filter((text) => expressions.every((e) => e.test(text)))
          .map((text) =>
            Array.from(text, (letter) => costs.get(letter.codePointAt(0)!)!)
              .reduce((sum, value) => sum + value, 0)
          ),
      );
      const parts = [one, other].map((source) =>
        matching(new RegExp(source, "u"))
      );
      const joint = new AllOf(parts);
      const states = new TextStates(joint as Acceptor);
      const ways = new JointWays(joint, states);
      const way = ways.way(states.start, cost);
      assertEquals([way.low, way.high], [least, least], `${one} and ${other}`);
      if (least < Infinity) possible++;
    }
  }
  assert(possible > 15 && possible < 36, `${possible}`);
});

Deno.test("JointWays gives up where languages have too many points in common, and still says what is certain", () => {
  const parts = [
    jsonSchema({ type: "array", items: { type: "array" } }),
    matching(/[^{}"]*x/u),
  ];
  const joint = new AllOf(parts);
  const states = new TextStates(joint as Acceptor);
  const ways = new JointWays(joint, states);
  const cost = { id: {}, cheapest: () => 1 };
  const way = ways.way(states.start, cost);
  assertEquals([way.high, way.isGivenUp], [Infinity, true]);
  assert(way.low >= 2 && way.low < Infinity, `${way.low}`);
});
