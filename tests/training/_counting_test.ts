import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { nextTurn } from "../../src/engine/event_loop.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { buildNGram } from "../../src/models/build_ngram.ts";
import type { LanguageModel } from "../../src/models/language_model.ts";
import { KneserNey } from "../../src/networks/ngram/kneser_ney.ts";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { findLearningRate } from "../../src/training/find_learning_rate.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitData } from "../../src/training/fit_data.ts";
import type { FitOptions } from "../../src/training/fit_options.ts";
import type { Run } from "../../src/training/run.ts";

await ensureEngine();

const TEXT = "the whale and the sea and the white whale; ".repeat(12);
const QUIET = { sample: false, display: "none" } as const;

/** Bytes by chance, in so many pieces that a run has to stop between two of them. */
const random = new RandomStream(5, 0);
const BYTES = Uint8Array.from(
  { length: 100_000 },
  () => 256 * random.uniform() ** 3,
);

function model(order = 4): LanguageModel {
  return buildNGram({ tokenizer: CharTokenizer.train(TEXT), order });
}

/** A model over bytes that tells of every piece that it works on. */
function watched(
  phase: "count" | "measure",
  onPiece: (piece: number) => void,
): LanguageModel {
  const built = buildNGram({ tokenizer: new ByteTokenizer(), order: 3 });
  const counting = built.network.counting!;
  const work = counting[phase];
  let pieces = 0;
  counting[phase] = function* (document) {
    for (const done of work(document)) {
      onPiece(++pieces);
      yield done;
    }
  };
  return built;
}

Deno.test("A run that counts measures the loss on all tokens but the first of each document", async () => {
  const documents = [BYTES.slice(0, 9000), BYTES.slice(9000, 9001), BYTES];
  const built = buildNGram({ tokenizer: new ByteTokenizer(), order: 3 });
  const history = await fit(built, documents, { ...QUIET, validation: 0 });
  const counts = new KneserNey({ vocabSize: 256, order: 3 });
  for (const document of documents) counts.update(document);
  const sum = documents.reduce((sum, ids) => sum + counts.lossOn(ids), 0);
  assertAlmostEquals(history.loss!, sum / (8999 + 99_999), 1e-12);
  assertEquals(history.stopReason, "completed");
  assertEquals(history.epochs[0]?.loss, history.loss);
});

for (const phase of ["count", "measure"] as const) {
  for (const way of ["stopped", "aborted"] as const) {
    Deno.test(`A run that counts can be ${way} between two pieces of ${phase}()`, async () => {
      const abortion = new AbortController();
      let pieces = 0;
      const built = watched(phase, (piece) => {
        pieces = piece;
        if (piece !== 2) return;
        const end = way === "stopped"
          ? () => run.stop()
          : () => abortion.abort();
        setTimeout(end, 0); // which waits for a turn of the event loop
        const until = performance.now() + 20;
        while (performance.now() < until) continue; // the timer is due by now
      });
      const run: Run = fit(built, BYTES, {
        ...QUIET,
        validation: 0,
        signal: abortion.signal,
      });
      const history = await run;
      assertEquals(history.stopReason, way);
      assert(pieces <= 4, `${pieces} of 13 pieces`);
      assertEquals(history.epochs, []);
      assertEquals(history.loss, undefined);
      assert(built.parameterCount > 0); // what was counted stays
      assertEquals(built.history, [history]);
    });
  }

  Deno.test(`A run that counts can be paused between two pieces of ${phase}(), and goes on as if nothing had been`, async () => {
    const paused = Promise.withResolvers<void>();
    let pieces = 0;
    const built = watched(phase, (piece) => {
      pieces = piece;
      if (piece !== 2) return;
      run.pause();
      paused.resolve();
    });
    const options = { ...QUIET, validation: 0 };
    const run: Run = fit(built, BYTES, options);
    await paused.promise;
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    assertEquals([pieces, run.ended], [2, false]);
    run.resume();
    const history = await run;
    const other = await fit(watched(phase, () => {}), BYTES, options);
    assertEquals(history.loss, other.loss);
    assertEquals(history.stopReason, "completed");
  });
}

Deno.test("A run that counts says what fails, and the model is free again", async () => {
  const stopped = await fit(model(), TEXT, {
    ...QUIET,
    signal: AbortSignal.abort(),
  });
  assertEquals([stopped.stopReason, stopped.steps], ["aborted", 0]);
  const built = model();
  await assertRejects(
    async () =>
      await fit(built, TEXT, {
        ...QUIET,
        onEpoch: () => {
          throw new Error("enough");
        },
      }),
    Error,
    "enough",
  );
  assertEquals(built.history.at(-1)?.stopReason, "failed");
  await built.fit(TEXT, QUIET);
});

for (
  const [data, options, message] of [
    [
      ["a", "b", "c"],
      { validation: 0 },
      "Cannot train: a document needs 2 tokens, one to read and one to predict: none of 3 has them; give more data",
    ],
    [
      [new Uint8Array(), Uint8Array.of(1)],
      { validation: [Uint8Array.of(1, 2)] },
      "Cannot train: a document needs 2 tokens, one to read and one to predict: none of 2 has them; give more data",
    ],
    [
      "a",
      { validation: "abc" },
      "Cannot train: the text needs 2 tokens, one to read and one to predict: it has 1; give more data",
    ],
  ] as [FitData, FitOptions, string][]
) {
  Deno.test(`fit() refuses to count where there is nothing to predict: ${message}`, async () => {
    const built = buildNGram({ tokenizer: CharTokenizer.train("abc") });
    const thrown = assertThrows(
      () => void fit(built, data, { ...QUIET, ...options }),
      RangeError,
    );
    assertEquals(thrown.message, message);
    assertEquals([built.history, built.parameterCount], [[], 0]);
    const history = await fit(built, "abcab", { ...QUIET, validation: 0 });
    assert(history.loss! > 0);
  });
}

Deno.test("fit() refuses what has no effect on a model that counts", async () => {
  for (
    const options of [
      { epochs: 2 },
      { learningRate: 0.1 },
      { maxSeconds: 3 },
      { checkpoints: "folder" },
      { batchSize: 8 },
    ] as FitOptions[]
  ) {
    const name = Object.keys(options)[0];
    assertThrows(
      () => void fit(model(), TEXT, { ...QUIET, ...options }),
      TypeError,
      `Cannot train: ${name} has no effect on a model that counts, leave it out; what has one is validation, gap,`,
    );
  }
  const compiled = model().compile({ optimizer: "sgd" });
  assertThrows(
    () => void compiled.fit(TEXT, QUIET),
    TypeError,
    "Cannot train: optimizer has no effect on a model that counts",
  );
  await assertRejects(
    () => findLearningRate(model(), TEXT),
    TypeError,
    "Cannot find a learning rate: the model must learn by steps along gradients: it is a 4-gram",
  );
});
