/**
 * How other libraries sample: their order of stages, their default numbers, and where their borders are.
 *
 * Golden files tie llama.cpp 0.5.0, transformers 5.24, KerasHub 0.32 and nanoGPT: the programs themselves were run. A chain
 * is not theirs where their own arithmetic fails: llama.cpp's typical-p takes 0 times the logarithm of 0 after top-nσ, its
 * numbers overflow near the largest of single precision, and tokens below 1e-45 are gone in all of them.
 *
 * OpenAI's API reference tells the defaults and ranges, that biases are added to the logits before sampling, and the formula
 * of the penalties: for what was sampled so far, count times frequency and once presence are taken from the logits. It does not
 * tell the order of temperature and top-p, nor their borders: these are a choice here, after vLLM's server, whose API is the
 * same.
 *
 * @module
 */
import type { ChainOptions } from "./chain_options.ts";
import type { PenaltyWindow } from "./scores.ts";
import type { TruncationEdges } from "./truncation.ts";

/** Names of the presets. */
export type ChainPresetName =
  | "llama.cpp"
  | "huggingface"
  | "keras-hub"
  | "nanogpt"
  | "openai";

/** A library's way to sample. */
export interface ChainPreset {
  /** Names of its stages in their order, but for rules that it lacks: those come first. */
  readonly stages: readonly string[];

  /** Its numbers where none are given. */
  readonly defaults: Readonly<ChainOptions>;

  /** Its borders. */
  readonly edges: Readonly<TruncationEdges>;

  /** The window of dry where that is given without one. */
  readonly dryWindow?: PenaltyWindow;

  /** Options that stand in place of defaults: their names, and which defaults they replace. */
  readonly replaces?: Readonly<Record<string, readonly string[]>>;
}

/** The libraries whose way to sample {@linkcode createChain} knows. */
export const CHAIN_PRESETS: Readonly<Record<ChainPresetName, ChainPreset>> = {
  "llama.cpp": {
    stages: [
      "logitBias",
      "penalties",
      "dry",
      "topNSigma",
      "topK",
      "typicalP",
      "topP",
      "minP",
      "xtc",
      "temperature",
      "mirostat",
      "adaptiveP",
    ],
    defaults: {
      temperature: 0.8,
      topK: 40,
      topP: 0.95,
      minP: 0.05,
      penaltyWindow: 64,
    },
    dryWindow: 64,
    edges: { pastTypicalP: true },
  },
  "huggingface": {
    stages: [
      "logitBias",
      "penalties",
      "noRepeatNgram",
      "badWords",
      "minTokens",
      "lengthDecay",
      "suppress",
      "suppressAtBegin",
      "temperature",
      "topH",
      "topK",
      "topP",
      "minP",
      "typicalP",
      "epsilonCutoff",
      "etaCutoff",
    ],
    defaults: { temperature: 1, topK: 50, penaltyWindow: "all" },
    edges: { ties: true, topHAmong: 100 },
  },
  "keras-hub": {
    stages: ["temperature", "topP", "topK"], // its top-p sums probabilities of all tokens, whatever top-k keeps
    defaults: { temperature: 1, topK: 5 },
    edges: { pastTopP: true },
    replaces: { topP: ["topK"] }, // one sampler or the other
  },
  "nanogpt": {
    stages: ["temperature", "topK"],
    defaults: { temperature: 0.8, topK: 200 },
    edges: { ties: true },
  },
  "openai": { // the last two in this order by choice
    stages: ["logitBias", "penalties", "temperature", "topP"],
    defaults: { temperature: 1, topP: 1, penaltyWindow: "generated" },
    edges: {},
  },
};
