import { assert, assertRejects, assertThrows } from "@std/assert";
import {
  beamSearch,
  type BeamSearchOptions,
} from "../../../src/generation/strategies/beam_search.ts";
import { bestOf } from "../../../src/generation/strategies/best_of.ts";
import { contrastiveSearch } from "../../../src/generation/strategies/contrastive_search.ts";
import { guided } from "../../../src/generation/strategies/guidance.ts";
import { mixture } from "../../../src/generation/strategies/mixture.ts";
import {
  speculate,
  type SpeculateOptions,
} from "../../../src/generation/strategies/speculative.ts";
import { createChain } from "../../../src/generation/chain/chain.ts";
import { buildLSTM } from "../../../src/models/build_lstm.ts";
import { buildTransformer } from "../../../src/models/build_transformer.ts";
import { buildCNN } from "../../../src/models/build_cnn.ts";
import { CharTokenizer } from "../../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../../src/training/fit.ts";
import { TableModel } from "./_table_model.ts";

const { next } = new TableModel(3, 1);
const model = buildLSTM({ tokenizer: CharTokenizer.train("abc"), units: 4 });
const NEEDED =
  "the model must be a network, such as model.network, or a function from rows of tokens to logits: ";

for (
  const [options, error, message] of [
    [null, TypeError, "options must be an object: null"],
    [{ draft: null }, TypeError, `${NEEDED}null`],
    [{ draft: model }, TypeError, `${NEEDED}a LanguageModel`],
    [
      { prompt: [] },
      RangeError,
      "the prompt must have a token to go on from: it has none",
    ],
    [
      { prompt: [1.5] },
      RangeError,
      "prompt must hold token ids, integers from 0: 1.5",
    ],
    [{ maxTokens: -1 }, RangeError, "maxTokens must be an integer from 0: -1"],
    [
      { tokens: 3 },
      TypeError,
      'there is no option "tokens", did you mean "maxTokens"? (known: prompt, maxTokens, draft,',
    ],
  ] as [Partial<SpeculateOptions> | null, typeof RangeError, string][]
) {
  Deno.test(`speculate() refuses ${JSON.stringify(options && Object.keys(options))}: ${message}`, async () => {
    const all = options &&
      { prompt: Int32Array.of(0), maxTokens: 3, draft: next, ...options };
    await assertRejects(
      () => speculate(next, all as SpeculateOptions).next(),
      error,
      `Cannot speculate: ${message}`,
    );
  });
}

Deno.test("beamSearch(), mixture() and guided() say what they need where they get nothing", async () => {
  for (const [given, named] of [[null, "null"], [model, "a LanguageModel"]]) {
    await assertRejects(
      () => beamSearch(given as never, { prompt: [1] }),
      TypeError,
      `Cannot search: ${NEEDED}${named}`,
    );
  }
  await assertRejects(
    () => beamSearch(next, null as unknown as BeamSearchOptions),
    TypeError,
    "Cannot search: options must be an object: null",
  );
  for (
    const [make, message] of [
      [
        () => mixture(null as never),
        "Cannot mix models: they must be in a list, with their weights: null",
      ],
      [
        () => mixture([{ predictor: null as never, weight: 1 }]),
        "Cannot mix models: the model must be a network, such as model.network: null",
      ],
      [
        () => guided(null as never, { scale: 2 }),
        "Cannot guide: the model must be a network, such as model.network: null",
      ],
      [
        () => guided(model.network, null as never),
        "Cannot guide: options must be an object: null",
      ],
      [
        () => createChain(null as never),
        "Cannot sample: options must be an object: null",
      ],
      [
        () => void fit(model, "abc", null as never),
        "Cannot train: the options must be an object: null",
      ],
      [
        () => void fit(null as never, "abc"),
        "Cannot train: the model must be one, such as buildLSTM() gives: null",
      ],
      [
        () => buildLSTM(null as never),
        "Cannot build an LSTM: options must be an object: null",
      ],
      [
        () => buildCNN(null as never),
        "Cannot build a convolutional network: options must be an object: null",
      ],
      [
        () => buildTransformer(null as never),
        "Cannot build a transformer: options must be an object: null",
      ],
    ] as const
  ) assertThrows(make, TypeError, message);
});

Deno.test("searches refuse stop tokens beyond the vocabulary, of a network and of a function", async () => {
  const options = { prompt: [0], maxTokens: 2, stopTokens: [2, 3] }; // 0, 1 and 2 are tokens
  const hidden = (rows: readonly Int32Array[]) =>
    rows.map(() => ({
      logits: new Float32Array(3),
      hidden: Float32Array.of(1),
    }));
  const rule = "stopTokens must be ids of the vocabulary, below 3: 3";
  const refuses = (search: () => Promise<unknown>, action: string) =>
    assertRejects(search, RangeError, `${action}: ${rule}`);
  for (const source of [next, model.network]) {
    await refuses(() => beamSearch(source, options), "Cannot search");
    await refuses(() => bestOf(source, options), "Cannot find the best text");
  }
  for (const source of [hidden, model.network]) {
    await refuses(() => contrastiveSearch(source, options), "Cannot search");
  }
  await refuses(
    () => model.beamSearch("a", { maxTokens: 2, stopTokens: [3] }),
    "Cannot search",
  );
  const [best] = await beamSearch(next, { ...options, stopTokens: [2] });
  assert(best!.tokens.length <= 2);
});
