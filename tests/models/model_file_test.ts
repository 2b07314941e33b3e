import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeSafetensors,
  encodeSafetensors,
  type TensorData,
} from "../../src/checkpoint/safetensors.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import {
  decodeCheckpoint,
  decodeModel,
  encodeModel,
  ModelFileError,
} from "../../src/models/model_file.ts";
import { VERSION } from "../../src/models/version.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import manifest from "../../deno.json" with { type: "json" };

const BYTES = await encodeModel(
  buildLSTM({ tokenizer: CharTokenizer.train("abc"), units: 4, embedding: 2 }),
);

type Header = Record<string, unknown>;
type Tensors = Map<string, TensorData>;

/** The same file with its description or its tensors changed. */
function changed(
  change: (header: Header, tensors: Tensors) => unknown,
): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(BYTES);
  const header = JSON.parse(metadata["textloom"]!);
  const copy: Tensors = new Map(tensors);
  const replacement = change(header, copy);
  const text = typeof replacement === "string"
    ? replacement
    : JSON.stringify(header);
  return encodeSafetensors(copy, { textloom: text });
}

function refuse(bytes: Uint8Array, message: string): void {
  assertThrows(
    () => decodeModel(bytes, "whale.safetensors"),
    ModelFileError,
    message,
  );
}

const START = 'Cannot load the model "whale.safetensors": ';

Deno.test("encodeModel() writes float32 tensors by name, and all else as JSON beside them", () => {
  const { tensors, metadata } = decodeSafetensors(BYTES);
  assertEquals(
    [...tensors].map(([name, { dtype, shape }]) =>
      `${name} ${dtype} [${shape}]`
    ).sort(),
    [
      "embedding/table F32 [3,2]",
      "lstm_1/bias F32 [16]",
      "lstm_1/kernel F32 [2,16]",
      "lstm_1/recurrent_kernel F32 [4,16]",
      "output/bias F32 [3]",
      "output/kernel F32 [4,3]",
    ],
  );
  assertEquals(JSON.parse(metadata["textloom"]!), {
    formatVersion: 2,
    libraryVersion: VERSION,
    architecture: "lstm",
    config: {
      vocabSize: 3,
      embedding: 2,
      units: 4,
      layers: 1,
      dropout: 0,
      recurrentDropout: 0,
      residual: false,
      layerNorm: false,
      dense: 0,
    },
    tokenizer: { kind: "char", vocabulary: ["a", "b", "c"] },
    history: [],
    generationDefaults: {},
  });
});

Deno.test("encodeModel() keeps the defaults of generation, and decodeModel() checks them", async () => {
  const model = buildLSTM({
    tokenizer: CharTokenizer.train("abc"),
    units: 4,
    embedding: 2,
  });
  model.generationDefaults = { temperature: 0.8, topK: 2 };
  const bytes = await encodeModel(model);
  assertEquals(decodeModel(bytes, "whale").generationDefaults, {
    temperature: 0.8,
    topK: 2,
  });
  refuse(
    changed((header) => void (header["generationDefaults"] = { heat: 1 })),
    `${START}Cannot generate: there is no option "heat" (known: `,
  );
});

Deno.test("decodeModel() reads format 1, which had no defaults of generation", () => {
  const old = changed((header) => {
    header["formatVersion"] = 1;
    delete header["generationDefaults"];
  });
  assertEquals(decodeModel(old, "whale").generationDefaults, {});
});

Deno.test("decodeModel() opens a checkpoint as the model, decodeCheckpoint() gives the rest too", async () => {
  const model = buildLSTM({
    tokenizer: CharTokenizer.train("abc"),
    units: 4,
    embedding: 2,
  });
  const more: TensorData = {
    dtype: "F32",
    shape: [2],
    data: Float32Array.of(1, 2),
  };
  const bytes = await encodeModel(
    model,
    {
      checkpoint: () =>
        Promise.resolve({
          tensors: new Map([["state/0", more]]),
          json: { step: 5 },
        }),
    },
  );
  const parts = decodeModel(bytes, "whale");
  assertEquals(
    await encodeModel(new LanguageModel(parts)),
    BYTES,
  );
  const { checkpoint } = decodeCheckpoint(bytes, "whale");
  assertEquals(checkpoint, {
    tensors: new Map([["state/0", more]]),
    json: { step: 5 },
  });
  assertEquals(decodeCheckpoint(BYTES, "whale").checkpoint, undefined);
});

Deno.test("decodeModel() refuses a checkpoint's tensors in a file that is none, and a damaged checkpoint", () => {
  refuse(
    changed((_, tensors) =>
      void tensors.set("checkpoint/x", {
        dtype: "F32",
        shape: [1],
        data: new Float32Array(1),
      })
    ),
    `${START}its tensors must be those of the network: unknown checkpoint/x`,
  );
  const { tensors, metadata } = decodeSafetensors(BYTES);
  refuse(
    encodeSafetensors(tensors, { ...metadata, textloom_checkpoint: "{" }),
    `${START}its checkpoint is damaged: it must be JSON: `,
  );
});

Deno.test("VERSION is the package's", () => {
  assertEquals(VERSION, manifest.version);
});

Deno.test("decodeModel() refuses a file cut off at any place", () => {
  for (let length = 0; length < BYTES.length; length += 97) {
    refuse(
      BYTES.subarray(0, length),
      `${START}it must be a whole safetensors file: `,
    );
  }
});

Deno.test("decodeModel() refuses a file that is no safetensors", () => {
  refuse(
    new TextEncoder().encode("Call me Ishmael. ".repeat(20)),
    `${START}it must be a whole safetensors file: `,
  );
});

Deno.test("decodeModel() refuses a safetensors file of another kind", () => {
  refuse(
    encodeSafetensors(new Map(), { format: "pt" }),
    `${START}it holds tensors of another kind: only a file that model.save() wrote has the tokenizer and the configuration`,
  );
});

Deno.test("decodeModel() refuses a file of a newer format, and names both versions", () => {
  refuse(
    changed((header) =>
      Object.assign(header, {
        formatVersion: 3,
        libraryVersion: "7.1.0",
        architecture: 5,
      }) && ""[0]
    ),
    `${START}it is newer than this library: its format is 3, written by Textloom 7.1.0, and Textloom ${VERSION} reads ` +
      "up to 2; update the library",
  );
});

Deno.test("decodeModel() refuses a description that is damaged", () => {
  refuse(
    changed(() => "{"),
    `${START}its description is damaged: it must be JSON: `,
  );
  refuse(
    changed(() => '{"formatVersion":2,"formatVersion":2}'),
    `${START}its description is damaged: it names "formatVersion" twice`,
  );
  for (
    const damaged of [
      "null",
      "[]",
      "{}",
      '{"formatVersion":1}',
      '{"formatVersion":"2"}',
      '{"formatVersion":0}',
      '{"formatVersion":2,"architecture":"lstm","config":[],"history":[]}',
      '{"formatVersion":2,"architecture":"lstm","config":{},"history":[5]}',
      '{"formatVersion":2,"architecture":"lstm","config":{},"history":[{"epochs":[],"steps":1,"seconds":1}]}',
      '{"formatVersion":2,"architecture":"lstm","config":{},' +
      '"history":[{"epochs":[{"epoch":1}],"steps":1,"seconds":1,"stopReason":"completed"}]}',
    ]
  ) {
    refuse(changed(() => damaged), `${START}its description is incomplete`);
  }
});

Deno.test("decodeModel() refuses an architecture, sizes or a tokenizer that it does not know", () => {
  refuse(
    changed((header) => void (header["architecture"] = "mlp")),
    `${START}Cannot build the network: the architecture must be one of rnn, lstm, gru, cnn, ngram, transformer, layers_model: "mlp"`,
  );
  refuse(
    changed((header) =>
      void Object.assign(header["config"] as Header, { units: "4" })
    ),
    `${START}Cannot build an LSTM: units must be a positive integer: "4"`,
  );
  refuse(
    changed((header) => void (header["tokenizer"] = { kind: "none" })),
    `${START}Cannot build tokenizer: unknown kind: "none"; known kinds: bpe, byte, char`,
  );
  refuse(
    changed((header) =>
      void (header["tokenizer"] = { kind: "char", vocabulary: ["a"] })
    ),
    `${START}the network and the tokenizer must have one vocabulary: 3 and 1 tokens`,
  );
});

Deno.test("decodeModel() refuses huge sizes without making the weights", () => {
  refuse(
    changed((header) =>
      void Object.assign(header["config"] as Header, { units: 2 ** 14 })
    ),
    `${START}the tensor "lstm_1/kernel" must be F32 of shape [2,65536]: it is F32 of shape [2,16]`,
  );
  refuse(
    changed((header) =>
      void Object.assign(header["config"] as Header, { units: 2 ** 40 })
    ),
    `${START}Cannot make the parameter "lstm_1/kernel": an array holds at most 2147483647 numbers: shape [2,4398046511104]; `,
  );
  refuse(
    changed((header) =>
      void Object.assign(header["config"] as Header, { layers: 1_000_000_000 })
    ),
    `${START}Cannot build an LSTM: layers must be at most 1000: 1000000000`,
  );
});

Deno.test("decodeModel() names tensors that are missing, unknown, or of another shape or type", () => {
  refuse(
    changed((_, tensors) => void tensors.delete("output/bias")),
    `${START}its tensors must be those of the network: missing output/bias`,
  );
  refuse(
    changed((_, tensors) => {
      tensors.delete("output/bias");
      tensors.set("output/offset", {
        dtype: "F32",
        shape: [3],
        data: new Float32Array(3),
      });
    }),
    `${START}its tensors must be those of the network: missing output/bias; unknown output/offset`,
  );
  refuse(
    changed((_, tensors) =>
      void tensors.set("output/bias", {
        dtype: "F32",
        shape: [4],
        data: new Float32Array(4),
      })
    ),
    `${START}the tensor "output/bias" must be F32 of shape [3]: it is F32 of shape [4]`,
  );
  refuse(
    changed((_, tensors) =>
      void tensors.set("output/bias", {
        dtype: "I32",
        shape: [3],
        data: new Int32Array(3),
      })
    ),
    `${START}the tensor "output/bias" must be F32 of shape [3]: it is I32 of shape [3]`,
  );
});
