/**
 * A chain of stages over one row of scores, in llama.cpp's order: penalties first, then what removes tokens, the temperature
 * last. The stages may be put in another order.
 *
 * @module
 */
import { planStages } from "./plan_stages.ts";
import { Candidates, type ChainContext } from "./candidates.ts";
import type { ChainOptions } from "./chain_options.ts";
import { ChainSession, type SessionOptions } from "./chain_session.ts";
import type { ChainPresetName } from "./presets.ts";
import type { ChainStage } from "./stage.ts";

/** Stages in the order they work in; a chain never changes. */
export class Chain {
  /** The stages that have something to do. */
  readonly stages: readonly ChainStage[];
  /** Memory that is used again at every place. */
  readonly #candidates = new Candidates();

  /**
   * Takes stages as they are, which {@linkcode createChain} makes and checks.
   *
   * @param stages In the order they work in.
   * @throws {TypeError} If they are no list of stages.
   */
  constructor(stages: readonly ChainStage[]) {
    if (
      !Array.isArray(stages) ||
      !stages.every((stage) => typeof stage?.apply === "function")
    ) {
      throw new TypeError(
        "Cannot sample: a chain must have a list of stages, as createChain() makes them",
      );
    }
    this.stages = Object.freeze([...stages]);
  }

  /**
   * Works on the scores of one place.
   *
   * @param logits One score for every token, shape (V,); they stay as they are.
   * @param context The text so far.
   * @returns New scores, shape (V,), −Infinity for what was removed; one is left at least.
   * @throws {TypeError} If the scores are no Float32Array, the text is none, or a stage works in a session alone.
   * @throws {RangeError} If a score is NaN or Infinity, or all are −Infinity.
   */
  apply(logits: Float32Array, context: ChainContext): Float32Array {
    const candidates = this.#candidates;
    candidates.begin(logits, context);
    for (const stage of this.stages) stage.apply(candidates);
    return candidates.toLogits();
  }

  /**
   * Begins a text, whose tokens the session chooses.
   *
   * @param options Seed and row.
   * @returns The session, which keeps what stages remember; the chain stays as it is.
   * @throws {TypeError} If an option is unknown, or the seed has no effect because the temperature is 0.
   * @throws {RangeError} If the seed or the row is no such integer.
   *
   * @example The same seed chooses the same token
   * ```ts
   * import { createChain } from "@textloom/textloom";
   * import { assertEquals } from "@std/assert";
   *
   * const chain = createChain({ topK: 2, temperature: 0.8 });
   * const pick = () => chain.start({ seed: 7 }).pick(Float32Array.of(1, 4, 4, 1), { tokens: [0], promptLength: 1 });
   * assertEquals(pick(), pick());
   * ```
   */
  start(options: SessionOptions = {}): ChainSession {
    return new ChainSession(this.stages, options, this.#candidates);
  }

  /** Gives the stages for people, such as `topK 40 → temperature 0.8`. */
  explain(): string {
    return this.stages.map(({ description }) => description).join(" → ") ||
      "nothing: the scores as they are";
  }

  /** Gives the stages, as {@linkcode Chain.explain} does. */
  toString(): string {
    return this.explain();
  }

  /** Gives `console.log()` one line in place of the functions. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Chain { ${this} }`;
  }
}

/**
 * Makes a chain.
 *
 * @param options The stages' numbers; what is left out has no stage.
 * @param preset Another library whose order, default numbers and borders the chain has: "llama.cpp", "huggingface",
 * "keras-hub", "nanogpt" or "openai". Without one the order is llama.cpp's, and only what is given has a stage.
 * @returns The chain.
 * @throws {TypeError} If an option, a stage or the preset is unknown, or an option would have no effect.
 * @throws {RangeError} If a number is out of range.
 *
 * @example The likeliest two of four
 * ```ts
 * import { createChain } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const chain = createChain({ topK: 2, temperature: 0.5 });
 * assertEquals(chain.explain(), "topK 2 → temperature 0.5");
 * const row = chain.apply(Float32Array.of(1, 4, 2, 1), { tokens: [0], promptLength: 1 });
 * assertEquals([...row], [-Infinity, 8, 4, -Infinity]);
 * ```
 *
 * @example As another library does it
 * ```ts
 * import { createChain } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const chain = createChain({ topP: 0.9 }, "huggingface");
 * assertEquals(chain.explain(), "temperature 1 → topK 50, ties kept → topP 0.9");
 * ```
 *
 * @example A stage of your own, after the library's
 * ```ts
 * import { createChain, type OwnStage } from "@textloom/textloom";
 * import { assertEquals } from "@std/assert";
 *
 * const even: OwnStage = { name: "even", apply: (candidates) => candidates.filter((id) => id % 2 === 0) };
 * const chain = createChain({ topK: 3, stages: ["topK", even] });
 * assertEquals(chain.explain(), "topK 3 → even");
 * const row = chain.apply(Float32Array.of(1, 4, 2, 3), { tokens: [0], promptLength: 1 });
 * assertEquals([...row], [-Infinity, -Infinity, 2, -Infinity]);
 * ```
 */
export function createChain(
  options: ChainOptions = {},
  preset?: ChainPresetName,
): Chain {
  return new Chain(planStages(options, preset));
}
