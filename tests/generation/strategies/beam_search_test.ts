import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { ensureEngine } from "../../../src/engine/engine.ts";
import { RandomStream } from "../../../src/engine/random.ts";
import { tf } from "../../../src/engine/tf.ts";
import {
  type Beam,
  beamSearch,
  type BeamSearchOptions,
} from "../../../src/generation/strategies/beam_search.ts";
import { logSoftmax } from "../../../src/generation/strategies/log_softmax.ts";
import type { NextLogits } from "../../../src/generation/strategies/row_logits.ts";
import { RecurrentNetwork } from "../../../src/networks/recurrent_network.ts";
import { TransformerNetwork } from "../../../src/networks/transformer_network.ts";
import { assertAllClose } from "../../close.ts";
import golden from "../../golden/beam_search.json" with { type: "json" };
import { assertNoLeak } from "../../no_leak.ts";

/** The golden model: logits by the two tokens before. */
const table: NextLogits = (rows) => rows.map((ids) => logitsAfter(ids));

function logitsAfter(ids: Int32Array): Float32Array {
  const { vocabSize, table } = golden;
  const first = ids.length > 1 ? ids.at(-2)! : 0;
  const place = (first * vocabSize + ids.at(-1)!) * vocabSize;
  return Float32Array.from(table.slice(place, place + vocabSize));
}

const texts = (beams: Beam[]): number[][] =>
  beams.map(({ tokens }) => [...tokens]);

for (
  const { prompt, beams, lengthPenalty, earlyStopping, tokens, scores }
    of golden
      .cases
) {
  Deno.test(`beamSearch() finds what Hugging Face finds after ${prompt} with ${beams} beams, length penalty ${lengthPenalty}, early stopping ${earlyStopping}`, async () => {
    const found = await beamSearch(table, {
      prompt,
      beams,
      lengthPenalty,
      earlyStopping: earlyStopping as boolean | "never",
      maxTokens: golden.maxTokens,
      stopTokens: [golden.stop],
      returned: beams,
    });
    assertEquals(texts(found), tokens);
    if (scores !== undefined) {
      assertAllClose(found.map(({ score }) => score), scores, 1e-5);
    }
  });
}

Deno.test("beamSearch() with as many beams as there are texts finds the likeliest of all", async () => {
  const maxTokens = 3;
  const all: { tokens: number[]; logProbability: number }[] = [];
  const visit = (tokens: number[], logProbability: number): void => {
    if (tokens.length === maxTokens) {
      all.push({ tokens, logProbability });
      return;
    }
    const scores = logSoftmax(logitsAfter(Int32Array.of(2, ...tokens)));
    scores.forEach((score, id) =>
      visit([...tokens, id], logProbability + score)
    );
  };
  visit([], 0);
  all.sort((a, b) => b.logProbability - a.logProbability);
  const found = await beamSearch(table, {
    prompt: [2],
    beams: 49,
    maxTokens,
    lengthPenalty: 0,
    returned: 10,
  });
  assertEquals(texts(found), all.slice(0, 10).map(({ tokens }) => tokens));
  assertAllClose(
    found.map(({ logProbability }) => logProbability),
    all.slice(0, 10).map(({ logProbability }) => logProbability),
    1e-9,
  );
});

Deno.test("beamSearch() takes the lower ids of equal continuations, and none that is excluded", async () => {
  const next: NextLogits = (rows) =>
    rows.map(() => Float32Array.of(-Infinity, 0, 0, 0));
  const found = await beamSearch(next, {
    prompt: [0],
    beams: 3,
    maxTokens: 1,
    returned: 3,
  });
  assertEquals(texts(found), [[1], [2], [3]]);
});

Deno.test("beamSearch() lets later groups avoid what earlier ones have taken", async () => {
  const options = {
    prompt: [1],
    beams: 4,
    returned: 4,
    maxTokens: 5,
  } as const;
  const groups = { groups: 4, diversityPenalty: 100 };
  const diverse = texts(await beamSearch(table, { ...options, ...groups }));
  for (const place of options.prompt.keys()) {
    const taken = diverse.map((tokens) => tokens[place]);
    assertEquals(new Set(taken).size, 4, "each group takes another token");
  }
  const alike = { groups: 4, diversityPenalty: 0 };
  const same = texts(await beamSearch(table, { ...options, ...alike }));
  assertEquals(new Set(same.map(String)).size, 1);
  const greedy = await beamSearch(table, {
    prompt: [1],
    beams: 1,
    maxTokens: 5,
  });
  assertEquals(same[0], [...greedy[0]!.tokens]);
});

Deno.test("beamSearch() draws by the probabilities when it samples", async () => {
  const logits = Float32Array.of(0, 1, 2, 0.5);
  const probabilities = logSoftmax(logits).map(Math.exp);
  const counts = new Array(4).fill(0);
  const random = new RandomStream(3);
  const DRAWS = 4_000;
  for (let i = 0; i < DRAWS; i++) {
    const [beam] = await beamSearch(() => [logits], {
      prompt: [0],
      beams: 1,
      maxTokens: 1,
      sample: true,
      seed: random.uint32(),
    });
    counts[beam!.tokens[0]!]++;
  }
  const chiSquare = counts.reduce((sum, count, id) => {
    const expected = DRAWS * probabilities[id]!;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  assert(chiSquare < 16.27, `${chiSquare}`); // 3 degrees of freedom, p = 0.001
});

Deno.test("beamSearch() samples the same texts for the same seed, and others for another", async () => {
  const search = async (seed: number): Promise<number[][]> =>
    texts(
      await beamSearch(table, {
        prompt: [1],
        beams: 3,
        returned: 3,
        maxTokens: 8,
        sample: true,
        seed,
      }),
    );
  assertEquals(await search(1), await search(1));
  assertNotEquals(await search(1), await search(2));
});

Deno.test("beamSearch() hands every row to `process`, prompt and all", async () => {
  const seen: string[] = [];
  const found = await beamSearch(table, {
    prompt: [1, 2],
    beams: 2,
    maxTokens: 3,
    process: (logits, tokens) => {
      seen.push(tokens.join(" "));
      return logits.map((score, id) =>
        id === tokens.at(-1) ? -Infinity : score
      );
    },
  });
  assertEquals(seen[0], "1 2");
  assertEquals(seen.length, 1 + 2 + 2);
  const text = [2, ...found[0]!.tokens];
  assert(text.every((id, i) => i === 0 || id !== text[i - 1]), `${text}`);
});

await ensureEngine();

for (
  const [title, build] of [
    ["an LSTM", () =>
      new RecurrentNetwork("lstm", {
        vocabSize: 7,
        embedding: 6,
        units: 16,
        layers: 2,
      }, 3)],
    ["a transformer", () =>
      new TransformerNetwork({
        vocabSize: 7,
        context: 16,
        layers: 2,
        heads: 2,
        keyValueHeads: 1,
        width: 8,
        feedForward: 12,
        positions: "rotary",
        rotaryBase: 10_000,
        norm: "rms",
        epsilon: 1e-5,
        activation: "swiglu",
        bias: false,
        tied: true,
        dropout: 0,
      }, 3)],
  ] as const
) {
  Deno.test(`beamSearch() over ${title} finds what it finds reading every row anew, and frees all`, async () => {
    const network = build();
    for (const parameter of network.parameters.values()) {
      const values = await parameter.variable.data() as Float32Array;
      parameter.set(values.map((x) => 6 * x));
    }
    const anew: NextLogits = (rows) =>
      rows.map((ids) =>
        tf.tidy(() => {
          const row = tf.tensor2d(ids, [1, ids.length], "int32");
          const { logits } = network.forward(row, network.zeroState(1));
          return logits.dataSync().slice(-7) as Float32Array;
        })
      );
    const options: BeamSearchOptions = {
      prompt: [1, 2, 3],
      beams: 4,
      returned: 4,
      maxTokens: 12,
      stopTokens: [6],
    };
    await assertNoLeak(async () => {
      const found = await beamSearch(network, options);
      const expected = await beamSearch(anew, options);
      assertEquals(texts(found), texts(expected));
      assertAllClose(
        found.map(({ score }) => score),
        expected.map(({ score }) => score),
        1e-4,
      );
    });
    for (const parameter of network.parameters.values()) parameter.dispose();
  });
}

Deno.test("beamSearch() refuses a seed that is null", async () => {
  await assertRejects(
    () =>
      beamSearch((rows) => rows.map(() => Float32Array.of(0, 0)), {
        prompt: [1],
        sample: true,
        seed: null as never,
      }),
    RangeError,
    "Cannot make random numbers: the seed must be a safe integer: null",
  );
});

Deno.test("beamSearch() stops with the signal's reason, and frees all", async () => {
  const network = new RecurrentNetwork("lstm", {
    vocabSize: 7,
    embedding: 4,
    units: 8,
    layers: 1,
  }, 3);
  for (const { variable } of network.parameters.values()) void variable; // brings the weights to the engine
  await assertNoLeak(async () => {
    const controller = new AbortController();
    let calls = 0;
    await assertRejects(
      () =>
        beamSearch(network, {
          prompt: [1],
          signal: controller.signal,
          process: (logits) => {
            if (++calls === 9) controller.abort(new Error("enough"));
            return logits;
          },
        }),
      Error,
      "enough",
    );
  });
  for (const parameter of network.parameters.values()) parameter.dispose();
});

for (
  const [options, error, message] of [
    [{ beams: 0 }, RangeError, "beams must be a positive integer: 0"],
    [
      { maxTokens: 1.5 },
      RangeError,
      "maxTokens must be a positive integer: 1.5",
    ],
    [{ returned: 5 }, RangeError, "returned must be at most the 4 beams: 5"],
    [{ groups: 3 }, RangeError, "groups must divide the 4 beams: 3"],
    [
      { lengthPenalty: NaN },
      RangeError,
      "lengthPenalty must be a finite number: NaN",
    ],
    [
      { diversityPenalty: 1 },
      TypeError,
      "diversityPenalty has no effect with one group, leave it out or give groups",
    ],
    [
      { sample: "no" as never },
      TypeError,
      'sample must be true or false: "no"',
    ],
    [
      { signal: {} as never },
      TypeError,
      "signal must be an AbortSignal: object",
    ],
    [
      { seed: 1 },
      TypeError,
      "seed has no effect without sample: true, leave it out",
    ],
    [
      { earlyStopping: "soon" },
      TypeError,
      'earlyStopping must be true, false or "never": "soon"',
    ],
    [
      { prompt: [] },
      RangeError,
      "the prompt must have a token to go on from: it has none",
    ],
    [{ prompt: null }, TypeError, "prompt must be a list of token ids: null"],
    [
      { prompt: "abc" },
      TypeError,
      "prompt must be a list of token ids: string",
    ],
    [
      { stopTokens: [-1] },
      RangeError,
      "stopTokens must hold token ids, integers from 0: -1",
    ],
    [
      { beam: 2 },
      TypeError,
      'there is no option "beam", did you mean "beams"? (known: prompt, beams, ',
    ],
  ] as [object, typeof RangeError, string][]
) {
  Deno.test(`beamSearch() refuses ${JSON.stringify(options)}`, async () => {
    await assertRejects(
      () => beamSearch(table, { prompt: [1], ...options } as BeamSearchOptions),
      error,
      `Cannot search: ${message}`,
    );
  });
}

for (
  const [logits, message] of [
    [[NaN, 1], "the logits must be numbers below Infinity: NaN for id 0"],
    [[-Infinity, -Infinity], "no token is left to choose from"],
  ] as [number[], string][]
) {
  Deno.test(`beamSearch() refuses the logits ${logits}`, async () => {
    await assertRejects(
      () => beamSearch(() => [Float32Array.from(logits)], { prompt: [1] }),
      RangeError,
      `Cannot generate: ${message}`,
    );
  });
}

Deno.test("beamSearch() refuses a function that gives no row of logits for each row of tokens", async () => {
  await assertRejects(
    () => beamSearch(() => [], { prompt: [1] }),
    TypeError,
    "Cannot generate: the function must give a Float32Array of logits for each of 1 rows, all of one length",
  );
});
