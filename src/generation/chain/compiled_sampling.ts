/**
 * Which chains the compiled loop of generation can do, and what it has to know of them.
 *
 * @module
 */
import type { Sampling } from "../sampler.ts";
import type { ChainOptions } from "./chain_options.ts";

/** Stages that the compiled loop has, in its order, which is that of a chain. */
const NUMBERS: readonly string[] = [
  "repetitionPenalty",
  "frequencyPenalty",
  "presencePenalty",
  "topK",
  "topP",
  "minP",
  "temperature",
] satisfies (keyof ChainOptions)[];

/** Numbers, but for 0, that single precision can also divide by and multiply with: the least and the largest. */
const [LEAST, LARGEST] = [2 ** -100, 2 ** 100];

/**
 * Whether the compiled loop does what a chain does: penalties, top-k, top-p, min-p and temperature, each the same number at
 * every place, in the order of `createChain()`. In single precision a temperature of 1e-40 would be 0, and a penalty of 1e39
 * Infinity.
 *
 * @param options Options of `createChain()` that it takes.
 * @returns false where it has to go token by token.
 */
export function canCompile(options: ChainOptions): boolean {
  return Object.entries(options).every(([name, value]) =>
    value === undefined || name === "penaltyWindow" ||
    (NUMBERS.includes(name) && typeof value === "number" && isSingle(value))
  );
}

function isSingle(value: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (size >= LEAST && size <= LARGEST);
}

/**
 * Describes a chain to the compiled loop.
 *
 * @param options Options of `createChain()` that it takes.
 * @param random What gives the random numbers, such as a `Sampler`.
 * @returns The numbers of the stages; those that change nothing are left out.
 * @throws {TypeError} If the compiled loop cannot do what the chain does.
 */
export function compiledSampling(
  options: ChainOptions,
  random: Pick<Sampling, "uniformAt">,
): Sampling {
  if (!canCompile(options)) {
    throw new TypeError(
      `Cannot generate: the compiled loop takes plain numbers for ${
        NUMBERS.join(", ")
      } alone: ${Object.keys(options).join(", ")}`,
    );
  }
  const numberOf = (name: keyof ChainOptions, off: number): number =>
    options[name] as number | undefined ?? off;
  const penalties = {
    repetition: numberOf("repetitionPenalty", 1),
    frequency: numberOf("frequencyPenalty", 0),
    presence: numberOf("presencePenalty", 0),
    window: options.penaltyWindow ?? 64,
  };
  const { repetition, frequency, presence } = penalties;
  const penalizes = repetition !== 1 || frequency !== 0 || presence !== 0;
  return {
    temperature: numberOf("temperature", 1),
    topK: numberOf("topK", 0),
    topP: numberOf("topP", 1),
    minP: numberOf("minP", 0),
    ...(penalizes && { penalties }),
    uniformAt: (row, position) => random.uniformAt(row, position),
  };
}
