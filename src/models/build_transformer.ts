/**
 * `buildTransformer()`: a decoder-only transformer in one call.
 *
 * @module
 */
import { vocabSizeOf } from "./_vocab_size_of.ts";
import type { Activation } from "../layers/feed_forward.ts";
import type { NormName } from "../layers/transformer_block.ts";
import { checkOptionNames } from "../text/options.ts";
import { shown, wrongNumber } from "../text/refusal.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { LanguageModel } from "./language_model.ts";
import {
  checkName,
  type Positions,
  PRESETS,
  type TransformerPreset,
} from "../networks/transformer_config.ts";
import { TransformerNetwork } from "../networks/transformer_network.ts";

/** Options of {@linkcode buildTransformer}. */
export interface BuildTransformerOptions {
  /** Turns text into token ids and back; its vocabulary is the model's. */
  tokenizer: Tokenizer;

  /**
   * Chooses the parts that are not given one by one. `"llama"`: rotary positions, RMS norms, SwiGLU, no offsets, two
   * heads to a key. `"gpt2"`: learned positions, layer norms, GELU by tanh, offsets, a key for every head.
   *
   * @default {"llama"}
   */
  preset?: TransformerPreset;

  /**
   * Tokens that a token sees at most, itself among them, C. Training reads windows of as many unless `fit()` is told
   * otherwise; positions that it never reached mean little to the model.
   *
   * With rotary positions the window slides, without end. With learned or sinusoidal positions the model starts over
   * after C tokens; text generation reads the last half again then, so that what it writes goes on.
   *
   * @default {128}
   */
  context?: number;

  /**
   * Blocks of attention and feed-forward layer, one upon the other.
   *
   * @default {4}
   */
  layers?: number;

  /**
   * Heads of attention, H; a divisor of the width.
   *
   * @default {4}
   */
  heads?: number;

  /**
   * Keys and values of a token, which groups of heads share, G; a divisor of the heads.
   *
   * @default {undefined} which is half the heads with the preset `"llama"` where their number is even, else all of them
   */
  keyValueHeads?: number;

  /**
   * Numbers in the vector of a token, D.
   *
   * @default {128}
   */
  width?: number;

  /**
   * Numbers in between of the feed-forward layers, F.
   *
   * @default {undefined} which is 4 · D, or for SwiGLU, which has three matrices, 8/3 · D rounded up to a multiple of 8
   */
  feedForward?: number;

  /**
   * How the model knows where a token stands: `"rotary"`, `"learned"` or `"sinusoidal"`.
   *
   * @default {undefined} which is the preset's
   */
  positions?: Positions;

  /**
   * With rotary positions, how slowly the slowest pair of numbers turns; larger for longer contexts.
   *
   * @default {10_000}
   */
  rotaryBase?: number;

  /**
   * How rows are normalised: `"layer"` or `"rms"`.
   *
   * @default {undefined} which is the preset's
   */
  norm?: NormName;

  /**
   * What is added under the root of a norm.
   *
   * @default {1e-5}
   */
  epsilon?: number;

  /**
   * How the feed-forward layers bend: `"gelu"`, `"gelu_tanh"` or `"swiglu"`.
   *
   * @default {undefined} which is the preset's
   */
  activation?: Activation;

  /**
   * Whether linear maps and layer norms have offsets.
   *
   * @default {undefined} which is the preset's
   */
  bias?: boolean;

  /**
   * Whether the output scores tokens by the vectors of the embedding, or has a matrix of its own.
   *
   * @default {true}
   */
  tied?: boolean;

  /**
   * Share of the embedding's numbers, and of what each attention and feed-forward layer adds, that training drops, from
   * 0 up to but not 1.
   *
   * @default {0}
   */
  dropout?: number;

  /**
   * Where the first weights come from: the same seed gives the same weights on every engine.
   *
   * @default {0}
   */
  seed?: number;
}

const OPTIONS: readonly string[] = [
  "tokenizer",
  "preset",
  "context",
  "layers",
  "heads",
  "keyValueHeads",
  "width",
  "feedForward",
  "positions",
  "rotaryBase",
  "norm",
  "epsilon",
  "activation",
  "bias",
  "tied",
  "dropout",
  "seed",
] satisfies (keyof BuildTransformerOptions)[];

/**
 * Builds a decoder-only transformer, with GPT-2's first weights. Nothing is computed yet.
 *
 * @param options The tokenizer, the sizes and the parts.
 * @returns An untrained model.
 * @throws {RangeError} If a size or the seed is out of range, or a part unknown.
 * @throws {TypeError} If there is no such option, or if one has no effect.
 *
 * @example A small model
 * ```ts
 * import { buildTransformer, CharTokenizer } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const model = buildTransformer({ tokenizer: CharTokenizer.train("abc"), layers: 2, width: 16, context: 8 });
 * assertEquals(String(model), "transformer, 2 layers of width 16, 4 heads, 6,272 parameters");
 * ```
 *
 * @example Train it, and let it write
 * ```ts
 * import { buildTransformer, CharTokenizer, fit } from "@textloom/textloom";
 * import { assert } from "@std/assert";
 *
 * const text = "the whale, the whale, the white whale, ".repeat(4);
 * const tokenizer = CharTokenizer.train(text);
 * const model = buildTransformer({ tokenizer, preset: "gpt2", layers: 1, heads: 2, width: 16, context: 16 });
 * const history = await fit(model, text, { epochs: 5, batchSize: 4, validation: 0, display: "none", sample: false });
 * assert(history.epochs[4]!.loss < history.epochs[0]!.loss);
 * await model.generate("the", { maxTokens: 10, temperature: 0 });
 * model.dispose();
 * ```
 */
export function buildTransformer(
  options: BuildTransformerOptions,
): LanguageModel {
  checkOptionNames("Cannot build a transformer", options, OPTIONS);
  const { tokenizer, preset = "llama", seed = 0 } = options;
  checkName("preset", preset, Object.keys(PRESETS));
  const parts = PRESETS[preset];
  const {
    context = 128,
    layers = 4,
    heads = 4,
    width = 128,
    positions = parts.positions,
    rotaryBase = 10_000,
    norm = parts.norm,
    epsilon = 1e-5,
    activation = parts.activation,
    bias = parts.bias,
    tied = true,
    dropout = 0,
  } = options;
  for (const [name, value] of Object.entries({ heads, width })) {
    if (typeof value === "number") continue;
    throw new TypeError(
      `Cannot build a transformer: ${name} must be a positive integer: ${
        shown(value)
      }`,
    );
  }
  const {
    keyValueHeads = preset === "llama" && heads % 2 === 0 ? heads / 2 : heads,
    feedForward = activation === "swiglu"
      ? Math.ceil(width / 3) * 8
      : 4 * width,
  } = options;
  if (options.rotaryBase !== undefined && positions !== "rotary") {
    throw new TypeError(
      `Cannot build a transformer: rotaryBase has no effect with ${positions} positions, leave it out`,
    );
  }
  if (!Number.isSafeInteger(seed)) {
    throw wrongNumber(
      "Cannot build a transformer: seed must be a safe integer",
      seed,
    );
  }
  const network = new TransformerNetwork({
    vocabSize: vocabSizeOf(tokenizer, "a transformer"),
    context,
    layers,
    heads,
    keyValueHeads,
    width,
    feedForward,
    positions,
    rotaryBase,
    norm,
    epsilon,
    activation,
    bias,
    tied,
    dropout,
  }, seed);
  return new LanguageModel({ tokenizer, network, history: [] });
}
