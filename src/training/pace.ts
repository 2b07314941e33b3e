/**
 * How fast a run goes, over the last seconds.
 *
 * @module
 */

/** Seconds after which a step counts for 1/e of what it counted. */
const MEMORY = 3;

/** A rate whose past fades away exponentially. */
export class Pace {
  #amount = 0;
  #seconds = 0;

  /**
   * Counts one piece of work.
   *
   * @param amount How much was done.
   * @param seconds How long it took.
   */
  add(amount: number, seconds: number): void {
    const fade = Math.exp(-seconds / MEMORY);
    this.#amount = this.#amount * fade + amount;
    this.#seconds = this.#seconds * fade + seconds;
  }

  /** Amount per second; 0 before the first piece of work. */
  get rate(): number {
    return this.#seconds > 0 ? this.#amount / this.#seconds : 0;
  }
}
