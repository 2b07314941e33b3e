/**
 * Orders without a list: where each index of 0 … N − 1 goes is computed, not looked up.
 *
 * A Feistel network over numbers: Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002, section 5. An index
 * is the pair (left, right) with index = left + a · right, 0 ≤ left < a, 0 ≤ right < b; each round adds a random
 * function of one half to the other, modulo a and b in turn. The product a · b is N or a little more; what lands at N
 * or beyond goes through the network again until it is inside (their section 4, cycle walking). The random function is
 * Philox, keyed by the seed.
 *
 * @module
 */
import { philox, seedNumber, streamNumber, words } from "../engine/random.ts";

/** Rounds of the network; four are enough for a large N (Luby and Rackoff, 1988), small ones profit from more. */
const ROUNDS = 8;

/** An order of the numbers from 0 to N − 1, chosen by (seed, stream, epoch). */
export class Permutation {
  /** How many numbers there are, N. */
  readonly length: number;
  readonly #key: readonly [number, number];
  readonly #stream: number;
  readonly #epoch: number;
  /** Sizes of the two halves. */
  readonly #left: number;
  readonly #right: number;

  /**
   * Chooses an order.
   *
   * @param length How many numbers, N, from 1 to 2⁵².
   * @param seed Any safe integer.
   * @param options Which of the seed's orders: a name for what is put in order, and the epoch.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(
    length: number,
    seed: number,
    options: { stream: string; epoch: number },
  ) {
    if (!Number.isSafeInteger(length) || length < 1 || length > 2 ** 52) {
      throw new RangeError(
        `Cannot make an order: its length must be an integer from 1 to 2^52: ${length}`,
      );
    }
    this.length = length;
    this.#key = words(seedNumber(seed));
    this.#stream = words(streamNumber(options.stream))[0];
    this.#epoch = options.epoch;
    this.#left = Math.ceil(Math.sqrt(length));
    this.#right = Math.ceil(length / this.#left);
  }

  /**
   * The number at a place.
   *
   * @param index From 0 up to but not N.
   * @returns A number from 0 up to but not N, another for every index.
   */
  at(index: number): number {
    let place = index;
    do place = this.#mix(place); while (place >= this.length);
    return place;
  }

  /** One way through the network: a bijection of 0 … a·b − 1. */
  #mix(index: number): number {
    let left = index % this.#left;
    let right = (index - left) / this.#left;
    for (let round = 0; round < ROUNDS; round += 2) {
      left = (left + this.#random(round, right)) % this.#left;
      right = (right + this.#random(round + 1, left)) % this.#right;
    }
    return left + this.#left * right;
  }

  /** 32 random bits for a round and a half of the index, which is below 2²⁷. */
  #random(round: number, half: number): number {
    return philox([half, round, this.#epoch, this.#stream], this.#key)[0];
  }
}
