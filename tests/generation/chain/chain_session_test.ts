import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { createChain } from "../../../src/generation/chain/chain.ts";
import type { ChainContext } from "../../../src/generation/chain/candidates.ts";
import type { ChainOptions } from "../../../src/generation/chain/chain_options.ts";
import type { SessionOptions } from "../../../src/generation/chain/chain_session.ts";
import { Sampler } from "../../../src/generation/sampler.ts";
import { at, FIVE } from "./_one_stage.ts";

/** Scores with many ties and some tokens excluded. */
function randomRow(random: RandomStream): Float32Array {
  const row = Float32Array.from(
    { length: 2 + random.integer(120) },
    () => random.integer(12) === 0 ? -Infinity : 4 * random.normal(),
  );
  for (let i = 0; i < 20; i++) {
    row[random.integer(row.length)] = row[random.integer(row.length)]!;
  }
  row[random.integer(row.length)] = 1;
  return row;
}

for (const stages of [["topK", "temperature"], ["temperature", "topK"]]) {
  Deno.test(`ChainSession.pick() of ${stages.join(" and ")} picks what Sampler does for the same seed`, () => {
    const random = new RandomStream(stages[0]!.length);
    for (let round = 0; round < 3000; round++) {
      const logits = randomRow(random);
      const options = {
        temperature: 0.05 + 2 * random.uniform(),
        topK: random.integer(2) * (1 + random.integer(logits.length)),
      };
      const [seed, row, position] = [
        random.integer(1000),
        random.integer(3),
        random.integer(1000),
      ];
      assertEquals(
        createChain({ ...options, stages }).start({ seed, row })
          .pick(logits, at(position)),
        new Sampler({ ...options, seed }).pick(logits, position, row),
      );
    }
  });
}

Deno.test("ChainSession.pick() takes the likeliest at temperature 0, the lowest id among equals", () => {
  const greedy = createChain({ temperature: 0 });
  assertEquals(greedy.start().pick(Float32Array.of(1, 3, 3, 2), at(0)), 1);
  const shy = createChain({ temperature: 0, presencePenalty: 2 }).start();
  const text = { tokens: [1], promptLength: 1 };
  assertEquals(shy.pick(Float32Array.of(1, 3, 2.5, 2), text), 2);
  assertEquals(shy.seed, undefined);
});

Deno.test("ChainSession.pick() draws by seed, row and position, whoever works with the chain besides", () => {
  const chain = createChain({ topP: 0.9, temperature: 0.9 });
  const random = new RandomStream(4);
  const rows = Array.from({ length: 60 }, () => randomRow(random));
  const alone = chain.start({ seed: 3, row: 1 });
  const expected = rows.map((logits, i) => alone.pick(logits, at(i)));
  const [first, second] = [0, 1].map((row) => chain.start({ seed: 3, row }));
  const beside = rows.map((logits, i) => {
    first!.pick(rows[59 - i]!, at(i));
    second!.apply(logits, at(i)); // which chooses nothing
    return second!.pick(logits, at(i));
  });
  assertEquals(beside, expected);
  const other = chain.start({ seed: 3 });
  const others = rows.map((logits, i) => other.pick(logits, at(i)));
  assert(others.some((id, i) => id !== expected[i]));
});

Deno.test("ChainSession.apply() does what the chain does where nothing is remembered", () => {
  const chain = createChain({ topP: 0.7, minP: 0.1, temperature: 0.5 });
  const random = new RandomStream(6);
  for (let round = 0; round < 50; round++) {
    const logits = randomRow(random);
    assertEquals(
      chain.start().apply(logits, at(3)),
      chain.apply(logits, at(3)),
    );
  }
});

/** e^−score over its sum: what FIVE's tokens have at a temperature, of those kept. */
function shares(ids: number[], temperature = 1): number[] {
  const weights = [...FIVE].map((score, id) =>
    ids.includes(id) ? Math.exp(score / temperature) : 0
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const ALL = [0, 1, 2, 3, 4];

for (
  const [options, expected] of [
    [{}, shares(ALL)],
    [{ temperature: 0.5 }, shares(ALL, 0.5)],
    [{ temperature: 3, topP: 0.8 }, shares([0, 1, 2], 3)],
    [{ minP: 0.2, temperature: 1 }, shares([0, 1, 2])],
    [{ typicalP: 0.2 }, [0, 1, 0, 0, 0]],
    [
      { xtc: { probability: 0.25 } }, // a quarter of the places without tokens 0 and 1
      shares([2, 3, 4]).map((share, id) => share / 4 + 0.75 * shares(ALL)[id]!),
    ],
    [
      { presencePenalty: [0, 9] }, // every other place without token 4, nearly
      shares(ALL).map((share, id) =>
        share / 2 + (id === 4 ? 0 : shares([0, 1, 2, 3])[id]! / 2)
      ),
    ],
  ] as [ChainOptions, number[]][]
) {
  Deno.test(`ChainSession.pick() of ${JSON.stringify(options)} draws by the probabilities`, () => {
    const draws = 20_000;
    const session = createChain(options).start({ seed: 12 });
    const counts = new Float64Array(5);
    const tokens = new Int32Array(draws + 1).fill(4);
    for (let i = 0; i < draws; i++) {
      const context = { tokens: tokens.subarray(0, i + 1), promptLength: 1 };
      counts[session.pick(FIVE, context)]!++;
    }
    assertFits(counts, expected.map((share) => share * draws));
  });
}

Deno.test("ChainSession.pick() draws the tokens of two rows, and of two places, independently", () => {
  const draws = 20_000;
  const chain = createChain({ temperature: 1 });
  const [one, other] = [0, 1].map((row) => chain.start({ seed: 5, row }));
  const p = shares(ALL);
  const expected = p.flatMap((a) => p.map((b) => a * b * draws));
  const [rows, places] = [new Float64Array(25), new Float64Array(25)];
  let before = 0;
  for (let i = 0; i < draws; i++) {
    const id = one!.pick(FIVE, at(i));
    rows[5 * id + other!.pick(FIVE, at(i))]!++;
    if (i > 0) places[5 * before + id]!++;
    before = id;
  }
  assertFits(rows, expected);
  assertFits(places, expected.map((count) => count * (draws - 1) / draws));
});

/** Asserts that Pearson's chi-square of counts is below what one in a thousand fair draws exceeds. */
function assertFits(counts: ArrayLike<number>, expected: number[]): void {
  let [sum, classes] = [0, 0];
  for (const [i, count] of expected.entries()) {
    if (count === 0) assertEquals(counts[i], 0);
    else {
      sum += (counts[i]! - count) ** 2 / count;
      classes++;
    }
  }
  // Quantiles .999 of the chi-square distribution, by degrees of freedom.
  const most: Record<number, number> = {
    0: 0,
    1: 10.83,
    2: 13.82,
    3: 16.27,
    4: 18.47,
    24: 51.18,
  };
  assert(sum <= most[classes - 1]!, `${sum}: ${counts}, not ${expected}`);
}

Deno.test("ChainSession draws a fresh seed where none is given, which gives the same text again", () => {
  const chain = createChain({ temperature: 1 });
  const logits = new Float32Array(1000);
  const session = chain.start();
  const again = chain.start({ seed: session.seed! });
  for (let i = 0; i < 20; i++) {
    assertEquals(again.pick(logits, at(i)), session.pick(logits, at(i)));
  }
  assert(chain.start().seed !== session.seed);
});

Deno.test("ChainSession.pick() takes what its stages left, whichever they are, and no score comes to be infinite", () => {
  const random = new RandomStream(15);
  const some = <T>(value: T) => random.integer(3) === 0 ? value : undefined;
  for (let round = 0; round < 300; round++) {
    const mirostat = {
      version: (1 + random.integer(2)) as 1 | 2,
      tau: 0.1 + 5 * random.uniform(),
    };
    const target = some(random.uniform());
    const cuts = {
      xtc: some({
        probability: random.uniform(),
        threshold: random.uniform() / 2,
      }),
      topK: some(1 + random.integer(50)),
      topP: some(random.uniform()),
      typicalP: some(random.uniform()),
      topNSigma: some(3 * random.uniform()),
      adaptiveP: target === undefined ? undefined : { target },
    };
    const options = {
      temperature: some(0.01 + 3 * random.uniform()),
      dynamicTemperature: some({ range: 2 * random.uniform() }),
      repetitionPenalty: some(0.5 + random.uniform()),
      ...random.integer(2) === 0 ? { mirostat } : cuts,
    };
    const given = Object.entries(options).filter(([, value]) =>
      value !== undefined
    );
    const session = createChain(Object.fromEntries(given))
      .start({ seed: round });
    const tokens: number[] = [0];
    for (let place = 0; place < 8; place++) {
      const logits = randomRow(random);
      const context = { tokens, promptLength: 1 };
      const row = session.apply(logits, context);
      const id = session.pick(logits, context);
      assert(Number.isFinite(row[id]), Deno.inspect(options));
      assert(
        row.every((score, id) =>
          score < Infinity && (score === -Infinity || logits[id]! > -Infinity)
        ),
      );
      tokens.push(id);
    }
  }
});

Deno.test("ChainSession goes forward alone", () => {
  const session = createChain({ temperature: 1 }).start({ seed: 1 });
  const logits = new Float32Array(5);
  session.pick(logits, at(4));
  session.pick(logits, at(7)); // tokens may come from elsewhere
  session.apply(logits, at(7));
  assertThrows(
    () => session.pick(logits, at(7)),
    RangeError,
    "Cannot sample token 7: a session goes forward, and has chosen token 7: start another",
  );
});

Deno.test("ChainSession refuses options and places that are none", () => {
  const chain = createChain({ temperature: 1 });
  const refuses = (act: () => unknown, Type: ErrorConstructor, text: string) =>
    assertThrows(act, Type, text);
  refuses(
    () => chain.start({ sed: 1 } as SessionOptions),
    TypeError,
    'Cannot start a session: there is no option "sed", did you mean "seed"? (known: seed, row)',
  );
  refuses(
    () => chain.start({ row: -1 }),
    RangeError,
    "Cannot start a session: row must be an integer from 0: -1",
  );
  refuses(
    () => chain.start({ seed: 0.5 }),
    RangeError,
    "Cannot make random numbers: the seed must be a safe integer: 0.5",
  );
  refuses(
    () => createChain({ temperature: 0 }).start({ seed: 1 }),
    TypeError,
    "Cannot sample: seed has no effect at temperature 0, leave it out",
  );
  const pick = (logits: unknown, context: unknown) => () =>
    chain.start().pick(logits as Float32Array, context as ChainContext);
  refuses(
    pick([1, 2], at(0)),
    TypeError,
    "Cannot sample: the logits must be a Float32Array with a score for every token: object",
  );
  refuses(pick(new Float32Array(0), at(0)), TypeError, "token: an empty one");
  const two = new Float32Array(2);
  refuses(
    pick(two, null),
    TypeError,
    "Cannot sample: the context must have the text's tokens, a list of ids: undefined",
  );
  refuses(
    pick(two, { tokens: [1], promptLength: 2 }),
    RangeError,
    "Cannot sample: promptLength must be an integer from 0 to the number of tokens, 1: 2",
  );
  refuses(
    pick(Float32Array.of(0, NaN), at(2)),
    RangeError,
    "Cannot sample token 2: the logits must be numbers below Infinity: NaN for id 1",
  );
});
