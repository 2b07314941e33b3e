/**
 * How other libraries sample: their order of stages, their default numbers, and where their borders are.
 *
 * Read in the sources of llama.cpp, transformers, KerasHub and nanoGPT, and in OpenAI's API reference, whose order is that
 * of vLLM's server: OpenAI does not publish its own.
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
  "openai": {
    stages: ["logitBias", "penalties", "temperature", "topP"],
    defaults: { temperature: 1, topP: 1, penaltyWindow: "generated" },
    edges: {},
  },
};
