import { assertEquals, assertThrows } from "@std/assert";
import { buildRNN } from "../../src/models/build_rnn.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

const tokenizer = CharTokenizer.train("abc");

Deno.test("buildRNN() has the defaults of the other builders", () => {
  const model = buildRNN({ tokenizer });
  assertEquals(model.network.kind, "rnn");
  assertEquals(model.network.config, {
    vocabSize: 3,
    embedding: 128,
    units: 256,
    layers: 1,
    dropout: 0,
    recurrentDropout: 0,
    residual: false,
    layerNorm: false,
    dense: 0,
  });
  // 3 · 128 + (128 + 256 + 1) · 256 + (256 + 1) · 3
  assertEquals(model.parameterCount, 384 + 98_560 + 771);
});

Deno.test("buildRNN() refuses the GRU's option, and sizes out of range", () => {
  const options = { tokenizer, resetAfter: true };
  assertThrows(
    () => buildRNN(options as Parameters<typeof buildRNN>[0]),
    TypeError,
    'Cannot build an RNN: there is no option "resetAfter" (known: tokenizer, units, layers, embedding, dropout, recurrentDropout, ' +
      "residual, layerNorm, dense, attention, attentionWindow, seed)",
  );
  assertThrows(
    () => buildRNN({ tokenizer, dense: -1 }),
    RangeError,
    "Cannot build an RNN: dense must be a positive integer, or 0 for no such layer: -1",
  );
});
