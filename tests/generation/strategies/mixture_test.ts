import { assertEquals, assertThrows } from "@std/assert";
import { ensureEngine } from "../../../src/engine/engine.ts";
import { tf } from "../../../src/engine/tf.ts";
import { BlockWriter } from "../../../src/generation/block_writer.ts";
import { writeTokens } from "../_write_rows.ts";
import { guided } from "../../../src/generation/strategies/guidance.ts";
import { logSoftmax } from "../../../src/generation/strategies/log_softmax.ts";
import { mixture } from "../../../src/generation/strategies/mixture.ts";
import type { Predictor } from "../../../src/generation/predictor.ts";
import { Sampler } from "../../../src/generation/sampler.ts";
import { RecurrentNetwork } from "../../../src/networks/recurrent_network.ts";
import { assertAllClose } from "../../close.ts";
import { assertNoLeak } from "../../no_leak.ts";

await ensureEngine();

const V = 5;

function network(kind: "lstm" | "rnn", seed: number): RecurrentNetwork {
  const made = new RecurrentNetwork(kind, {
    vocabSize: V,
    embedding: 4,
    units: 8,
    layers: 1,
  }, seed);
  for (const { variable } of made.parameters.values()) void variable; // brings the weights to the engine
  return made;
}

/** ln p of the token after a row, read from the beginning. */
function after(predictor: Predictor, ids: number[]): Float64Array {
  const scores = tf.tidy(() => {
    const row = tf.tensor2d([ids], [1, ids.length], "int32");
    const { logits } = predictor.forward(row, predictor.zeroState(1));
    return logits.dataSync().slice(-V) as Float32Array;
  });
  return logSoftmax(scores);
}

/** Logits of a predictor after a prompt and a text, the last token of the prompt and the text by steps. */
function byStep(
  predictor: Predictor,
  prompt: number[],
  text: number[],
): Float32Array {
  return tf.tidy(() => {
    let state = predictor.zeroState(1);
    if (prompt.length > 1) {
      const row = tf.tensor2d([prompt.slice(0, -1)], undefined, "int32");
      state = predictor.forward(row, state).state;
    }
    let logits = tf.zeros([1, V]) as ReturnType<Predictor["step"]>["logits"];
    for (const id of [prompt.at(-1)!, ...text]) {
      const next = predictor.step(tf.tensor1d([id], "int32"), state);
      ({ logits, state } = next);
    }
    return logits.dataSync().slice() as Float32Array;
  });
}

Deno.test("mixture() adds up the weighted log-probabilities of its models", () => {
  const [one, other] = [network("lstm", 1), network("rnn", 2)];
  const mixed = mixture([
    { predictor: one, weight: 1.5 },
    { predictor: other, weight: -0.5 },
  ]);
  const ids = [1, 2, 3, 0];
  const [p, q] = [after(one, ids), after(other, ids)];
  const expected = Array.from(p, (value, i) => 1.5 * value - 0.5 * q[i]!);
  assertAllClose(byStep(mixed, ids, []), expected, 1e-5);
  assertAllClose(byStep(mixed, [1], [2, 3, 0]), expected, 1e-5);
});

Deno.test("guided() leads away from the negative prompt, which reads what is written", () => {
  const model = network("lstm", 1);
  const [prompt, text, negative] = [[1, 2, 3], [4, 0], [2, 2, 4]];
  const predictor = guided(model, {
    scale: 2.5,
    negative: Int32Array.from(negative),
  });
  const c = after(model, [...prompt, ...text]);
  const u = after(model, [...negative, ...text]);
  assertAllClose(
    byStep(predictor, prompt, text),
    Array.from(c, (value, i) => u[i]! + 2.5 * (value - u[i]!)),
    1e-5,
  );
});

Deno.test("guided() without a negative prompt leads away from what the prompt's last token alone makes likely", () => {
  const model = network("lstm", 1);
  const [prompt, text] = [[1, 2, 3], [4, 0]];
  const c = after(model, [...prompt, ...text]);
  const u = after(model, [3, ...text]);
  assertAllClose(
    byStep(guided(model, { scale: 2 }), prompt, text),
    Array.from(c, (value, i) => 2 * value - u[i]!),
    1e-5,
  );
});

Deno.test("guided() of scale 1 and a mixture of one are the model itself", () => {
  const model = network("lstm", 1);
  const ids = [1, 2, 3];
  const expected = [...after(model, ids)];
  const one = mixture([{ predictor: model, weight: 1 }]);
  for (const predictor of [guided(model, { scale: 1 }), one]) {
    const logits = byStep(predictor, ids, []);
    assertAllClose(logSoftmax(logits), expected, 1e-5);
  }
});

for (
  const [title, make] of [
    ["a mixture", (model: Predictor) =>
      mixture([
        { predictor: model, weight: 0.7 },
        { predictor: network("rnn", 2), weight: 0.3 },
      ])],
    [
      "a guided model",
      (model: Predictor) =>
        guided(model, { scale: 3, negative: Int32Array.of(2, 4) }),
    ],
  ] as const
) {
  Deno.test(`generateRows() writes the same with ${title} in blocks as token by token, and frees all`, async () => {
    const predictor = make(network("lstm", 1));
    await assertNoLeak(async () => {
      const write = (blocks?: BlockWriter) =>
        Array.fromAsync(writeTokens(predictor, {
          prompt: Int32Array.of(1, 2, 3),
          maxTokens: 80,
          sampler: new Sampler({ seed: 4 }),
          blocks,
        }));
      const blocks = new BlockWriter(predictor);
      assertEquals(await write(blocks), await write());
      blocks.dispose();
    });
  });
}

Deno.test("mixture() and guided() refuse what makes no distribution, or would be forgotten", () => {
  const predictor = network("lstm", 1);
  for (
    const [make, message] of [
      [() => mixture([]), "Cannot mix models: there must be one at least: 0"],
      [
        () => mixture([{ predictor, weight: 0 }]),
        "Cannot mix models: a weight must be a finite number other than 0: 0",
      ],
      [
        () => guided(predictor, { scale: NaN }),
        "Cannot guide: the scale must be a finite number: NaN",
      ],
      [
        () => guided(predictor, { scale: 2, negative: new Int32Array() }),
        "Cannot guide: the negative prompt must have a token: it has none",
      ],
      [
        () =>
          guided(
            Object.assign(Object.create(predictor), { startsOverAfter: 8 }),
            { scale: 2 },
          ),
        "Cannot guide: the model must remember what it reads: it starts over after 8 tokens",
      ],
    ] as const
  ) assertThrows(make, RangeError, message);
  assertThrows(
    () => guided(predictor, { scale: 1, negative: Int32Array.of(2) }),
    TypeError,
    "Cannot guide: the negative prompt has no effect at scale 1, leave it out, or give another scale",
  );
});
