/**
 * A chain of stages over one row of scores, in llama.cpp's order: penalties first, then what removes tokens, the temperature
 * last. The stages may be put in another order.
 *
 * @module
 */
import { checkOptionNames } from "../../text/options.ts";
import { Candidates, type ChainContext } from "./candidates.ts";
import {
  type PenaltyOptions,
  penaltyStage,
  temperatureStage,
} from "./scores.ts";
import type { ChainStage, Knob } from "./stage.ts";
import { type TruncationName, truncationStage } from "./truncation.ts";

/** Options of {@linkcode createChain}: the penalties, the temperature, and a knob for each stage that removes tokens. */
export interface ChainOptions
  extends PenaltyOptions, Partial<Record<TruncationName, Knob>> {
  /** Divides the scores; 0 keeps the likeliest token alone. */
  temperature?: Knob;

  /**
   * Names of the stages in the order they work in; a stage without an option is passed over.
   *
   * @default {the order of llama.cpp, then epsilonCutoff, etaCutoff and topH, then temperature}
   */
  stages?: readonly string[];
}

const ORDER: readonly string[] = [
  "penalties",
  "topNSigma",
  "topK",
  "typicalP",
  "topP",
  "minP",
  "epsilonCutoff",
  "etaCutoff",
  "topH",
  "temperature",
];

const PENALTIES: readonly string[] = [
  "repetitionPenalty",
  "frequencyPenalty",
  "presencePenalty",
];

/** Stages in the order they work in; a chain never changes. */
export class Chain {
  /** The stages that have something to do. */
  readonly stages: readonly ChainStage[];
  /** Memory that is used again at every place. */
  readonly #candidates = new Candidates();

  /**
   * Takes stages, your own among them.
   *
   * @param stages In the order they work in.
   */
  constructor(stages: readonly ChainStage[]) {
    this.stages = Object.freeze([...stages]);
  }

  /**
   * Works on the scores of one place.
   *
   * @param logits One score for every token, shape (V,); they stay as they are.
   * @param context The text so far.
   * @returns New scores, shape (V,), −Infinity for what was removed; one is left at least.
   * @throws {RangeError} If a score is NaN or Infinity, or all are −Infinity.
   */
  apply(logits: Float32Array, context: ChainContext): Float32Array {
    const candidates = this.#candidates;
    candidates.begin(logits, context);
    for (const stage of this.stages) stage.apply(candidates);
    return candidates.toLogits();
  }

  /** Gives the stages for people, such as `topK 40 → temperature 0.8`. */
  explain(): string {
    return this.stages.map(({ description }) => description).join(" → ") ||
      "nothing: the scores as they are";
  }
}

/**
 * Makes a chain.
 *
 * @param options The stages' numbers; what is left out has no stage.
 * @returns The chain.
 * @throws {TypeError} If an option or a stage is unknown, or an option would have no effect.
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
 */
export function createChain(options: ChainOptions = {}): Chain {
  const known = [
    ...ORDER.slice(1),
    ...PENALTIES,
    "penaltyWindow",
    "stages",
  ];
  checkOptionNames("Cannot sample", options, known);
  const given = Object.keys(options).filter((name) =>
    options[name as keyof ChainOptions] !== undefined
  );
  const hasPenalties = given.some((name) => PENALTIES.includes(name));
  if (options.penaltyWindow !== undefined && !hasPenalties) {
    throw new TypeError(
      "Cannot sample: penaltyWindow has no effect without a penalty, leave it out",
    );
  }
  const order = options.stages ?? ORDER;
  for (const [place, name] of order.entries()) {
    if (!ORDER.includes(name) || order.indexOf(name) !== place) {
      throw new TypeError(
        `Cannot sample: stages must be of ${
          ORDER.join(", ")
        }, each once: "${name}"`,
      );
    }
  }
  const wanted = given.filter((name) => ORDER.includes(name));
  if (hasPenalties) wanted.push("penalties");
  for (const name of wanted) {
    if (!order.includes(name)) {
      throw new TypeError(
        `Cannot sample: ${name} has no effect where stages leave it out: name it there`,
      );
    }
  }
  return new Chain(
    order.filter((name) => wanted.includes(name)).map((name) => {
      if (name === "penalties") return penaltyStage(options);
      const knob = options[name as TruncationName | "temperature"]!;
      return name === "temperature"
        ? temperatureStage(knob)
        : truncationStage(name as TruncationName, knob);
    }),
  );
}
