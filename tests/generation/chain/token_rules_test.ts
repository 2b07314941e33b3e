import { assertEquals, assertThrows } from "@std/assert";
import { Candidates } from "../../../src/generation/chain/candidates.ts";
import {
  badWordsStage,
  type LogitBias,
  logitBiasStage,
  suppressStage,
  type TokenSequence,
} from "../../../src/generation/chain/token_rules.ts";
import { after, keptIds } from "./_after.ts";

const NONE = -Infinity;

for (
  const [form, bias] of [
    ["an object", { 0: -1, 3: 0.5, 4: NONE }],
    ["a map", new Map<TokenSequence, number>([[0, -1], [[3], 0.5], [4, NONE]])],
    ["pairs", [[0, -2], [0, 1], [3, 0.5], [[4], NONE]]],
  ] as [string, LogitBias][]
) {
  Deno.test(`logitBiasStage() of ${form} adds to scores, and bans by -Infinity`, () => {
    assertEquals(after(logitBiasStage(bias)), [1, 1, 0.5, 0.5, NONE]);
  });
}

Deno.test("logitBiasStage() adds for several tokens to the last, where the text ends in the others", () => {
  const stage = logitBiasStage([
    [[1, 2], 1],
    [new Int32Array([3, 1, 2]), 1],
    [[3, 1, 0], NONE],
    [[4, 1, 4], 8],
  ]);
  assertEquals(after(stage, [3, 1]), [NONE, 1, 2.5, 0, -1]);
  assertEquals(after(stage, [1]), [2, 1, 1.5, 0, -1]);
  assertEquals(after(stage, [1, 3]), [2, 1, 0.5, 0, -1]);
  assertEquals(after(stage, []), [2, 1, 0.5, 0, -1]);
});

Deno.test("logitBiasStage() brings nothing back, keeps scores finite and the order of candidates true", () => {
  const removed = [2, NONE, 0.5, 0, -1];
  assertEquals(after(logitBiasStage({ 1: 9 }), [], 0, removed), removed);
  const huge = after(logitBiasStage({ 0: 1e300, 1: -1e300 }));
  assertEquals(huge.every(Number.isFinite), true);
  const candidates = new Candidates();
  candidates.begin(Float32Array.of(2, 1, 0), { tokens: [], promptLength: 0 });
  candidates.keepLargest(2);
  logitBiasStage({ 1: 4 }).apply(candidates);
  assertEquals(candidates.best(), 1);
});

Deno.test("suppressStage() removes tokens everywhere, or at the beginning of the new text alone", () => {
  const always = suppressStage("suppress", [0, 4, 4]);
  assertEquals(keptIds(after(always)), [1, 2, 3]);
  assertEquals(keptIds(after(always, [1, 1], 1)), [1, 2, 3]);
  const first = suppressStage("suppressAtBegin", new Int32Array([0]));
  assertEquals(keptIds(after(first, [1, 1], 2)), [1, 2, 3, 4]);
  assertEquals(keptIds(after(first, [1, 1], 1)), [0, 1, 2, 3, 4]);
});

Deno.test("badWordsStage() removes tokens, and the last of several where the text ends in the others", () => {
  const stage = badWordsStage([0, [1, 2], [3, 1, 4], [1, 1, 3]]);
  assertEquals(keptIds(after(stage, [3, 1])), [1, 3]);
  assertEquals(keptIds(after(stage, [1])), [1, 3, 4]);
  assertEquals(keptIds(after(stage, [])), [1, 2, 3, 4]);
});

for (
  const stage of [
    suppressStage("suppress", [0, 1, 2, 3, 4]),
    suppressStage("suppressAtBegin", [0, 1, 2, 3, 4]),
    badWordsStage([0, 1, 2, 3, 4]),
    logitBiasStage({ 0: NONE, 1: NONE, 2: NONE, 3: NONE, 4: NONE }),
  ]
) {
  Deno.test(`${stage.name} of all tokens leaves the likeliest of those that reach it`, () => {
    assertEquals(keptIds(after(stage)), [0]);
    assertEquals(keptIds(after(stage, [], 0, [NONE, 0, 3, 3, 1])), [2]);
  });
}

Deno.test("the stages that know tokens change nothing where they name none", () => {
  for (
    const stage of [
      logitBiasStage({}),
      logitBiasStage([]),
      logitBiasStage({ 3: 0 }),
      suppressStage("suppress", []),
      suppressStage("suppressAtBegin", []),
      badWordsStage([]),
    ]
  ) assertEquals(after(stage), [2, 1, 0.5, 0, -1]);
});

Deno.test("the stages that know tokens say what they do", () => {
  assertEquals(
    [
      logitBiasStage({ 3: 1 }),
      suppressStage("suppress", [1, 2]),
      badWordsStage([[1, 2]]),
    ].map(({ description }) => description),
    ["logitBias of 1 sequence", "suppress 2 tokens", "badWords 1 sequence"],
  );
});

Deno.test("logitBiasStage() refuses what is no bias of tokens", () => {
  const refuses = (
    bias: unknown,
    type: ErrorConstructor,
    message: string,
  ) => assertThrows(() => logitBiasStage(bias as LogitBias), type, message);
  for (
    const [bias, shown] of [[null, "null"], [5, "number"], ["5", "string"]]
  ) {
    refuses(
      bias,
      TypeError,
      `Cannot sample: logitBias must be an object of numbers by id, a Map or a list of pairs of tokens and a number: ${shown}`,
    );
  }
  refuses(
    [5, 1],
    TypeError,
    "Cannot sample: logitBias must have pairs such as [5, -2] or [[5, 7], -2]: 5",
  );
  refuses(
    { the: 1 },
    RangeError,
    'Cannot sample: logitBias must be by token ids, integers from 0: "the"; encode text with the tokenizer first',
  );
  refuses(
    [[[], 1]],
    RangeError,
    "Cannot sample: logitBias must have a token in every sequence: []",
  );
  refuses(
    [[-1, 1]],
    RangeError,
    "Cannot sample: logitBias must hold token ids, integers from 0: -1",
  );
  refuses(
    { 5: NaN },
    RangeError,
    "Cannot sample: logitBias must have numbers below Infinity: NaN for 5",
  );
  refuses(
    [[[5, 7], "2"]],
    RangeError,
    'Cannot sample: logitBias must have numbers below Infinity: "2" for 5, 7',
  );
});

Deno.test("suppressStage() and badWordsStage() refuse what is no list of tokens", () => {
  assertThrows(
    () => suppressStage("suppress", "5" as unknown as number[]),
    TypeError,
    "Cannot sample: suppress must be a list of token ids: string",
  );
  assertThrows(
    () => suppressStage("suppressAtBegin", [0.5]),
    RangeError,
    "Cannot sample: suppressAtBegin must hold token ids, integers from 0: 0.5",
  );
  const refuses = (words: unknown, type: ErrorConstructor, message: string) =>
    assertThrows(
      () => badWordsStage(words as TokenSequence[]),
      type,
      message,
    );
  refuses(
    "bad",
    TypeError,
    "Cannot sample: badWords must be a list of ids, or of lists of ids: string",
  );
  refuses(
    ["bad"],
    TypeError,
    "Cannot sample: badWords must be a list of token ids: string",
  );
  refuses(
    [[1, NaN]],
    RangeError,
    "Cannot sample: badWords must hold token ids, integers from 0: NaN",
  );
});

for (
  const stage of [
    suppressStage("suppress", [5]),
    badWordsStage([[0, 5, 1]]),
    logitBiasStage({ 5: 1 }),
  ]
) {
  Deno.test(`${stage.name} refuses scores that lack one of its tokens`, () => {
    assertThrows(
      () => after(stage),
      RangeError,
      `Cannot sample: ${stage.name} must name tokens of the vocabulary, below 5: 5`,
    );
  });
}
