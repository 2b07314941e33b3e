import { assert, assertEquals, assertRejects } from "@std/assert";
import { ensureEngine } from "../../../src/engine/engine.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";
import {
  contrastiveSearch,
  type ContrastiveSearchOptions,
} from "../../../src/generation/strategies/contrastive_search.ts";
import type { NextHidden } from "../../../src/generation/strategies/hidden_rows.ts";
import { logSoftmax } from "../../../src/generation/strategies/log_softmax.ts";
import { buildNetwork } from "../../../src/networks/architectures.ts";
import { CNNNetwork } from "../../../src/networks/cnn_network.ts";
import type { Network } from "../../../src/networks/network.ts";
import { RecurrentNetwork } from "../../../src/networks/recurrent_network.ts";
import { TransformerNetwork } from "../../../src/networks/transformer_network.ts";
import { assertAllClose } from "../../close.ts";
import golden from "../../golden/contrastive_search.json" with {
  type: "json",
};
import { dispose, withWeights } from "../../networks/_network_contract.ts";
import { assertNoLeak } from "../../no_leak.ts";
import { TableModel } from "./_table_model.ts";

await ensureEngine();

/** A network as a function that reads every row from the beginning. */
function readAnew(network: Network): NextHidden {
  return (rows) =>
    rows.map((ids) =>
      tf.tidy(() => {
        const row = tf.tensor2d(ids, [1, ids.length], "int32");
        const { logits, hidden } = network.forwardHidden!(
          row,
          network.zeroState(1),
        );
        const last = (x: Tensor): Float32Array =>
          x.dataSync().slice(-x.shape[2]!) as Float32Array;
        return { logits: last(logits), hidden: last(hidden) };
      })
    );
}

/** Contrastive search as its definition says, without any thought of speed. */
async function byDefinition(
  next: NextHidden,
  { prompt, topK, alpha, maxTokens }:
    & Required<Pick<ContrastiveSearchOptions, "topK" | "alpha" | "maxTokens">>
    & { prompt: readonly number[] },
): Promise<number[]> {
  const row = [...prompt];
  while (row.length - prompt.length < maxTokens) {
    const read = async (ids: number[]) =>
      (await next([Int32Array.from(ids)]))[0]!;
    const p = logSoftmax((await read(row)).logits).map(Math.exp);
    const ids = [...p.keys()].sort((a, b) => p[b]! - p[a]! || a - b)
      .slice(0, topK);
    let [best, choice] = [-Infinity, -1];
    for (const id of ids) {
      const { hidden } = await read([...row, id]);
      const likeness: number[] = [];
      for (const place of row.keys()) {
        const before = await read(row.slice(0, place + 1));
        likeness.push(cosine(hidden, before.hidden));
      }
      const score = (1 - alpha) * p[id]! - alpha * Math.max(...likeness);
      if (score > best) [best, choice] = [score, id];
    }
    row.push(choice);
  }
  return row.slice(prompt.length);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    ab += x * b[i]!;
    aa += x * x;
    bb += b[i]! * b[i]!;
  }
  return ab / Math.sqrt(aa * bb);
}

for (const { kind, config, parameters, row, hidden, cases } of golden.models) {
  const weights = parameters as unknown as Record<string, number[]>;
  const build = (): Network =>
    withWeights(buildNetwork(kind, config as never), weights);

  Deno.test(`the hidden vectors of the ${kind} network are PyTorch's, over a sequence and token by token`, async () => {
    await assertNoLeak(() => {
      const network = build();
      tf.tidy(() => {
        const ids = tf.tensor2d([row], [1, row.length], "int32");
        const whole = network.forwardHidden!(ids, network.zeroState(1));
        const width = hidden.length / row.length;
        assertEquals(whole.hidden.shape, [1, row.length, width]);
        assertAllClose(whole.hidden.dataSync(), hidden, 5e-6);
        let state = network.zeroState(1);
        for (const [t, id] of row.entries()) {
          const next = network.stepHidden!(
            tf.tensor1d([id], "int32"),
            state,
          );
          assertEquals(next.hidden.shape, [1, width]);
          const expected = hidden.slice(t * width, (t + 1) * width);
          assertAllClose(next.hidden.dataSync(), expected, 5e-6);
          state = next.state;
        }
      });
      dispose(network);
    });
  });

  Deno.test(`contrastiveSearch() over the ${kind} network finds what PyTorch finds by the definition`, async () => {
    await assertNoLeak(async () => {
      const network = build();
      for (const { prompt, topK, alpha, stop, tokens, scores } of cases) {
        const found = await contrastiveSearch(network, {
          prompt,
          topK,
          alpha,
          maxTokens: golden.maxTokens,
          stopTokens: stop < 0 ? [] : [stop],
        });
        assertEquals([...found.tokens], tokens);
        assertAllClose(found.scores, scores, 2e-5);
      }
      dispose(network);
    });
  });
}

for (
  const [title, build] of [
    ["a GRU with a dense layer", () =>
      new RecurrentNetwork("gru", {
        vocabSize: 7,
        embedding: 6,
        units: 8,
        layers: 2,
        dense: 5,
      })],
    ["a CNN", () =>
      new CNNNetwork({
        vocabSize: 7,
        embedding: 4,
        filters: 6,
        kernelSize: 2,
        layers: 3,
        stacks: 1,
        layerNorm: false,
        dropout: 0,
        dense: 0,
      })],
    ["a transformer with rotary positions", () =>
      new TransformerNetwork({
        vocabSize: 7,
        context: 8,
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
      })],
  ] as [string, () => Network][]
) {
  Deno.test(`contrastiveSearch() over ${title} finds what the definition finds reading every row anew, and frees all`, async () => {
    const network = withWeights(build());
    const options = { prompt: [1, 2, 3], topK: 4, alpha: 0.6, maxTokens: 9 };
    const expected = await byDefinition(readAnew(network), options);
    await assertNoLeak(async () => {
      const found = await contrastiveSearch(network, options);
      assertEquals([...found.tokens], expected);
      const anew = await contrastiveSearch(readAnew(network), options);
      assertEquals([...anew.tokens], expected);
      assertAllClose(found.scores, anew.scores, 1e-5);
    });
    dispose(network);
  });
}

/** A table of logits by the last token; the hidden vectors are rows of another. */
function tables(seed: number, vocabSize: number): NextHidden {
  const logits = new TableModel(vocabSize, seed).table;
  const vectors = new TableModel(vocabSize, seed + 1).table;
  return (rows) =>
    rows.map((ids) => ({
      logits: logits[ids.at(-1)!]!,
      hidden: vectors[ids.at(-1)!]!,
    }));
}

Deno.test("contrastiveSearch() over random tables finds what the definition finds", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const next = tables(seed, 11);
    const options = {
      prompt: [seed % 11, 3],
      topK: 1 + seed % 7,
      alpha: (1 + seed % 5) / 6,
      maxTokens: 8,
    };
    const { topK, alpha, ...others } = options;
    const found = await contrastiveSearch(next, {
      ...others,
      topK,
      ...(topK > 1 && { alpha }),
    });
    assertEquals([...found.tokens], await byDefinition(next, options));
  }
});

Deno.test("contrastiveSearch() takes the likeliest token with topK 1 and with alpha 0", async () => {
  const next = tables(3, 9);
  const row = [2];
  while (row.length < 9) {
    const { logits } = (await next([Int32Array.from(row)]))[0]!;
    row.push(logits.indexOf(Math.max(...logits)));
  }
  for (const options of [{ topK: 1 }, { alpha: 0 }]) {
    const { tokens } = await contrastiveSearch(next, {
      prompt: [2],
      maxTokens: 8,
      ...options,
    });
    assertEquals([...tokens], row.slice(1));
  }
});

Deno.test("contrastiveSearch() takes the likelier of equally good tokens, then the lower id, and none that is excluded", async () => {
  const write = async (logits: number[], topK: number): Promise<number[]> => {
    const next: NextHidden = (rows) =>
      rows.map(() => ({
        logits: Float32Array.from(logits),
        hidden: Float32Array.of(0, 0), // like no other: the cosine is 0
      }));
    const { tokens, scores } = await contrastiveSearch(next, {
      prompt: [0],
      topK,
      maxTokens: 2,
    });
    assert(scores.every(Number.isFinite));
    return [...tokens];
  };
  assertEquals(await write([-Infinity, 0, 0, 0], 4), [1, 1]);
  assertEquals(await write([0, 1, 1, 0], 3), [1, 1]);
});

Deno.test("contrastiveSearch() hands the row to `process`, prompt and all, and ends with a stop token", async () => {
  const seen: string[] = [];
  const { tokens } = await contrastiveSearch(tables(1, 5), {
    prompt: [1, 2],
    stopTokens: [4],
    process: (logits, tokens) => {
      seen.push(tokens.join(" "));
      return logits.map((_, id) =>
        id === (seen.length < 3 ? 3 : 4) ? 0 : -Infinity
      );
    },
  });
  assertEquals([...tokens], [3, 3, 4]);
  assertEquals(seen, ["1 2", "1 2 3", "1 2 3 3"]);
});

Deno.test("contrastiveSearch() stops with the signal's reason, and frees all", async () => {
  const network = withWeights(
    new RecurrentNetwork("lstm", {
      vocabSize: 7,
      embedding: 4,
      units: 8,
      layers: 1,
    }),
  );
  for (const { variable } of network.parameters.values()) void variable; // brings the weights to the engine
  await assertNoLeak(async () => {
    const controller = new AbortController();
    let calls = 0;
    await assertRejects(
      () =>
        contrastiveSearch(network, {
          prompt: [1],
          signal: controller.signal,
          process: (logits) => {
            if (++calls === 4) controller.abort(new Error("enough"));
            return logits;
          },
        }),
      Error,
      "enough",
    );
    assertEquals(calls, 4);
  });
  dispose(network);
});

for (
  const [options, error, message] of [
    [null, TypeError, "options must be an object: null"],
    [
      { prompt: [] },
      RangeError,
      "the prompt must have a token to go on from: it has none",
    ],
    [{ maxTokens: 0 }, RangeError, "maxTokens must be a positive integer: 0"],
    [{ topK: 2.5 }, RangeError, "topK must be a positive integer: 2.5"],
    [{ topK: "4" }, RangeError, 'topK must be a positive integer: "4"'],
    [{ alpha: 1.1 }, RangeError, "alpha must be a number from 0 to 1: 1.1"],
    [{ alpha: NaN }, RangeError, "alpha must be a number from 0 to 1: NaN"],
    [{ alpha: "0.5" }, RangeError, "alpha must be a number from 0 to 1: 0.5"],
    [
      { alpha: 0, topK: 3 },
      TypeError,
      "topK has no effect with alpha 0, leave it out",
    ],
    [
      { alpha: 0.5, topK: 1 },
      TypeError,
      "alpha has no effect with topK 1, leave it out",
    ],
    [
      { stopTokens: [1.5] },
      RangeError,
      "stopTokens must hold token ids, integers from 0: 1.5",
    ],
    [
      { penalty: 0.6 },
      TypeError,
      'there is no option "penalty" (known: prompt, maxTokens, topK, alpha,',
    ],
  ] as [Partial<ContrastiveSearchOptions> | null, typeof RangeError, string][]
) {
  Deno.test(`contrastiveSearch() refuses ${JSON.stringify(options)}: ${message}`, async () => {
    const all = options && { prompt: [1], ...options };
    await assertRejects(
      () => contrastiveSearch(tables(1, 5), all as ContrastiveSearchOptions),
      error,
      `Cannot search: ${message}`,
    );
  });
}

Deno.test("contrastiveSearch() refuses a model that does not tell its hidden vectors, and vectors that are no numbers", async () => {
  await assertRejects(
    () => contrastiveSearch(new TableModel(3, 1).predictor, { prompt: [1] }),
    TypeError,
    "Cannot search: the network must tell its hidden vectors, as recurrent networks, CNNs and transformers do: forwardHidden() and stepHidden() are missing",
  );
  const next = (hidden: number[]): NextHidden => (rows) =>
    rows.map(() => ({
      logits: Float32Array.of(1, 2),
      hidden: Float32Array.from(hidden),
    }));
  await assertRejects(
    () => contrastiveSearch(next([NaN]), { prompt: [1] }),
    RangeError,
    "Cannot search: hidden vectors must be finite numbers: their squares add up to NaN",
  );
  await assertRejects(
    () => contrastiveSearch((() => []) as NextHidden, { prompt: [1] }),
    TypeError,
    "Cannot search: the function must give { logits, hidden }, Float32Arrays of one length each, for each of 1 rows",
  );
});
