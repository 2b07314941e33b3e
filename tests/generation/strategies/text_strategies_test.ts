import { assert, assertEquals, assertRejects } from "@std/assert";
import { useEngine } from "../../../src/engine/engine.ts";
import { beamSearch } from "../../../src/generation/strategies/beam_search.ts";
import { bestOf } from "../../../src/generation/strategies/best_of.ts";
import { contrastiveSearch } from "../../../src/generation/strategies/contrastive_search.ts";
import { buildLSTM } from "../../../src/models/build_lstm.ts";
import { buildNGram } from "../../../src/models/build_ngram.ts";
import { buildTransformer } from "../../../src/models/build_transformer.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";
import { withWeights } from "../../networks/_network_contract.ts";
import { assertNoLeak } from "../../no_leak.ts";

const tokenizer = CharTokenizer.train("to be, or not to be");
const model = buildLSTM({ tokenizer, units: 8, embedding: 4, seed: 3 });
const prompt = tokenizer.encode("to be");

Deno.test("model.beamSearch() gives the texts of what beamSearch() finds", async () => {
  const options = { beams: 3, returned: 3, maxTokens: 6, lengthPenalty: 0.5 };
  const found = await model.beamSearch("to be", options);
  const beams = await beamSearch(model.network, { ...options, prompt });
  assertEquals(
    found,
    beams.map((beam) => ({ ...beam, text: tokenizer.decode(beam.tokens) })),
  );
  assertEquals(found.map(({ text }) => text.length), [6, 6, 6]);
});

Deno.test("model.contrastiveSearch() gives the text of what contrastiveSearch() finds", async () => {
  const options = { topK: 3, alpha: 0.5, maxTokens: 6 };
  const { text, ...found } = await model.contrastiveSearch("to be", options);
  const expected = await contrastiveSearch(model.network, {
    ...options,
    prompt,
  });
  assertEquals(found, expected);
  assertEquals(text, tokenizer.decode(expected.tokens));
});

Deno.test("model.bestOf() gives the texts of what bestOf() finds, and hands them to the scorer", async () => {
  const options = { n: 5, maxTokens: 6, seed: 1, temperature: 0.7 };
  const found = await model.bestOf("to be", options);
  const expected = await bestOf(model.network, { ...options, prompt });
  assertEquals(
    found,
    expected.map((sample) => ({
      ...sample,
      text: tokenizer.decode(sample.tokens),
    })),
  );
  const seen: string[] = [];
  const scored = await model.bestOf("to be", {
    ...options,
    scorer: (text, { tokens, row }) => {
      assertEquals(text, tokenizer.decode(tokens));
      seen.push(text);
      return row;
    },
  });
  assertEquals(scored.map(({ text }) => text).reverse(), seen);
  assertEquals(scored.map(({ score }) => score), [4, 3, 2, 1, 0]);
});

Deno.test("what the strategies find is its text in a string and where it is printed, and has the text first", async () => {
  const options = { maxTokens: 4 };
  const found = [
    ...await model.beamSearch("to be", { ...options, returned: 2 }),
    await model.contrastiveSearch("to be", options),
    ...await model.bestOf("to be", { ...options, n: 2, seed: 1 }),
  ];
  assertEquals(found.length, 5);
  for (const each of found) {
    assertEquals(each.text.length, 4);
    assertEquals(`${each}`, each.text);
    assertEquals(Deno.inspect(each), each.text);
    assertEquals(Deno.inspect([each]), `[ ${each.text} ]`);
    assertEquals(Object.keys(each)[0], "text");
    assertEquals(Object.keys(each), Object.keys({ ...each })); // what prints it is none of its fields
    assertEquals(JSON.parse(JSON.stringify(each)).text, each.text);
    assertEquals(structuredClone(each), { ...each });
  }
});

Deno.test("the strategies begin after a line break where the prompt is empty, and treat unknown characters as they are told", async () => {
  const withBreak = buildLSTM({
    tokenizer: CharTokenizer.train("a\nb"),
    units: 4,
    embedding: 2,
  });
  const options = { maxTokens: 3 };
  const [empty] = await withBreak.beamSearch("", options);
  const [broken] = await withBreak.beamSearch("\n", options);
  assertEquals(empty, broken);
  const [skipped] = await withBreak.beamSearch("a?", {
    ...options,
    unknown: "skip",
  });
  assertEquals(skipped, (await withBreak.beamSearch("a", options))[0]);
  await assertRejects(() => withBreak.bestOf("a?", options), RangeError, "?");
  withBreak.dispose();
});

Deno.test("model.beamSearch() and model.bestOf() work with an n-gram model; contrastiveSearch() says what is missing", async () => {
  const text = "the whale and the sea and the white whale; ".repeat(12);
  const ngram = buildNGram({ tokenizer: CharTokenizer.train(text), order: 4 });
  await ngram.fit(text, { sample: false, display: "none" });
  const [beam] = await ngram.beamSearch("the wh", { maxTokens: 3 });
  assert(["ale", "ite"].includes(beam!.text), beam!.text);
  assertEquals((await ngram.bestOf("the", { n: 2, maxTokens: 4 })).length, 2);
  await assertRejects(
    () => ngram.contrastiveSearch("the"),
    TypeError,
    "Cannot search: the network must tell its hidden vectors",
  );
  ngram.dispose();
});

Deno.test("the strategies refuse a model that has been disposed, one that had searched before too", async () => {
  for (const searches of [0, 20]) {
    const gone = buildLSTM({ tokenizer, units: 4, embedding: 2 });
    for (let i = 0; i < searches; i++) {
      await gone.beamSearch("to", { maxTokens: 2 });
    }
    gone.dispose();
    for (
      const call of [
        () => gone.beamSearch("to"),
        () => gone.contrastiveSearch("to"),
        () => gone.bestOf("to"),
      ]
    ) {
      await assertRejects(
        call,
        Error,
        'Cannot use the parameter "embedding/table": its model has been disposed',
      );
    }
  }
});

Deno.test("the strategies find the same on every engine, and free all", async () => {
  const found: string[][] = [];
  for (const engine of ["cpu", "wasm", "tensorflow"] as const) {
    await useEngine(engine);
    for (const build of [buildLSTM, buildTransformer]) {
      const model = build({ tokenizer, layers: 1 });
      withWeights(model.network);
      for (const { variable } of model.network.parameters.values()) {
        void variable; // brings the weights to the engine
      }
      const texts: string[] = [];
      await assertNoLeak(async () => {
        for (let search = 0; search < 2; search++) { // as it is, and recorded
          const options = { maxTokens: 9 };
          const beams = await model.beamSearch("to be", options);
          const { text } = await model.contrastiveSearch("to be", options);
          const sampled = await model.bestOf("to be", { ...options, seed: 1 });
          texts.push(text, ...[...beams, ...sampled].map(({ text }) => text));
        }
      });
      found.push(texts);
      model.dispose();
    }
  }
  assertEquals(found.slice(2, 4), found.slice(0, 2));
  assertEquals(found.slice(4, 6), found.slice(0, 2));
});

for (
  const [call, error, message] of [
    [
      () => model.beamSearch("to", { prompt: [1] } as never),
      TypeError,
      'Cannot search: there is no option "prompt" (known: beams, maxTokens, stopTokens, lengthPenalty, earlyStopping, returned, groups, diversityPenalty, sample, seed, process, signal, unknown)',
    ],
    [
      () => model.contrastiveSearch("to", { k: 3 } as never),
      TypeError,
      'Cannot search: there is no option "k" (known: maxTokens, topK, alpha, stopTokens, process, signal, unknown)',
    ],
    [
      () => model.bestOf("to", { best: 3 } as never),
      TypeError,
      'Cannot find the best text: there is no option "best" (known: n, maxTokens, temperature, topK, seed, stopTokens, scorer, lengthPenalty, process, signal, unknown)',
    ],
    [
      () => model.bestOf("to", { scorer: "long" } as never),
      TypeError,
      "Cannot find the best text: scorer must be a function: string",
    ],
    [
      () => model.contrastiveSearch("to", { signal: null } as never),
      TypeError,
      "Cannot search: signal must be an AbortSignal: null",
    ],
    [
      () => model.bestOf("to", { signal: 5 } as never),
      TypeError,
      "Cannot find the best text: signal must be an AbortSignal: number",
    ],
    [
      () => model.beamSearch("to", null as never),
      TypeError,
      "Cannot search: options must be an object: null",
    ],
    [
      () => model.beamSearch(null as never),
      TypeError,
      "Cannot generate: the prompt must be a string: null",
    ],
    [
      () => model.contrastiveSearch(7 as never),
      TypeError,
      "Cannot generate: the prompt must be a string: 7",
    ],
  ] as [() => Promise<unknown>, typeof TypeError, string][]
) {
  Deno.test(`the strategies refuse: ${message}`, async () => {
    await assertRejects(call, error, message);
  });
}
