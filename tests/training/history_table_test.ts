import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ensureEngine } from "../../src/engine/engine.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { fit } from "../../src/training/fit.ts";
import type { TrainingHistory } from "../../src/training/history.ts";
import { historyText, makeShowable } from "../../src/training/history_table.ts";

const HISTORY: TrainingHistory = {
  epochs: [
    {
      epoch: 1,
      steps: 4,
      loss: 3.5,
      validationLoss: 3.25,
      validationBitsPerCharacter: 4.6888,
      seconds: 1.5,
    },
    { epoch: 2, steps: 2, loss: 2.125, accuracy: 0.256, seconds: 70 },
  ],
  stopReason: "early-stopping",
  steps: 6,
  seconds: 70,
  best: { step: 4, validationLoss: 3.25, restored: true },
  recoveries: [{
    step: 5,
    reason: "the loss must be a number: NaN",
    backTo: 0,
    rateFactor: 0.1,
  }],
};

Deno.test("historyText() is a table of what there is, with a line about the run and what happened in it", () => {
  assertEquals(
    historyText(HISTORY),
    "6 steps in 1 min 10 s: stopped early\n" +
      "  epoch  steps  loss   accuracy  validation  bits/char  after\n" +
      "  1      4      3.500            3.250       4.689      1.5 s\n" +
      "  2      2      2.125  25.6 %                           1 min 10 s\n" +
      "went back at step 5 to step 0: the loss must be a number: NaN\n" +
      "best validation 3.250, after step 4, whose weights the model has",
  );
  assertEquals(
    historyText({ epochs: [], stopReason: "aborted", steps: 0, seconds: 0 }),
    "0 steps in 0.0 s: aborted",
  );
});

Deno.test("historyText() leaves out the middle of a long run", () => {
  const epochs = Array.from(
    { length: 100 },
    (_, i) => ({ epoch: i + 1, steps: 1, loss: 1, seconds: i }),
  );
  const lines = historyText({
    epochs,
    stopReason: "completed",
    steps: 100,
    seconds: 100,
  }).split("\n");
  const numbers = lines.slice(2).map((line) => line.trim().split(" ")[0]);
  assertEquals(numbers, [
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "10",
    "…",
    "92",
    "93",
    "94",
    "95",
    "96",
    "97",
    "98",
    "99",
    "100",
  ]);
});

Deno.test("makeShowable() changes nothing of what a history is", () => {
  const history = structuredClone(HISTORY);
  makeShowable(history);
  assertEquals(history, HISTORY);
  assertEquals(Object.keys(history), Object.keys(HISTORY));
  assertEquals(JSON.parse(JSON.stringify(history)), HISTORY);
  assertEquals(`${history}`, historyText(HISTORY));
  history.steps = 7; // shows what it is now
  assertStringIncludes(`${history}`, "7 steps");
});

Deno.test("A history is what a cell of a notebook shows after `await fit()`", async () => {
  await ensureEngine();
  const text = "the whale, the whale, the white whale, ".repeat(4);
  const model = buildLSTM({
    tokenizer: CharTokenizer.train(text),
    units: 4,
    embedding: 4,
  });
  const history = await fit(model, text, {
    epochs: 2,
    sequenceLength: 16,
    batchSize: 4,
    sample: false,
    display: "none",
  });
  const shown = Reflect.get(history, Symbol.for("Jupyter.display")).call(
    history,
  );
  assertEquals(shown["text/plain"], String(history));
  assertStringIncludes(shown["text/html"], "<table");
  assertStringIncludes(shown["text/html"], "data:image/svg+xml;base64,");
  assert(!/<script|<style/u.test(shown["text/html"]));
  assertEquals(model.history, [history]);
  model.dispose();
});
