/**
 * Counter-based random numbers: the number at an index is a pure function of (seed, stream, index).
 *
 * Philox 4×32-10, from Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", 2011, section 3.3.
 * The seed is the 64-bit key; the counter is (index of the block of four numbers, stream), 64 bits each, which is also
 * how TensorFlow's stateless generators lay out theirs. Nothing depends on the order of calls, so the same seed gives
 * the same weights, batches and text whatever the batch size or the engine.
 *
 * @module
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_32 = 2 ** 32;

/** The four words of a Philox counter, or of its output, lowest first. */
export type PhiloxBlock = [number, number, number, number];

/**
 * One Philox 4×32-10 block: 128 bits of counter and 64 bits of key give 128 random bits.
 *
 * @param counter Four 32-bit words, lowest first.
 * @param key Two 32-bit words, lowest first.
 * @returns Four 32-bit words.
 *
 * @example The first known answer of the paper's test vectors
 * ```ts
 * import { philox } from "./random.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(philox([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
 * ```
 */
export function philox(
  counter: Readonly<PhiloxBlock>,
  key: readonly [number, number],
): PhiloxBlock {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(c0, MULTIPLIER_0);
    const high1 = multiplyHigh(c2, MULTIPLIER_1);
    const low0 = Math.imul(c0, MULTIPLIER_0);
    const low1 = Math.imul(c2, MULTIPLIER_1);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * An endless line of random numbers that can be read at any index, or one after the other.
 *
 * @example The number at an index does not depend on what was read before
 * ```ts
 * import { RandomStream } from "./random.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = new RandomStream(42, "sampling");
 * const third = stream.uniformAt(2);
 * assertEquals([stream.uniform(), stream.uniform(), stream.uniform()][2], third);
 * ```
 */
export class RandomStream {
  readonly #key: readonly [number, number];
  readonly #stream: readonly [number, number];
  #blockIndex = -1;
  #block: PhiloxBlock = [0, 0, 0, 0];
  #position = 0;

  /**
   * @param seed Any safe integer, negative ones included.
   * @param stream Which of the seed's independent streams: a name, or a safe integer from 0.
   * @throws {RangeError} If the seed or the stream's number is not such an integer.
   */
  constructor(seed: number, stream: number | string = 0) {
    this.#key = words(seedNumber(seed));
    this.#stream = words(streamNumber(stream));
  }

  /** Index of the number that the next sequential call will use. */
  get position(): number {
    return this.#position;
  }

  /**
   * @param index Safe integer from 0.
   * @returns An integer from 0 to 2³² − 1.
   */
  uint32At(index: number): number {
    const blockIndex = Math.floor(index / 4);
    if (blockIndex !== this.#blockIndex) {
      const [low, high] = [blockIndex >>> 0, Math.floor(blockIndex / TWO_32)];
      this.#block = philox([low, high, ...this.#stream], this.#key);
      this.#blockIndex = blockIndex;
    }
    return this.#block[index % 4]!;
  }

  /**
   * @param index Safe integer from 0.
   * @returns A multiple of 2⁻²⁴ from 0 up to but not 1, exact in float32.
   */
  uniformAt(index: number): number {
    return (this.uint32At(index) >>> 8) * 2 ** -24;
  }

  /** @returns The next integer from 0 to 2³² − 1. */
  uint32(): number {
    return this.uint32At(this.#position++);
  }

  /** @returns The next number from 0 up to but not 1. */
  uniform(): number {
    return this.uniformAt(this.#position++);
  }

  /** @returns The next draw of the standard normal distribution (Box and Muller, 1958); uses two numbers. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform())); // 1 − u is never 0
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * @param limit Integer from 1 to 2³².
   * @returns An integer from 0 to `limit` − 1, each as likely as the others; uses one number, rarely more.
   * @throws {RangeError} If `limit` is out of range.
   */
  integer(limit: number): number {
    if (!Number.isInteger(limit) || limit < 1 || limit > TWO_32) {
      throw new RangeError(
        `Cannot draw an integer: the limit must be an integer from 1 to 4294967296: ${limit}`,
      );
    }
    const fair = TWO_32 - TWO_32 % limit; // numbers from here on would favour the small results
    let drawn = this.uint32();
    while (drawn >= fair) drawn = this.uint32();
    return drawn % limit;
  }

  /**
   * Shuffles in place (Fisher and Yates), every order as likely as the others.
   *
   * @param items What to shuffle.
   * @returns The same array.
   */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j]!, items[i]!];
    }
    return items;
  }
}

/**
 * @param seed Any safe integer.
 * @returns The 64-bit key that it stands for.
 * @throws {RangeError} If it is no safe integer.
 */
export function seedNumber(seed: number): bigint {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(
      `Cannot make random numbers: the seed must be a safe integer: ${
        typeof seed === "object" && seed !== null ? "object" : String(seed)
      }`,
    );
  }
  return BigInt.asUintN(64, BigInt(seed));
}

/**
 * @param stream A name, or a safe integer from 0.
 * @returns The number of the stream, 64 bits.
 * @throws {RangeError} If it is neither.
 */
export function streamNumber(stream: number | string): bigint {
  if (typeof stream === "string") return hashName(stream);
  if (!Number.isSafeInteger(stream) || stream < 0) {
    throw new RangeError(
      `Cannot make random numbers: the stream must be a safe integer from 0: ${stream}`,
    );
  }
  return BigInt(stream);
}

/** @returns A fresh unpredictable seed, for callers who gave none. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** The upper 32 bits of the 64-bit product, by halves of 16 bits so that every step is exact in a double. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16, aLow = a & 0xffff;
  const bHigh = b >>> 16, bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middleLow = (middle & 0xffff) + aLow * bHigh;
  return aHigh * bHigh + (middle >>> 16) + (middleLow >>> 16);
}

/** The low and the high 32 bits. */
export function words(value: bigint): readonly [number, number] {
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}

/** FNV-1a, 64 bits, over the UTF-8 bytes of the name. */
function hashName(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash;
}
