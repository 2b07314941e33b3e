import { assertEquals, assertThrows } from "@std/assert";
import { buildGRU } from "../../src/models/build_gru.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

const tokenizer = CharTokenizer.train("abc");

Deno.test("buildGRU() has the defaults of the other builders, and the reset gate after the product", () => {
  const model = buildGRU({ tokenizer });
  assertEquals(model.network.kind, "gru");
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
    resetAfter: true,
  });
  // 3 · 128 + (128 + 256 + 2) · 768 + (256 + 1) · 3
  assertEquals(model.parameterCount, 384 + 296_448 + 771);
});

Deno.test("buildGRU() passes its options on", () => {
  const options = {
    embedding: 2,
    units: 3,
    layers: 4,
    dropout: 0.5,
    recurrentDropout: 0.2,
    recurrentDropoutMasks: "gates",
    residual: true,
    layerNorm: true,
    dense: 5,
    resetAfter: false,
  } as const;
  assertEquals(buildGRU({ tokenizer, ...options, seed: -1 }).network.config, {
    vocabSize: 3,
    ...options,
  });
});

Deno.test("buildGRU() refuses an option that it does not know, and lists its own", () => {
  assertThrows(
    () => buildGRU({ tokenizer, hidden: 5 } as Parameters<typeof buildGRU>[0]),
    TypeError,
    'Cannot build a GRU: there is no option "hidden" (known: tokenizer, units, layers, embedding, dropout, recurrentDropout, ' +
      "residual, layerNorm, dense, attention, attentionWindow, seed, recurrentDropoutMasks, resetAfter)",
  );
  assertThrows(
    () => buildGRU({ tokenizer, seed: 0.5 }),
    RangeError,
    "Cannot build a GRU: seed must be a safe integer: 0.5",
  );
});
