import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../src/engine/random.ts";
import { Candidates } from "../../../src/generation/chain/candidates.ts";
import { createChain } from "../../../src/generation/chain/chain.ts";
import type { ChainOptions } from "../../../src/generation/chain/chain_options.ts";

const VOCAB = 12;

/** A value of every option about tokens, and of others, by chance. */
function anyOptions(random: RandomStream): ChainOptions {
  const id = () => random.integer(VOCAB);
  const ids = (most: number) =>
    Array.from({ length: random.integer(most) }, id);
  const sequence = () => [id(), ...ids(3)];
  const sequences = () => Array.from({ length: random.integer(6) }, sequence);
  const all: ChainOptions = {
    logitBias: new Map(
      sequences().map((tokens) => [
        tokens,
        random.integer(3) === 0 ? -Infinity : 1e3 * random.normal(),
      ]),
    ),
    suppress: ids(2 * VOCAB),
    suppressAtBegin: ids(2 * VOCAB),
    badWords: sequences(),
    noRepeatNgram: random.integer(4),
    dry: {
      multiplier: 10 * random.uniform(),
      base: 1 + 100 * random.uniform(),
      allowedLength: 1 + random.integer(3),
      breakers: sequences(),
    },
    minTokens: random.integer(12),
    lengthDecay: { start: random.integer(6), factor: 1e3 * random.uniform() },
    repetitionPenalty: 0.5 + random.uniform(),
    frequencyPenalty: random.normal(),
    topNSigma: 3 * random.uniform(),
    topK: 1 + random.integer(VOCAB),
    typicalP: random.uniform(),
    topP: random.uniform(),
    minP: random.uniform(),
    epsilonCutoff: random.uniform(),
    etaCutoff: random.uniform(),
    topH: 1 - random.uniform(),
    temperature: 2 * random.uniform(),
  };
  const some = Object.entries(all).filter(() => random.integer(3) > 0);
  const options: ChainOptions = Object.fromEntries(some);
  const needsStops = ["minTokens", "lengthDecay"].some((name) =>
    name in options
  );
  return needsStops ? { ...options, stopTokens: sequence() } : options;
}

/** A copy, shuffled. */
function inAnyOrder<T>(list: readonly T[], random: RandomStream): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    [copy[i], copy[other]] = [copy[other]!, copy[i]!];
  }
  return copy;
}

/** Scores with ties and with tokens that are excluded. */
function anyLogits(random: RandomStream): Float32Array {
  const logits = Float32Array.from(
    { length: VOCAB },
    () => random.integer(4) === 0 ? -Infinity : random.integer(40) / 4 - 5,
  );
  logits[random.integer(VOCAB)] = 0;
  return logits;
}

Deno.test("Every stage of any chain in any order keeps a distribution and one token at least, and brings none back", () => {
  const random = new RandomStream(31);
  const candidates = new Candidates();
  let removed = 0;
  for (let round = 0; round < 500; round++) {
    const chain = createChain(anyOptions(random));
    const text = Array.from(
      { length: random.integer(20) },
      () => random.integer(4),
    );
    const logits = anyLogits(random);
    const before = logits.slice();
    const promptLength = random.integer(text.length + 1);
    candidates.begin(logits, { tokens: text, promptLength });
    for (const stage of inAnyOrder(chain.stages, random)) {
      const ids = [...candidates.ids.subarray(0, candidates.count)];
      stage.apply(candidates);
      const left = [...candidates.ids.subarray(0, candidates.count)];
      assert(left.length > 0, stage.description);
      assertEquals(new Set(left).size, left.length);
      assert(left.every((id) => ids.includes(id)), stage.description);
      const p = candidates.probabilities().subarray(0, left.length);
      const sum = p.reduce((sum, share) => sum + share, 0);
      assert(Math.abs(sum - 1) < 1e-12, `${stage.description}: ${sum}`);
      removed += ids.length - left.length;
    }
    assertEquals(logits, before);
  }
  assert(removed > 1000, `${removed} tokens removed`);
});

Deno.test("createChain() of off values about tokens changes nothing", () => {
  const off = createChain({
    logitBias: {},
    suppress: [],
    suppressAtBegin: [],
    badWords: [],
    noRepeatNgram: 0,
    dry: { multiplier: 0 },
    minTokens: 0,
    lengthDecay: { start: 0, factor: 1 },
    stopTokens: [1],
  });
  const random = new RandomStream(32);
  for (let round = 0; round < 50; round++) {
    const logits = anyLogits(random);
    const context = { tokens: [1, 1, 1, 1], promptLength: random.integer(5) };
    assertEquals(off.apply(logits, context), logits);
  }
});

Deno.test("createChain() puts what knows tokens before what removes unlikely ones", () => {
  const chain = createChain({
    temperature: 0.5,
    topK: 1,
    suppressAtBegin: [2],
    suppress: [3],
    lengthDecay: { start: 3, factor: 2 },
    minTokens: 1,
    stopTokens: [0],
    badWords: [[1, 1]],
    noRepeatNgram: 2,
    dry: { multiplier: 1 },
    presencePenalty: 1,
    logitBias: { 0: 1 },
  });
  assertEquals(
    chain.stages.map(({ name }) => name),
    [
      "logitBias",
      "penalties",
      "dry",
      "noRepeatNgram",
      "badWords",
      "minTokens",
      "lengthDecay",
      "suppress",
      "suppressAtBegin",
      "topK",
      "temperature",
    ],
  );
  const logits = Float32Array.of(9, 8, 7, 6);
  const context = { tokens: [1], promptLength: 1 };
  // 0 ends the text too early, 1 1 is a bad word, 2 does not begin and 3 never comes: the last ban leaves the best it meets.
  assertEquals(
    [...chain.apply(logits, context)],
    [-Infinity, -Infinity, 14, -Infinity],
  );
});

Deno.test("createChain() needs stop tokens where they have an effect, and refuses them elsewhere", () => {
  const refuses = (options: ChainOptions, message: string) =>
    assertThrows(() => createChain(options), TypeError, message);
  refuses(
    { stopTokens: [1], topK: 2 },
    "Cannot sample: stopTokens has no effect without minTokens or lengthDecay, leave it out",
  );
  refuses(
    { lengthDecay: { start: 1, factor: 2 } },
    "Cannot sample: lengthDecay has no effect without stopTokens, the ids of tokens that end a text",
  );
  const { stages } = createChain({ minTokens: 2, stopTokens: [1] });
  assertEquals(stages.map(({ name }) => name), ["minTokens"]);
});

Deno.test("createChain() of what knows tokens has an effect at temperature 0 too", () => {
  const logits = Float32Array.of(4, 3, 2, 1);
  const context = { tokens: [3, 1, 3, 1, 3], promptLength: 5 };
  const picked = (options: ChainOptions) =>
    createChain({ ...options, temperature: 0 }).start().pick(logits, context);
  assertEquals(picked({ suppress: [0] }), 1);
  assertEquals(picked({ suppress: [0], noRepeatNgram: 2 }), 2);
  assertEquals(picked({ suppress: [0], dry: { multiplier: 9 } }), 2);
  assertEquals(picked({ logitBias: { 3: 4 } }), 3);
  assertEquals(picked({ minTokens: 1, stopTokens: [0, 1] }), 2);
});
