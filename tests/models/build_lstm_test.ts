import { assertEquals, assertThrows } from "@std/assert";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";

const tokenizer = CharTokenizer.train("abc");

Deno.test("buildLSTM() takes the tokenizer's vocabulary and the documented defaults", () => {
  const model = buildLSTM({ tokenizer });
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
  assertEquals(model.tokenizer, tokenizer);
  assertEquals(model.history, []);
  // 3 · 128 + (128 + 256 + 1) · 1,024 + (256 + 1) · 3
  assertEquals(model.parameterCount, 384 + 394_240 + 771);
});

Deno.test("buildLSTM() passes its options on", () => {
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
  } as const;
  assertEquals(buildLSTM({ tokenizer, ...options, seed: -1 }).network.config, {
    vocabSize: 3,
    ...options,
  });
});

Deno.test("buildLSTM() refuses sizes out of range, a seed that is none, and an option that it does not know", () => {
  assertThrows(
    () => buildLSTM({ tokenizer, units: 0 }),
    RangeError,
    "Cannot build an LSTM: units must be a positive integer: 0",
  );
  assertThrows(
    () => buildLSTM({ tokenizer, seed: 0.5 }),
    RangeError,
    "Cannot build an LSTM: seed must be a safe integer: 0.5",
  );
  assertThrows(
    () =>
      buildLSTM({ tokenizer, hidden: 5 } as Parameters<typeof buildLSTM>[0]),
    TypeError,
    'Cannot build an LSTM: there is no option "hidden" (known: tokenizer, units, layers, embedding, ' +
      "dropout, recurrentDropout, residual, layerNorm, dense, attention, attentionWindow, seed, recurrentDropoutMasks)",
  );
});

Deno.test("buildLSTM() looks back at 64 states with attention, or at as many as it is told", () => {
  const window = (options: object): unknown =>
    buildLSTM({ tokenizer, ...options }).network.config["attentionWindow"];
  assertEquals(window({ attention: true }), 64);
  assertEquals(window({ attention: true, attentionWindow: 5 }), 5);
  assertEquals(window({ attention: false }), undefined); // the file is that of a model from before there was attention
});

Deno.test("buildLSTM() refuses a window without attention, one that is none, and attention that is no switch", () => {
  for (
    const [options, type, message] of [
      [
        { attentionWindow: 64 },
        TypeError,
        "attentionWindow has no effect without attention: true, leave it out: 64",
      ],
      [
        { attention: true, attentionWindow: 0 },
        RangeError,
        "attentionWindow must be a positive integer: 0",
      ],
      [
        { attention: true, attentionWindow: "64" },
        TypeError,
        'attentionWindow must be a positive integer: "64"',
      ],
      [
        { attention: "dot" },
        TypeError,
        'attention must be true or false: "dot"',
      ],
      [{ attention: null }, TypeError, "attention must be true or false: null"],
    ] as const
  ) {
    assertThrows(
      () =>
        buildLSTM(
          { tokenizer, ...options } as Parameters<typeof buildLSTM>[0],
        ),
      type,
      `Cannot build an LSTM: ${message}`,
    );
  }
});
