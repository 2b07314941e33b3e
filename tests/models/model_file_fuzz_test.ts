import { assert, assertInstanceOf } from "@std/assert";
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
} from "../../src/checkpoint/safetensors.ts";
import { buildGRU } from "../../src/models/build_gru.ts";
import { buildLSTM } from "../../src/models/build_lstm.ts";
import { buildTransformer } from "../../src/models/build_transformer.ts";
import { LanguageModel } from "../../src/models/language_model.ts";
import {
  decodeModel,
  encodeModel,
  ModelFileError,
} from "../../src/models/model_file.ts";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { UnigramTokenizer } from "../../src/tokenizers/unigram_tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";
import { changedBytes, changedJson, Dice } from "./_mutations.ts";

const TEXT = "Call me Ishmael. Some years ago, never mind how long precisely. ";
const TIMES = 1000;
/** Bytes that reading a damaged file may take beyond what it takes to read a good one. */
const MOST_BYTES = 2 ** 25;

const MODELS: Readonly<Record<string, LanguageModel>> = {
  "an LSTM over characters": buildLSTM({
    tokenizer: CharTokenizer.train(TEXT),
    units: 4,
    embedding: 2,
    layers: 2,
    dropout: 0.5,
  }),
  "a GRU over words": buildGRU({
    tokenizer: WordTokenizer.train(TEXT),
    units: 4,
    embedding: 2,
  }),
  "a transformer over byte pairs": buildTransformer({
    tokenizer: BPETokenizer.train(TEXT, { vocabSize: 262 }),
    layers: 1,
    width: 8,
    heads: 2,
    context: 8,
  }),
  "an LSTM over pieces of words": buildLSTM({
    tokenizer: UnigramTokenizer.train(TEXT, { vocabSize: 40 }),
    units: 4,
    embedding: 2,
  }),
};

/**
 * Reads a file; whatever is wrong with it is a ModelFileError, and takes no memory that the file does not have. What is
 * read can be written.
 */
async function read(bytes: Uint8Array, what: string): Promise<boolean> {
  const before = Deno.memoryUsage().external;
  try {
    const parts = decodeModel(bytes, "whale");
    await encodeModel(new LanguageModel(parts));
    parts.history.forEach(String);
    return true;
  } catch (error) {
    assertInstanceOf(error, ModelFileError, `${what}: ${error}`);
    return false;
  } finally {
    const taken = Deno.memoryUsage().external - before;
    assert(taken < MOST_BYTES, `${what} took ${taken} bytes`);
  }
}

for (const [name, model] of Object.entries(MODELS)) {
  model.history.push({
    epochs: [{ epoch: 1, steps: 2, loss: 1.5, seconds: 0.5, sample: "x" }],
    stopReason: "completed",
    steps: 2,
    seconds: 0.5,
  });
  model.generationDefaults = { temperature: 0.8, topK: 3 };

  Deno.test(`decodeModel() reads or refuses damaged files of ${name}, and nothing else`, async () => {
    const bytes = await encodeModel(model);
    const counts = [0, 0];
    for (let seed = 0; seed < TIMES; seed++) {
      const dice = new Dice(seed);
      const damaged = changedBytes(bytes, dice);
      counts[Number(await read(damaged, `seed ${seed}`))]!++;
      try {
        decodeSafetensors(damaged);
      } catch (error) {
        assertInstanceOf(error, SafetensorsError);
      }
    }
    assert(counts.every((count) => count > 5), String(counts));
  });

  Deno.test(`decodeModel() reads or refuses damaged descriptions of ${name}, and nothing else`, async () => {
    const { tensors, metadata } = decodeSafetensors(await encodeModel(model));
    const counts = [0, 0];
    for (let seed = 0; seed < TIMES; seed++) {
      const dice = new Dice(seed);
      let textloom = metadata["textloom"]!;
      for (let times = dice.below(3); times >= 0; times--) {
        try {
          textloom = changedJson(textloom, dice);
        } catch {
          break; // it is not JSON any more
        }
      }
      if (!textloom.isWellFormed()) continue;
      const damaged = encodeSafetensors(tensors, { textloom });
      counts[Number(await read(damaged, `seed ${seed}`))]!++;
    }
    assert(counts.every((count) => count > 5), String(counts));
  });
}
