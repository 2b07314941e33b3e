import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import {
  type DryOptions,
  dryStage,
  noRepeatNgramStage,
} from "../../../src/generation/chain/repeats.ts";
import type { Knob } from "../../../src/generation/chain/stage.ts";
import { assertAllClose } from "../../close.ts";
import { after, keptIds } from "./_after.ts";

const ZEROS = [0, 0, 0, 0, 0];

/** The penalties of five tokens behind a text. */
const penalties = (options: DryOptions, text: ArrayLike<number>, prompt = 0) =>
  after(dryStage(options), text, prompt, ZEROS).map((score) => 0 - score);

for (
  const [text, expected] of [
    [[0, 1, 2, 0, 1], [0, 0, 0.8, 0, 0]], // 0 1 once more: L = 2
    [[3, 0, 1, 2, 3, 0, 1], [0, 0, 1.4, 0, 0]], // 3 0 1: L = 3
    [[0, 0, 0, 0, 0, 0], [4.2875, 0, 0, 0, 0]], // five zeros stand before the last: L = 5
    [[1, 2, 0, 2], ZEROS], // L = 1
    // L = 2 before 3, L = 3 before 4, and L = 2 before 4 once more
    [[0, 1, 3, 2, 0, 1, 4, 0, 1, 4, 2, 0, 1], [0, 0, 0, 0.8, 1.4]],
    [[0, 1], ZEROS],
    [[], ZEROS],
  ] as [number[], number[]][]
) {
  Deno.test(`dryStage() behind ${text.join(" ")} takes ${expected}`, () => {
    // .8 · 1.75^(L − 2): .8, 1.4, 2.45, 4.2875
    assertAllClose(penalties({ multiplier: 0.8 }, text), expected, 1e-7);
  });
}

Deno.test("dryStage() gives the probabilities that llama.cpp's tests expect", () => {
  // From its tests/test-sampling.cpp; all tokens are equally likely before, the base is 1.1.
  const cases: [number, number[], Partial<DryOptions>, number[]][] = [
    [4, [0, 1], {}, [0.25, 0.25, 0.25, 0.25]],
    [4, [0, 1, 2, 0, 1], {}, [0.296923, 0.296923, 0.109232, 0.296923]],
    [5, [0, 1, 2, 0, 1], { multiplier: 2 }, [
      0.241818,
      0.241818,
      0.032727,
      0.241818,
      0.241818,
    ]],
    [5, [0, 1, 3, 4, 0, 1], { breakers: [3] }, [0.2, 0.2, 0.2, 0.2, 0.2]],
    [5, [0, 1, 2, 3, 4, 0, 1], { allowedLength: 4 }, [0.2, 0.2, 0.2, 0.2, 0.2]],
  ];
  for (const [size, text, options, expected] of cases) {
    const stage = dryStage({ multiplier: 1, base: 1.1, ...options });
    const scores = after(stage, text, 0, ZEROS.slice(0, size));
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    const p = scores.map((score) => Math.exp(score) / total);
    assertAllClose(p, expected, 1e-6);
  }
});

Deno.test("dryStage() lets no repeat go across a breaker, and takes nothing from one", () => {
  const text = [3, 0, 1, 2, 3, 0, 1];
  const breaking = (breakers: DryOptions["breakers"]) =>
    penalties({ multiplier: 0.8, breakers: breakers! }, text);
  const two = [0, 0, Math.fround(0.8), 0, 0];
  const three = [0, 0, Math.fround(1.4), 0, 0];
  assertEquals(breaking([]), three);
  assertEquals(breaking([3]), two); // 0 1 stands behind it
  assertEquals(breaking([[2, 3]]), two);
  assertEquals(breaking([0]), ZEROS); // 1 stands behind it
  assertEquals(breaking([[3, 0]]), ZEROS);
  assertEquals(breaking([2]), ZEROS); // 3 0 1 stands behind it, but it is what would be written
  assertEquals(breaking([[4, 3], [3, 4], [1, 2]]), three);
});

Deno.test("dryStage() looks for copies in its window alone", () => {
  const text = [0, 1, 2, 4, 0, 1];
  const within = (window: DryOptions["window"], prompt = 0) =>
    penalties({ multiplier: 1, window: window! }, text, prompt)[2];
  assertEquals([within("all"), within(6), within(5)], [1, 1, 0]);
  assertEquals([within("generated"), within("generated", 1)], [1, 0]);
});

/** The definition, without any cleverness. */
function slowPenalties(
  text: number[],
  { multiplier, base = 1.75, allowedLength = 2, breakers = [] }: DryOptions,
): number[] {
  const sequences = breakers.map((breaker) =>
    typeof breaker === "number" ? [breaker] : Array.from(breaker)
  );
  let limit = text.length;
  for (let at = 0; at < text.length; at++) {
    const here = sequences.filter((sequence) =>
      text.slice(at, at + sequence.length).join() === sequence.join()
    );
    if (here.length === 0) continue;
    limit = text.length - at - Math.max(...here.map(({ length }) => length));
  }
  const penalties = [...ZEROS];
  for (let at = 1; at < text.length; at++) {
    if (sequences.some((sequence) => sequence.join() === `${text[at]}`)) {
      continue;
    }
    for (let length = allowedLength; length <= Math.min(at, limit); length++) {
      const copy = text.slice(at - length, at).join();
      if (copy !== text.slice(text.length - length).join()) continue;
      const penalty = (multiplier as number) * base ** (length - allowedLength);
      penalties[text[at]!] = Math.max(penalties[text[at]!]!, penalty);
    }
  }
  return penalties;
}

Deno.test("dryStage() takes what the definition takes, from any text", () => {
  const random = new RandomStream(21);
  let count = 0;
  for (let round = 0; round < 400; round++) {
    const symbols = 2 + random.integer(4);
    const text = Array.from(
      { length: random.integer(40) },
      () => random.integer(symbols),
    );
    const options = {
      multiplier: random.uniform(),
      base: 1 + random.uniform(),
      allowedLength: 1 + random.integer(4),
      window: 1 + random.integer(40),
      breakers: Array.from(
        { length: random.integer(3) },
        () =>
          Array.from(
            { length: 1 + random.integer(3) },
            () => random.integer(symbols),
          ),
      ),
    };
    const expected = slowPenalties(text.slice(-options.window), options);
    assertAllClose(penalties(options, text), expected, 1e-6);
    count += expected.filter((penalty) => penalty > 0).length;
  }
  assert(count > 200, `${count} penalties`);
});

Deno.test("noRepeatNgramStage() bans what the definition bans, in any text", () => {
  const random = new RandomStream(22);
  let count = 0;
  for (let round = 0; round < 300; round++) {
    const text = Array.from(
      { length: random.integer(30) },
      () => random.integer(4),
    );
    const size = 1 + random.integer(4);
    const end = text.slice(text.length - size + 1).join();
    const kept = new Set([0, 1, 2, 3, 4]);
    for (let at = 0; at + size <= text.length; at++) {
      const [last, ...before] = text.slice(at, at + size).reverse();
      if (before.reverse().join() === end || size === 1) kept.delete(last!);
    }
    assertEquals(keptIds(after(noRepeatNgramStage(size), text)), [...kept]);
    count += 5 - kept.size;
  }
  assert(count > 200, `${count} bans`);
});

Deno.test("noRepeatNgramStage() takes its number from place to place, and leaves the likeliest where all were written", () => {
  const stage = noRepeatNgramStage([1, 0, 2]);
  const text = [1, 0, 3, 1];
  const keptBehind = (prompt: number) => keptIds(after(stage, text, prompt));
  assertEquals(keptBehind(4), [2, 4]);
  assertEquals(keptBehind(3), [0, 1, 2, 3, 4]);
  assertEquals(keptBehind(2), [1, 2, 3, 4]);
  assertEquals(keptIds(after(stage, [0, 1, 2, 3, 4], 5)), [0]);
});

Deno.test("the stages against repeats read a text that is all one token a few times, not its length squared", () => {
  for (const stage of [noRepeatNgramStage(3), dryStage({ multiplier: 1 })]) {
    const size = 2000;
    let reads = 0;
    const text = new Proxy(new Array<number>(size).fill(1), {
      get: (target, name) => {
        reads++;
        return Reflect.get(target, name);
      },
    });
    after(stage, text);
    assert(reads < 20 * size, `${stage.name}: ${reads} reads`);
  }
});

Deno.test("dryStage() keeps scores finite, however long the repeat and large the base", () => {
  const text = new Array(300).fill(2);
  for (
    const options of [{ multiplier: 1, base: 1e30 }, { multiplier: 1e300 }]
  ) {
    assertEquals(after(dryStage(options), text).every(Number.isFinite), true);
  }
  // 100¹⁹ is the last power of 100 below e to 88.7228391, about 3.4 · 10³⁸.
  assertAllClose(
    [penalties({ multiplier: 1, base: 100 }, text)[2]! / 1e38],
    [1],
  );
});

Deno.test("the stages against repeats change nothing at 0, and bring nothing back", () => {
  const text = [0, 1, 0, 1, 0, 1];
  const same = [2, 1, -Infinity, 0, -1];
  for (
    const stage of [
      noRepeatNgramStage(0),
      dryStage({ multiplier: 0 }),
      dryStage({ multiplier: 1, breakers: [1] }),
    ]
  ) assertEquals(after(stage, text, 0, same), same);
  const scores = after(dryStage({ multiplier: 1 }), [2, 2, 2, 2], 0, same);
  assertEquals(scores, same);
});

Deno.test("dryStage() and noRepeatNgramStage() say what they do", () => {
  assertEquals(
    dryStage({ multiplier: 0.8, breakers: [3] }).description,
    "dry: multiplier 0.8, base 1.75, allowedLength 2, window all, breakers 1",
  );
  assertEquals(
    noRepeatNgramStage([2, 3]).description,
    "noRepeatNgram [2, 3]",
  );
});

Deno.test("dryStage() and noRepeatNgramStage() refuse what is out of range", () => {
  const refuses = (options: unknown, message: string) =>
    assertThrows(() => dryStage(options as DryOptions), Error, message);
  refuses(null, "Cannot sample: dry: options must be an object: null");
  refuses(
    true,
    "Cannot sample: dry: options must be an object: boolean; give { dry: { multiplier: 0.8 } }",
  );
  refuses(
    {},
    "Cannot sample: dry.multiplier must be a number from 0: undefined; give { dry: { multiplier: 0.8 } }",
  );
  refuses(
    { multiplier: 1, last: 3 },
    'there is no option "last" (known: multiplier, base, allowedLength, window, breakers)',
  );
  refuses(
    { multiplier: 1, base: 0.5 },
    "Cannot sample: dry.base must be a number from 1: 0.5",
  );
  refuses(
    { multiplier: 1, allowedLength: 0 },
    "Cannot sample: dry.allowedLength must be an integer from 1: 0",
  );
  refuses(
    { multiplier: 1, window: -1 },
    'Cannot sample: dry.window must be an integer from 1, "all" or "generated": -1',
  );
  refuses(
    { multiplier: 1, breakers: "\n" },
    "Cannot sample: dry.breakers must be a list of ids, or of lists of ids: string",
  );
  assertThrows(
    () => after(dryStage({ multiplier: 1, breakers: [5] })),
    RangeError,
    "Cannot sample: dry.breakers must name tokens of the vocabulary, below 5: 5",
  );
  assertThrows(
    () => noRepeatNgramStage("2" as unknown as Knob),
    RangeError,
    'Cannot sample: noRepeatNgram must be an integer from 0: "2"',
  );
});
