import { assert, assertEquals, assertRejects } from "@std/assert";
import { ensureEngine } from "../../../src/engine/engine.ts";
import { tf } from "../../../src/engine/tf.ts";
import {
  speculate,
  type SpeculateOptions,
} from "../../../src/generation/strategies/speculative.ts";
import { RecurrentNetwork } from "../../../src/networks/recurrent_network.ts";
import { assertNoLeak } from "../../no_leak.ts";
import { TableModel } from "./_table_model.ts";

await ensureEngine();

const V = 3;
const target = new TableModel(V, 1);
const draft = new TableModel(V, 2);

async function write(
  options: Partial<SpeculateOptions>,
  source: Parameters<typeof speculate>[0] = target.next,
): Promise<{ tokens: number[]; kept: number[] }> {
  const rounds = await Array.fromAsync(speculate(source, {
    prompt: Int32Array.of(0),
    maxTokens: 4,
    draft: draft.next,
    ...options,
  }));
  return {
    tokens: rounds.flatMap(({ tokens }) => tokens),
    kept: rounds.map(({ kept }) => kept),
  };
}

for (const drafted of [1, 2, 5]) {
  Deno.test(`speculate() writes texts as often as the target would, ${drafted} tokens drafted`, async () => {
    const DRAWS = 6_000;
    const counts = new Map<string, number>();
    for (let seed = 0; seed < DRAWS; seed++) {
      const { tokens } = await write({ seed, drafted, maxTokens: 3 });
      assertEquals(tokens.length, 3);
      counts.set(tokens.join(), (counts.get(tokens.join()) ?? 0) + 1);
    }
    let chiSquare = 0;
    for (let i = 0; i < V ** 3; i++) {
      const text = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
      const expected = DRAWS * Math.exp(target.logProbability(0, text));
      const count = counts.get(text.join()) ?? 0;
      chiSquare += (count - expected) ** 2 / expected;
    }
    assert(chiSquare < 54.05, `${chiSquare}`); // 26 degrees of freedom, p = 0.001
  });
}

Deno.test("speculate() keeps every guess of a draft that is the target itself", async () => {
  const { tokens, kept } = await write({
    draft: target.next,
    maxTokens: 20,
    drafted: 4,
    seed: 3,
  });
  assertEquals(tokens.length, 20);
  assertEquals(kept, [4, 4, 4, 4]);
});

Deno.test("speculate() changes the logits of both by `process`", async () => {
  const seen: string[] = [];
  const { tokens } = await write({
    maxTokens: 6,
    seed: 1,
    process: (logits, row) => {
      seen.push(row.join(""));
      return logits.map((score, id) => id === 2 ? score : -Infinity);
    },
  });
  assertEquals(tokens, [2, 2, 2, 2, 2, 2]);
  assertEquals(seen.slice(0, 3), ["0", "02", "022"]);
});

Deno.test("speculate() writes the same by networks as by functions that read every row anew, and frees all", async () => {
  const network = (units: number, seed: number): RecurrentNetwork =>
    new RecurrentNetwork("lstm", {
      vocabSize: 5,
      embedding: 4,
      units,
      layers: 1,
    }, seed);
  const [large, small] = [network(12, 1), network(6, 2)];
  const anew = (network: RecurrentNetwork) => (rows: readonly Int32Array[]) =>
    rows.map((ids) =>
      tf.tidy(() => {
        const row = tf.tensor2d(ids, [1, ids.length], "int32");
        const { logits } = network.forward(row, network.zeroState(1));
        return logits.dataSync().slice(-5) as Float32Array;
      })
    );
  const options = { prompt: Int32Array.of(1, 2, 3), maxTokens: 40, seed: 2 };
  for (const { parameters } of [large, small]) {
    for (const { variable } of parameters.values()) void variable; // brings the weights to the engine
  }
  await assertNoLeak(async () => {
    const byState = await write({ ...options, draft: small }, large);
    const expected = await write(
      { ...options, draft: anew(small) },
      anew(large),
    );
    assertEquals(byState, expected);
    assertEquals(byState.tokens.length, 40);
  });
  for (const { parameters } of [large, small]) {
    for (const parameter of parameters.values()) parameter.dispose();
  }
});

Deno.test("speculate() refuses a number of drafted tokens below 1, and stops with the signal's reason", async () => {
  await assertRejects(
    () => write({ drafted: 0 }),
    RangeError,
    "Cannot speculate: drafted must be a positive integer: 0",
  );
  await assertRejects(
    () => write({ signal: AbortSignal.abort(new Error("enough")) }),
    Error,
    "enough",
  );
});
