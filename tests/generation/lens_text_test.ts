import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { matching } from "../../src/generation/constraints/matching.ts";
import { mustContain } from "../../src/generation/constraints/forms/must_contain.ts";
import type { StreamOptions } from "../../src/generation/generate_options.ts";
import type { LensChoice } from "../../src/generation/lens.ts";
import { type LensOptions, lensText } from "../../src/generation/lens_text.ts";
import type { TextPredictor } from "../../src/generation/text_writing.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { WordPieceTokenizer } from "../../src/tokenizers/word_piece_tokenizer.ts";
import { assertNoLeak } from "../no_leak.ts";
import { CountingPredictor } from "./_counting_predictor.ts";
import { FixedPredictor } from "./_fixed_predictor.ts";

await ensureEngine();

/** Tokens a, b, c, d of 40, 30, 20 and 10 %. */
function fixed(probabilities = [0.4, 0.3, 0.2, 0.1]): TextPredictor {
  return {
    tokenizer: CharTokenizer.train("abcd"),
    network: new FixedPredictor(probabilities),
  };
}

/** Scores are in single precision. */
function assertNear(
  actual: readonly (number | undefined)[],
  expected: readonly (number | undefined)[],
): void {
  assertEquals(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    if (value === undefined) assertEquals(value, expected[i]);
    else assertAlmostEquals(value, expected[i]!, 1e-6);
  }
}

function assertChoice(
  { count, entropy, likeliest }: LensChoice,
  tokens: string,
  probabilities: readonly number[],
): void {
  assertEquals(count, probabilities.length);
  assertEquals(likeliest.map(({ token }) => token).join(""), tokens);
  assertNear(likeliest.map(({ probability }) => probability), probabilities);
  const bits = probabilities.map((p) => -p * Math.log2(p));
  assertNear([entropy], [bits.reduce((a, b) => a + b)]);
}

Deno.test("lensText() tells of each stage what it was given, what it left, and how much of the mass that is", async () => {
  const lens = await lensText(fixed(), "a", {
    topK: 3,
    topP: 0.5,
    temperature: 0.5,
    seed: 1,
    maxTokens: 2,
    token: "c",
  });
  assertEquals(lens.steps.length, 2);
  assertEquals(lens.chain, "topK 3 → topP 0.5 → temperature 0.5");
  for (const { model, stages, chosen, asked, tokens } of lens.steps) {
    assertChoice(model, "abcd", [0.4, 0.3, 0.2, 0.1]);
    const [topK, topP, temperature] = stages;
    assertEquals(stages.map(({ name }) => name), [
      "topK",
      "topP",
      "temperature",
    ]);
    assertEquals(topK!.description, "topK 3");
    assertChoice(topK!.after, "abc", [4 / 9, 3 / 9, 2 / 9]);
    // 4/9 is below a half, 7/9 is not.
    assertChoice(topP!.after, "ab", [4 / 7, 3 / 7]);
    // Half the temperature squares the ratio: 16 to 9.
    assertChoice(temperature!.after, "ab", [16 / 25, 9 / 25]);
    assertEquals(topK!.before, model);
    assertEquals(topP!.before, topK!.after);
    assertEquals(temperature!.before, topP!.after);
    assertNear(stages.map(({ massKept }) => massKept), [0.9, 7 / 9, 1]);
    assertEquals(temperature!.massKept, 1);
    assertNear([chosen.probability], [chosen.token === "a" ? 0.64 : 0.36]);
    assertEquals(asked, {
      removedBy: "topP",
      rank: undefined,
      probability: 0,
    });
    assertEquals(tokens.map(({ token }) => token), ["a", "b", "c", "d"]);
    assertNear(tokens[1]!.probabilities, [0.3, 3 / 9, 3 / 7, 0.36]);
    assertNear(tokens[2]!.probabilities, [0.2, 2 / 9, undefined, undefined]);
    assertNear(tokens[3]!.probabilities, [
      0.1,
      undefined,
      undefined,
      undefined,
    ]);
  }
});

Deno.test("lensText() tells the rank and the probability of a token asked about that is left", async () => {
  const options = { topK: 3, seed: 1, maxTokens: 1 };
  const asked = async (
    token: string | number,
    model = fixed(),
    more: LensOptions = {},
  ) =>
    (await lensText(model, "a", { ...options, ...more, token })).steps[0]!
      .asked!;
  const third = await asked("c");
  assertEquals([third.removedBy, third.rank], [undefined, 2]);
  assertNear([third.probability], [2 / 9]);
  assertEquals((await asked(3)).removedBy, "topK");
  // After a the repetition penalty squares its 0.4: 0.16 of 0.76, behind b and c; d is cut off.
  const penalized = await asked("a", fixed(), { repetitionPenalty: 2 });
  assertEquals(penalized.rank, 2);
  assertNear([penalized.probability], [0.16 / 0.66]);
  // Equals have one rank.
  assertEquals((await asked("b", fixed([0.4, 0.4, 0.1, 0.1]))).rank, 0);
  // What the model gives no chance, no stage removes.
  assertEquals(await asked("c", fixed([0.5, 0.5, 0, 0])), {
    removedBy: "model",
    rank: undefined,
    probability: 0,
  });
  const { asked: none, steps } = await lensText(fixed(), "a", options);
  assertEquals([none, steps[0]!.asked], [undefined, undefined]);
});

Deno.test("lensText() takes a constraint for the first stage", async () => {
  const lens = await lensText(fixed(), "a", {
    constraint: matching(/[bd]+/),
    maxTokens: 2,
    minP: 0.5,
    seed: 1,
    token: "a",
  });
  const [step] = lens.steps;
  assertEquals(
    lens.chain,
    "constraint: a text that matches /[bd]+/ → minP 0.5",
  );
  assertEquals(step!.stages.map(({ name }) => name), ["constraint", "minP"]);
  const [constraint, minP] = step!.stages;
  assertChoice(constraint!.before, "abcd", [0.4, 0.3, 0.2, 0.1]);
  assertChoice(constraint!.after, "bd", [0.75, 0.25]);
  assertNear([constraint!.massKept, minP!.massKept], [0.4, 0.75]);
  assertChoice(minP!.after, "b", [1]);
  assertEquals(step!.asked!.removedBy, "constraint");
  assertEquals(
    [lens.text, lens.stopReason, step!.chosen],
    ["bb", "constraint", { id: 1, token: "b", probability: 1 }],
  );
});

Deno.test("lensText() names several constraints in one stage", async () => {
  const { steps, chain } = await lensText(fixed(), "a", {
    constraint: [matching(/[bd]+/), mustContain(["d"])],
    maxTokens: 1,
    temperature: 0,
  });
  assertEquals(steps[0]!.stages.map(({ name }) => name), [
    "constraint",
    "temperature",
  ]);
  assertEquals(
    chain,
    `constraint: a text that matches /[bd]+/ and ${
      mustContain(["d"]).description
    } → temperature 0`,
  );
});

Deno.test("lensText() lets stages that draw or remember work as they do while a text is written", async () => {
  const xtc = await lensText(fixed(), "a", {
    xtc: { probability: 1, threshold: 0.25 },
    seed: 1,
    maxTokens: 1,
    token: "a",
  });
  // a and b would do: a is removed.
  assertChoice(xtc.steps[0]!.stages[0]!.after, "bcd", [3 / 6, 2 / 6, 1 / 6]);
  assertEquals(xtc.steps[0]!.asked!.removedBy, "xtc");
  // Mirostat begins with a bound of 2 bits, which keeps a (1.32 bits) and b (1.74). Where a was chosen, of 4/7 or 0.81 bits,
  // the bound becomes 2 − 5 (0.81 − 1) = 2.96, and c (2.32) is kept; where b was, of 1.22 bits, it becomes 0.89: the best alone.
  const seen = new Set<string>();
  for (let seed = 0; seed < 8; seed++) {
    const { steps } = await lensText(fixed(), "a", {
      mirostat: { tau: 1, eta: 5 },
      seed,
      maxTokens: 2,
    });
    const [first, second] = steps;
    assertChoice(first!.stages[0]!.after, "ab", [4 / 7, 3 / 7]);
    seen.add(first!.chosen.token);
    assertEquals(
      second!.stages[0]!.after.count,
      first!.chosen.token === "a" ? 3 : 1,
    );
  }
  assertEquals(seen, new Set(["a", "b"]));
});

Deno.test("lensText() has no stages where tokens are drawn as the model holds them", async () => {
  const lens = await lensText(fixed(), "a", { seed: 1, maxTokens: 1 });
  const [step] = lens.steps;
  assertEquals(step!.stages, []);
  assertEquals(lens.chain, "nothing: the scores as they are");
  assertEquals(step!.chosen, step!.model.likeliest[step!.chosen.id]!);
});

Deno.test("lensText() writes five tokens by default, and tells ten candidates at most", async () => {
  const tokenizer = CharTokenizer.train("abcdefghijkl");
  const network = new FixedPredictor(
    [1, 2, 3, 4, 5, 6, 6, 8, 9, 10, 11, 12].map((p) => p / 77),
  );
  const { steps, seed } = await lensText({ tokenizer, network }, "a", {
    suppress: ["l"],
    token: "a",
  });
  assertEquals(steps.length, 5);
  assert(Number.isSafeInteger(seed));
  const { model, stages, tokens } = steps[0]!;
  const names = (choice: LensChoice) =>
    choice.likeliest.map(({ token }) => token).join("");
  assertEquals([model.count, names(model)], [12, "lkjihfgedc"]); // f before g, as likely
  const [suppress] = stages;
  assertEquals(
    [suppress!.after.count, names(suppress!.after)],
    [11, "kjihfgedcb"],
  );
  // Those of both ends, and the one asked about.
  assertEquals(
    tokens.map(({ token }) => token).join(""),
    "lkjihfgedcba",
  );
});

Deno.test("lensText() tells what each token added to the text", async () => {
  const counting = (alphabet: string): TextPredictor => {
    const tokenizer = CharTokenizer.train(alphabet);
    return { tokenizer, network: new CountingPredictor(tokenizer.vocabSize) };
  };
  const stopped = await lensText(counting("abcdefgh"), "a", {
    temperature: 0,
    stop: "cd",
  });
  assertEquals(
    [stopped.text, stopped.stopReason, stopped.seed],
    ["b", "stop", undefined],
  );
  assertEquals(
    stopped.steps.map(({ chosen, text }) => [chosen.token, text]),
    [["b", "b"], ["c", ""], ["d", ""]],
  );
  const bytes: TextPredictor = {
    tokenizer: new ByteTokenizer(),
    network: new CountingPredictor(256),
  };
  const halves = await lensText(bytes, "a", {
    constraint: matching(/é/),
    temperature: 0,
  });
  assertEquals(
    halves.steps.map(({ chosen, text }) => [chosen.id, text]),
    [[0xc3, ""], [0xa9, "é"]],
  );
});

Deno.test("lensText() has no steps where nothing is written", async () => {
  const none = await lensText(fixed(), "a", { maxTokens: 0, seed: 1 });
  assertEquals([none.text, none.steps, none.stopReason], [
    "",
    [],
    "maxTokens",
  ]);
  const empty = await lensText(fixed(), "a", {
    constraint: matching(/a*/),
    stopWhenComplete: true,
    seed: 1,
  });
  assertEquals([empty.text, empty.steps, empty.stopReason], [
    "",
    [],
    "constraint",
  ]);
});

Deno.test("lensText() finds the token asked about by its text, by the vocabulary, and by its id", async () => {
  const tokenizer = WordPieceTokenizer.train("sing singing sings", {
    vocabSize: 9,
  });
  const model: TextPredictor = {
    tokenizer,
    network: new FixedPredictor(
      Array(tokenizer.vocabSize).fill(1 / tokenizer.vocabSize),
    ),
  };
  const part = tokenizer.vocabulary.find((token) => token.startsWith("##"))!;
  const special = [...tokenizer.specialTokens.keys()][0]!;
  for (const token of [part, special]) {
    const { asked } = await lensText(model, "sing", { maxTokens: 1, token });
    assertEquals(asked, { id: tokenizer.vocabulary.indexOf(token), token });
  }
  assertEquals(
    (await lensText(model, "sing", { maxTokens: 1, token: 2 })).asked!.token,
    tokenizer.vocabulary[2],
  );
});

/** A small model whose weights are far from zero, so that its words depend on what it has read. */
async function lstm() {
  const built = buildLSTM({
    tokenizer: CharTokenizer.train("To be or not to be, that is the question."),
    units: 12,
    embedding: 6,
    seed: 2,
  });
  for (const parameter of built.network.parameters.values()) {
    parameter.set((await parameter.values()).map((x) => 4 * x));
  }
  return built;
}

Deno.test("lens() writes what generate() writes with the same seed, whatever the stages", async () => {
  const built = await lstm();
  const other = buildLSTM({
    tokenizer: built.tokenizer,
    units: 4,
    embedding: 3,
    seed: 5,
  });
  const calls: StreamOptions[] = [
    {},
    { temperature: 0 },
    { temperature: 0.7, topK: 9, topP: 0.95, minP: 0.01, row: 3 },
    { preset: "llama.cpp", repetitionPenalty: 1.3 },
    { preset: "huggingface", noRepeatNgram: 3 },
    { mirostat: { version: 1, tau: 2 } },
    { mirostat: { tau: 2 }, temperature: 1.3 },
    { adaptiveP: { target: 0.4 }, minP: 0.02 },
    { xtc: { probability: 0.5 }, typicalP: 0.9 },
    { dynamicTemperature: { range: 0.5 }, dry: { multiplier: 1 } },
    { constraint: matching(/[a-z ]+\./), topK: 5 },
    { constraint: mustContain(["be"]), stopWhenComplete: true },
    { guidance: { scale: 1.5, negativePrompt: "not" }, topP: 0.9 },
    { mixture: [{ model: other, weight: 0.3 }], temperature: 0.9 },
    { stopAtSentence: true, stop: ["ion", "q"] },
    { stages: ["temperature", "topK"], topK: 4, temperature: 2 },
  ];
  for (const call of calls) {
    for (const seed of call.temperature === 0 ? [undefined] : [1, 2]) {
      const options = {
        ...call,
        maxTokens: 14,
        ...(seed !== undefined && { seed }),
      };
      const lens = await built.lens("to be", options);
      const text = await built.generate("to be", options);
      assertEquals(
        lens.steps.map(({ chosen }) => chosen.id),
        [...text.ids],
        Object.keys(call).join(),
      );
      assertEquals(
        [lens.text, lens.stopReason, lens.seed],
        [text.text, text.stopReason, seed],
      );
      assertEquals(
        lens.steps.map(({ text }) => text),
        text.tokens.map(({ text }) => text),
      );
    }
  }
  built.dispose();
  other.dispose();
});

Deno.test("lens() lets the generation defaults count, but for those of whole texts", async () => {
  const built = await lstm();
  built.generationDefaults = { topK: 2, maxTokens: 3, trimIncomplete: true };
  const lens = await built.lens("to be", { seed: 1, token: "q" });
  assertEquals([lens.chain, lens.steps.length], ["topK 2", 3]);
  assertEquals((await built.lens("to be", { maxTokens: 1 })).steps.length, 1);
  built.dispose();
});

Deno.test("lens() leaves no tensor behind, and none where it is aborted or fails", async () => {
  const built = await lstm();
  await built.lens("to", { maxTokens: 1 }); // brings the weights to the engine
  await assertNoLeak(async () => {
    await built.lens("to be", { topK: 4, maxTokens: 3 });
    const controller = new AbortController();
    const reason = new Error("enough");
    let calls = 0;
    const own = {
      name: "own",
      apply: () => {
        if (++calls === 2) controller.abort(reason);
      },
    };
    const { signal } = controller;
    const error = await assertRejects(
      () => built.lens("to be", { stages: [own], signal, maxTokens: 9 }),
    );
    assertEquals([error, calls], [reason, 2]);
    const broken = {
      name: "broken",
      apply: () => {
        throw new Error("broken");
      },
    };
    await assertRejects(
      () => built.lens("to be", { stages: [broken] }),
      Error,
      "broken",
    );
  });
  built.dispose();
});

Deno.test("lensText() refuses what it cannot ask about, and options as stream() does", async () => {
  const refuse = async (
    options: unknown,
    Type: new (...args: never[]) => Error,
    message: string,
    prompt: unknown = "a",
  ): Promise<void> => {
    await assertRejects(
      () => lensText(fixed(), prompt as string, options as LensOptions),
      Type,
      message,
    );
  };
  await refuse(
    { token: 4 },
    RangeError,
    "Cannot generate: token must be an id of the vocabulary, from 0 to 3: 4",
  );
  await refuse(
    { token: NaN },
    RangeError,
    "Cannot generate: token must be an id of the vocabulary, from 0 to 3: NaN",
  );
  await refuse(
    { token: null },
    TypeError,
    "Cannot generate: token must be the text of a token or its id: null",
  );
  await refuse(
    { token: ["a"] },
    TypeError,
    "Cannot generate: token must be the text of a token or its id: object",
  );
  await refuse(
    { token: "ab" },
    RangeError,
    'Cannot generate: token must be a single token: "ab" has 2: ["a","b"]; ask about one of them',
  );
  await refuse(
    { token: "" },
    RangeError,
    'Cannot generate: token must be a single token: ""',
  );
  await refuse(
    { token: "§" },
    RangeError,
    'Cannot generate: token must be a single token: "§" is unknown',
  );
  await refuse(
    null,
    TypeError,
    "Cannot generate: options must be an object: null",
  );
  await refuse(
    { tokn: "a" },
    TypeError,
    'Cannot generate: there is no option "tokn", did you mean "token"? (known: maxTokens, minTokens, ',
  );
  await refuse({ tokn: "a" }, TypeError, ", token)");
  await refuse(
    { samples: 2 },
    TypeError,
    'Cannot generate: there is no option "samples" (known: ',
  );
  await refuse({ samples: 2 }, TypeError, ", token)");
  await refuse(
    { maxTokens: "5" },
    RangeError,
    'Cannot generate: maxTokens must be an integer from 0: "5"',
  );
  await refuse(
    {},
    TypeError,
    "Cannot generate: the prompt must be a string: an array",
    ["a"],
  );
  await refuse(
    { signal: AbortSignal.abort() },
    DOMException,
    "The signal has been aborted",
  );
  await assertRejects(
    () => lensText(fixed([NaN, 0.5, 0.25, 0.25]), "a"),
    RangeError,
    "Cannot sample token 0: the logits must be numbers below Infinity: NaN for id 0",
  );
});
