import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { mustContain } from "../../src/generation/constraints/forms/must_contain.ts";
import { withoutLetters } from "../../src/generation/constraints/forms/without_letters.ts";
import type { Acceptor } from "../../src/generation/constraints/acceptor.ts";
import type { Constraint } from "../../src/generation/constraints/constraint.ts";
import { acrostic } from "../../src/generation/constraints/forms/acrostic.ts";
import { allOf } from "../../src/generation/constraints/forms/all_of.ts";
import { lineLength } from "../../src/generation/constraints/forms/line_length.ts";
import { gbnf } from "../../src/generation/constraints/gbnf.ts";
import { jsonSchema } from "../../src/generation/constraints/json_schema.ts";
import { matching } from "../../src/generation/constraints/matching.ts";
import { oneOf, wordsOf } from "../../src/generation/constraints/word_list.ts";
import type { GenerateOptions } from "../../src/generation/generate_options.ts";
import { Generation } from "../../src/generation/generation.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { fit } from "../../src/training/fit.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { assertNoLeak } from "../no_leak.ts";

await ensureEngine();

/** A language of the caller's own: all texts. */
const ANYTHING: Acceptor<number> = {
  description: "any text",
  start: 0,
  next: () => 0,
  leadsOn: () => true,
  isComplete: () => true,
  distance: () => 0,
  key: () => 0,
};

const TEXT = "To be or not to be, that is the question. ";

/** A small model whose weights are far from zero, so that its words depend on what it has read. */
async function model() {
  const built = buildLSTM({
    tokenizer: CharTokenizer.train(TEXT),
    units: 12,
    embedding: 6,
    seed: 2,
  });
  for (const parameter of built.network.parameters.values()) {
    parameter.set((await parameter.values()).map((x) => 4 * x));
  }
  return built;
}

Deno.test("generate() tells of each token what it added, how likely it was, and what was likelier", async () => {
  const built = await model();
  const written = await built.generate("to be", {
    maxTokens: 12,
    seed: 1,
    alternatives: 3,
  });
  assertEquals([written.text.length, written.tokens.length], [12, 12]);
  assertEquals(written.tokens.map(({ text }) => text).join(""), written.text);
  assertEquals(written.stopReason, "maxTokens");
  // The same figures come from reading the whole text at once.
  const scored = await built.score(`to be${written.text}`);
  for (const [i, token] of written.tokens.entries()) {
    assertAlmostEquals(
      token.logProbability,
      scored.tokens[5 + i]!.logProbability!,
      1e-4,
    );
    const { rank } = scored.tokens[5 + i]!;
    if (rank! < 3) assertEquals(token.alternatives[rank!]!.id, token.id);
    else assert(token.alternatives.every(({ id }) => id !== token.id));
    assertEquals(token.alternatives.length, 3);
  }
  assertAlmostEquals(
    written.logProbability,
    [...written.logProbabilities].reduce((a, b) => a + b),
    1e-4,
  );
  assertEquals([...written.ids], [...built.tokenizer.encode(written.text)]);
  built.dispose();
});

Deno.test("generate() writes the same text again from its record, alone and out of a batch", async () => {
  const built = await model();
  const one = await built.generate("to be", {
    maxTokens: 20,
    topP: 0.9,
    repetitionPenalty: 1.2,
  });
  const { prompt, options } = one.record;
  assertEquals(
    (await built.generate(prompt, options)).text,
    one.text,
  );
  assertEquals(
    one.record.chain,
    "penalties: repetition 1.2, frequency 0, presence 0, window 64 → topP 0.9",
  );
  const all = await built.generate(["to", "not"], {
    maxTokens: 20,
    samples: 3,
    seed: 7,
  });
  assertEquals(all.length, 6);
  for (const each of all) {
    const again = await built.generate(each.record.prompt, each.record.options);
    assertEquals(again.text, each.text);
  }
  assertEquals(new Set(all.map(({ text }) => text)).size, 6);
  assertEquals(all.map(({ record }) => record.prompt), [
    "to",
    "to",
    "to",
    "not",
    "not",
    "not",
  ]);
  built.dispose();
});

Deno.test("generate() writes a text again from its record, whatever the defaults are by then", async () => {
  const built = await model();
  built.generationDefaults = { topK: 6, presencePenalty: 0.5 };
  const stop = ["zzz"];
  const one = await built.generate("to be", { maxTokens: 20, stop });
  const { prompt, options } = one.record;
  assertEquals({ ...options, seed: 0 }, {
    topK: 6,
    presencePenalty: 0.5,
    maxTokens: 20,
    stop: ["zzz"],
    defaults: false,
    seed: 0,
  });
  stop[0] = "e"; // the record keeps what was in force
  for (const defaults of [{}, { topK: 2, badWords: ["e"] }, { mirostat: {} }]) {
    built.generationDefaults = defaults;
    const again = await built.generate(prompt, options);
    assertEquals(again.text, one.text);
    assertEquals(again.record.options, options);
  }
  await assertRejects(
    () => built.generate("to", { defaults: "no" as never }),
    TypeError,
    'Cannot generate: defaults must be true or false: "no"',
  );
  built.dispose();
});

Deno.test("generate() writes a text again that time broke off, token for token, and no longer", async () => {
  const built = await model();
  let calls = 0;
  const slow = {
    name: "slow",
    apply(): void {
      const until = performance.now() + 60;
      while (calls >= 2 && performance.now() < until);
      calls++;
    },
  };
  for (
    const more of [
      {},
      { minTokens: 20, stopAtSentence: true },
      { constraint: matching(/([a-z]{4} ){4}/) },
    ] as GenerateOptions[]
  ) {
    calls = 0;
    const stages = [slow, "topK"];
    const options = { maxTokens: 20, maxSeconds: 0.05, topK: 5, seed: 3 };
    const one = await built.generate("to be", { ...options, ...more, stages });
    const { length } = one.tokens;
    assert(length >= 1 && length <= 3, `${length}`);
    const { prompt, options: again } = one.record;
    assertEquals([again.breakAfter, again.maxSeconds], [length, undefined]);
    for (let i = 0; i < 2; i++) {
      const two = await built.generate(prompt, again);
      assertEquals([two.text, two.stopReason], [one.text, "maxSeconds"]);
      assertEquals(two.record.options, again);
    }
  }
  const whole = await built.generate("to be", { maxTokens: 3, maxSeconds: 60 });
  assertEquals(whole.record.options.maxSeconds, undefined); // a slower machine would not write it again
  assertEquals(whole.record.options.breakAfter, undefined);
  built.dispose();
});

Deno.test("generate() writes a text again from a record that was JSON, under every constraint of the library", async () => {
  const constraints: Constraint[] = [
    matching(/[aeiou]{2,5}T?/i),
    jsonSchema({ enum: [true, { "to": [1] }] }, { whitespace: "spaces" }),
    gbnf('root ::= "to " ("be" | "not be")+'),
    oneOf(["that", "is"]),
    wordsOf(["not", "to", "be"], { min: 2 }),
    wordsOf(["to"], { separator: ".", max: 3 }),
    acrostic("to"),
    lineLength({ max: 4, min: 2 }),
    lineLength({ lines: 1 }),
    mustContain(["to", "be"]),
    withoutLetters("ae"),
    allOf(withoutLetters("a"), mustContain(["qu"])),
    [withoutLetters("e"), mustContain(["to"])],
  ];
  const tokenizer = CharTokenizer.train(`${TEXT}\n[]{}":1`);
  const wide = buildLSTM({ tokenizer, units: 12, embedding: 6, seed: 2 });
  for (const constraint of constraints) {
    const one = await wide.generate("to be", { constraint, maxTokens: 15 });
    const { prompt, options } = JSON.parse(JSON.stringify(one)).record;
    assertEquals(options.lacking, undefined);
    const again = await wide.generate(prompt, options);
    assertEquals([again.text, again.stopReason], [one.text, one.stopReason]);
    assertEquals(
      JSON.parse(JSON.stringify(again.record.options)),
      options,
    );
    let streamed = "";
    const { alternatives: _, ...rest } = options;
    for await (const piece of wide.stream(prompt, rest)) streamed += piece;
    assertEquals(streamed, one.text);
  }
  wide.dispose();
});

Deno.test("generate() asks for what a record lost in JSON by name, all at once, and takes it again", async () => {
  const [built, other] = [await model(), await model()];
  const lost = {
    mixture: [{ model: other, weight: 0.5 }],
    temperature: (position: number) => 1 + position / 10,
    logitBias: { 0: -Infinity },
    constraint: ANYTHING as Acceptor,
  };
  const one = await built.generate("to be", {
    ...lost,
    suppress: Int32Array.of(1) as never,
    maxTokens: 12,
  });
  const { prompt, options } = JSON.parse(JSON.stringify(one.record));
  assertEquals(options.suppress, [1]);
  await assertRejects(
    () => built.generate(prompt, options),
    TypeError,
    "Cannot generate: options that a record lost in JSON must be given again, as in { ...record.options, mixture }: " +
      "mixture, temperature, logitBias, constraint",
  );
  const { mixture: __, ...some } = lost;
  await assertRejects(
    () => built.generate(prompt, { ...options, ...some }),
    TypeError,
    "as in { ...record.options, mixture }: mixture",
  );
  const again = await built.generate(prompt, { ...options, ...lost });
  assertEquals(again.text, one.text);
  assertEquals(again.record.options.lacking, undefined);
  // A result put together from JSON still knows what it lacks.
  const parsed = new Generation(JSON.parse(JSON.stringify(one)));
  assertEquals(JSON.parse(JSON.stringify(parsed)).record.options, options);
  await assertRejects(
    () => built.generate("to", { lacking: "seed" as never }),
    TypeError,
    'Cannot generate: lacking must be a list of names of options: "seed"',
  );
  for (const each of [built, other]) each.dispose();
});

Deno.test("generate() writes in a row what it writes without the rows beside it, finished or not", async () => {
  const built = await model();
  await built.generate("to", { maxTokens: 1 }); // brings the weights to the engine
  await assertNoLeak(async () => {
    const options = { maxTokens: 30, seed: 3, stop: "e" };
    const many = await built.generate(["to", "be or", "question"], options);
    for (const [row, each] of many.entries()) {
      const alone = await built.generate(each.record.prompt, {
        ...options,
        ...(row > 0 && { row }),
      });
      assertEquals([alone.text, alone.stopReason, alone.stop], [
        each.text,
        each.stopReason,
        each.stop,
      ]);
      assert(!each.text.includes("e"));
    }
    assertEquals(await built.generate([], options), []);
  });
  built.dispose();
});

Deno.test("generate() says why a text ended, and cuts the tokens' texts where the text is cut", async () => {
  const built = await model();
  const stopped = await built.generate("to be", {
    maxTokens: 200,
    seed: 1,
    stop: [" t", "o"],
  });
  assertEquals(stopped.stopReason, "stop");
  assert([" t", "o"].includes(stopped.stop!));
  assertEquals(stopped.tokens.map(({ text }) => text).join(""), stopped.text);
  assert(stopped.tokens.length > stopped.text.length);
  const nothing = await built.generate("to", { maxTokens: 0 });
  assertEquals([nothing.text, nothing.tokens, nothing.stopReason], [
    "",
    [],
    "maxTokens",
  ]);
  built.dispose();
});

Deno.test("generate() takes an incomplete sentence off where it is told to", async () => {
  const tokenizer = CharTokenizer.train(TEXT);
  const built = buildLSTM({ tokenizer, units: 24, embedding: 8, seed: 1 });
  await fit(built, TEXT.repeat(60), {
    steps: 150,
    learningRate: 0.02,
    display: "none",
    sample: false,
    validation: 0,
  });
  const options = { maxTokens: 60, temperature: 0 };
  const whole = await built.generate("To be or", options);
  assertEquals(
    whole.text.slice(0, 40),
    " not to be, that is the question. To be ",
  );
  const trimmed = await built.generate("To be or", {
    ...options,
    trimIncomplete: true,
  });
  assertEquals(trimmed.text, " not to be, that is the question.");
  assertEquals(trimmed.tokens.map(({ text }) => text).join(""), trimmed.text);
  const sentence = await built.generate("To be or", {
    ...options,
    stopAtSentence: true,
  });
  assertEquals([sentence.stopReason, sentence.text], [
    "sentence",
    trimmed.text,
  ]);
  built.dispose();
});

Deno.test("generate() knows the weights: the same fingerprint until training changes them", async () => {
  const built = await model();
  const weights = async () =>
    (await built.generate("to", { maxTokens: 1, temperature: 0 })).record
      .weights;
  const first = await weights();
  assertEquals(first.length, 64);
  assertEquals(await weights(), first);
  await fit(built, TEXT.repeat(40), {
    steps: 25,
    display: "none",
    sample: false,
    validation: 0,
  });
  const second = await weights();
  assertNotEquals(second, first);
  const [parameter] = built.network.parameters.values();
  parameter!.set((await parameter!.values()).map((x) => x + 1));
  assertNotEquals(await weights(), second);
  built.dispose();
});

Deno.test("generate() says in the record where training changed the weights meanwhile", async () => {
  const built = await model();
  const untouched = await built.generate("to", { maxTokens: 5, seed: 1 });
  assertEquals("weightsChanged" in untouched.record, false);
  const begun = Promise.withResolvers<void>();
  const run = fit(built, TEXT.repeat(40), {
    steps: 10_000,
    display: "none",
    sample: false,
    validation: 0,
    onStep: () => begun.resolve(),
  });
  await begun.promise;
  const [parameter] = built.network.parameters.values();
  const before = parameter!.version;
  const constraint = withoutLetters("x"); // token by token
  const meanwhile = await built.generate("to", {
    maxTokens: 3000,
    seed: 1,
    constraint,
  });
  assert(parameter!.version !== before);
  assertEquals(meanwhile.record.weightsChanged, true);
  run.stop();
  await run;
  const after = await built.generate("to", { maxTokens: 5, seed: 1 });
  assertEquals("weightsChanged" in after.record, false);
  built.dispose();
});

Deno.test("generate() fails as a promise where prompts are none, or the signal is aborted", async () => {
  const built = await model();
  await assertRejects(
    () => built.generate(7 as never),
    TypeError,
    "Cannot generate: the prompt must be a string: 7",
  );
  await assertRejects(
    () => built.generate(["to", null as never]),
    TypeError,
    "the prompt must be a string: null",
  );
  await assertRejects(
    () => built.generate("to", { samples: 0 }),
    RangeError,
    "samples must be an integer from 1: 0",
  );
  await assertRejects(
    () => built.generate(["to", "be"], { samples: 2 ** 40 }),
    RangeError,
    "Cannot generate: the texts of one call must be at most 100000, prompts times samples: 2199023255552; write them in " +
      "several calls, each with the number of its first text as row",
  );
  await assertRejects(
    () => built.generate(Array(2)),
    TypeError,
    "the prompt must be a string: undefined",
  );
  await assertRejects(
    () => built.generate("to", { alternatives: -1 }),
    RangeError,
    "alternatives must be an integer from 0: -1",
  );
  await assertRejects(
    () =>
      built.generate("to", { signal: AbortSignal.abort(new Error("enough")) }),
    Error,
    "enough",
  );
  await assertRejects(
    () =>
      built.generate("t", {
        maxTokens: 0, // nothing to do, and still
        signal: AbortSignal.abort(new Error("enough")),
      }),
    Error,
    "enough",
  );
  built.dispose();
});

Deno.test("generate() hears a signal between two rows that take long, and before it makes a constraint ready", async () => {
  const built = await model();
  await built.generate("to", { maxTokens: 1 }); // brings the weights to the engine
  await assertNoLeak(async () => {
    const controller = new AbortController();
    let rows = 0;
    const slow = {
      name: "slow",
      apply(): void {
        if (rows++ === 0) {
          setTimeout(() => controller.abort(new Error("enough")), 0);
        }
        const until = performance.now() + 25;
        while (performance.now() < until);
      },
    };
    const { signal } = controller;
    await assertRejects(
      () => built.generate("to", { stages: [slow], samples: 8, signal }),
      Error,
      "enough",
    );
    assert(rows >= 1 && rows < 8, `${rows}`);
  });
  let asked = 0;
  const constraint = {
    ...ANYTHING,
    distance: () => asked++,
    next: () => asked++,
  } as Acceptor<number> as Acceptor;
  await assertRejects(
    () =>
      built.generate("to", {
        constraint,
        signal: AbortSignal.abort(new Error("enough")),
      }),
    Error,
    "enough",
  );
  assertEquals(asked, 0);
  built.dispose();
});

Deno.test("generate() ends a text between two tokens under a constraint, by a signal or by time", async () => {
  const built = await model();
  const constraint = matching(/([a-z]{4} ){4}/);
  for (const last of [1, 3]) {
    const controller = new AbortController();
    const { signal } = controller;
    let masks = 0;
    const watched = {
      name: "watched",
      apply(): void {
        if (++masks === last) controller.abort(new Error("enough"));
      },
    };
    const stages = [watched];
    await assertRejects(
      () => built.generate("to", { maxTokens: 20, constraint, stages, signal }),
      Error,
      "enough",
    );
    assertEquals(masks, last);
  }
  const { text, stopReason } = await built.generate("to", {
    maxTokens: 20,
    maxSeconds: 1e-9,
    constraint,
  });
  assertEquals([text.length, stopReason], [1, "maxSeconds"]);
  built.dispose();
});

Deno.test("Generation is its text for templates, consoles and JSON, and coloured HTML for a notebook", async () => {
  const built = await model();
  const written = await built.generate("to <b>".slice(0, 2), {
    maxTokens: 8,
    seed: 1,
  });
  assert(written instanceof Generation);
  assertEquals([`${written}`, Deno.inspect(written)], [
    written.text,
    written.text,
  ]);
  assertEquals(JSON.parse(JSON.stringify(written)).text, written.text);
  const display =
    (written as unknown as Record<symbol, () => Record<string, string>>)[
      Symbol.for("Jupyter.display")
    ]!();
  assertEquals(display["text/plain"], written.text);
  const html = display["text/html"]!;
  assertEquals(html.match(/<span title=/g)!.length, 1 + 8);
  assert(html.includes("likeliest: ") && !html.includes("<script"));
  assert(written.toColoredString().includes("8 tokens, "));
  assertThrows(
    () => built.stream("to", { alternatives: 2 } as never),
    TypeError,
    "alternatives is about whole texts",
  );
  built.dispose();
});

Deno.test("generate() tells the same of the tokens from the compiled loop as token by token", async () => {
  const built = await model();
  for (
    const options of [{ seed: 5 }, {
      seed: 5,
      topK: 4,
      repetitionPenalty: 1.3,
      minP: 0.02,
    }, { temperature: 0 }]
  ) {
    const fresh = await model();
    const asked = { ...options, maxTokens: 150, alternatives: 4 };
    const singly = await fresh.generate(["to", "be or not"], asked);
    await built.generate("to", { maxTokens: 1_000, seed: 1 }); // from here on the compiled loop writes
    await assertNoLeak(async () => {
      const blocks = await built.generate(["to", "be or not"], asked);
      for (const [row, { tokens, text, stopReason }] of blocks.entries()) {
        assertEquals([text, stopReason], [singly[row]!.text, "maxTokens"]);
        for (const [i, token] of tokens.entries()) {
          const expected = singly[row]!.tokens[i]!;
          assertAlmostEquals(
            token.logProbability,
            expected.logProbability,
            1e-4,
          );
          const ids = (each: typeof token): number[] =>
            each.alternatives.map(({ id }) => id);
          assertEquals(ids(token), ids(expected));
          for (
            const [place, { logProbability }] of token.alternatives.entries()
          ) {
            assertAlmostEquals(
              logProbability,
              expected.alternatives[place]!.logProbability,
              1e-4,
            );
          }
        }
      }
    });
    fresh.dispose();
  }
  built.dispose();
});

Deno.test("generate() keeps to a constraint, whatever the model prefers, and says that it ended the text", async () => {
  const built = await model();
  for (const seed of [1, 2, 3]) {
    const letters = await built.generate("to be", {
      seed,
      maxTokens: 12,
      constraint: matching(/[aeiou]{2,5}t?/),
    });
    assert(/^[aeiou]{2,5}t?$/.test(letters.text), letters.text);
    const both = await built.generate("to be", {
      seed,
      maxTokens: 30,
      temperature: 2,
      constraint: [
        withoutLetters("e"),
        mustContain(["question".replace("e", "o")]),
      ],
    });
    assert(
      !both.text.includes("e") && both.text.includes("quostion"),
      both.text,
    );
  }
  const one = await built.generate("to be", {
    temperature: 0,
    constraint: oneOf(["not", "that"]),
  });
  assert(["not", "that"].includes(one.text));
  assertEquals(one.stopReason, "constraint");
  await assertRejects(
    () => built.generate("to", { constraint: oneOf(["zebra"]) }),
    RangeError,
    "Cannot constrain: the tokens of the vocabulary must be able to make",
  );
  await assertRejects(
    () => built.generate("to", { constraint: oneOf(["not"]), maxTokens: 2 }),
    RangeError,
    "Cannot constrain: maxTokens must be 3 or more for",
  );
  await assertRejects(
    () => built.generate("to", { constraint: oneOf(["not"]), stop: "o" }),
    TypeError,
    "Cannot generate: stop would cut off a text that a constraint wants whole",
  );
  await assertRejects(
    () =>
      built.generate("to", { constraint: oneOf(["not"]), stopTokens: [3, 5] }),
    TypeError,
    "Cannot generate: stopTokens must be one token under a constraint, special tokens aside, or it may end the text " +
      "before it is whole: 5 besides; leave it out",
  );
  await assertRejects(
    () => built.generate("to", { stopWhenComplete: true }),
    TypeError,
    "Cannot generate: stopWhenComplete has no effect without a constraint",
  );
  built.dispose();
});

Deno.test("generate() is guided by a prompt, and mixes models of one vocabulary", async () => {
  const [one, other] = [await model(), await model()];
  for (const parameter of other.network.parameters.values()) {
    parameter.set((await parameter.values()).map((x) => -x));
  }
  const options = { temperature: 0, maxTokens: 20 } as const;
  const write = async (more: GenerateOptions): Promise<string> =>
    (await one.generate("to be", { ...options, ...more })).text;
  const plain = await write({});
  assertEquals(await write({ guidance: { scale: 1 } }), plain);
  assertNotEquals(
    await write({ guidance: { scale: 8, negativePrompt: "question" } }),
    plain,
  );
  assertEquals(
    await write({ mixture: [{ model: other, weight: 1 }] }),
    (await other.generate("to be", options)).text,
  );
  assertNotEquals(
    await write({ mixture: [{ model: other, weight: 0.5 }] }),
    plain,
  );
  const foreign = buildLSTM({
    tokenizer: CharTokenizer.train("xyz"),
    units: 4,
    embedding: 2,
  });
  await assertRejects(
    () => write({ mixture: [{ model: foreign, weight: 0.5 }] }),
    RangeError,
    "Cannot generate: models of a mixture must have one vocabulary: ",
  );
  await assertRejects(
    () => write({ guidance: { scale: NaN } }),
    RangeError,
    "Cannot guide: the scale must be a finite number: NaN",
  );
  await assertRejects(
    () => write({ guidance: { scale: 1, negativePrompt: "question" } }),
    TypeError,
    "Cannot guide: the negative prompt has no effect at scale 1, leave it out, or give another scale",
  );
  for (const each of [one, other, foreign]) each.dispose();
});

Deno.test("generate() ends no text before minTokens in the compiled loop's place either", async () => {
  const built = await model();
  await built.generate("to", { maxTokens: 1_000, seed: 1 }); // from here on the compiled loop writes what it can
  const [space] = built.tokenizer.encode(" ");
  for (let seed = 0; seed < 5; seed++) {
    const written = await built.generate("to be", {
      maxTokens: 60,
      minTokens: 40,
      stopTokens: [space!],
      seed,
    });
    assert(
      written.tokens.length > 40 || written.stopReason === "maxTokens",
      `${written.tokens.length}`,
    );
    assert(!written.text.includes(" "));
  }
  built.dispose();
});

Deno.test("stream() stops between two tokens of a block when the signal is aborted", async () => {
  const built = await model();
  await built.generate("to", { maxTokens: 1_000, seed: 1 }); // from here on the compiled loop writes
  const controller = new AbortController();
  let count = 0;
  await assertNoLeak(async () => {
    await assertRejects(
      async () => {
        const pieces = built.stream("to", {
          maxTokens: 10_000,
          seed: 1,
          signal: controller.signal,
        });
        for await (const _ of pieces) {
          if (++count === 200) controller.abort(new Error("enough"));
        }
      },
      Error,
      "enough",
    );
  });
  assertEquals(count, 200);
  built.dispose();
});
