/**
 * Air for the event loop between two pieces of synchronous work.
 *
 * @module
 */
import { setImmediate } from "node:timers";

/**
 * Lets everything else that waits run first: timers, signals, requests, the next cell of a notebook.
 * A turn costs microseconds, where `setTimeout()` would cost milliseconds.
 *
 * @returns Resolves at the event loop's next turn.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Milliseconds of work that nobody waits for who waits for a turn. */
const UNNOTICED = 20;

/**
 * Air for the event loop in work of many short pieces. A turn after each of them would make each wait for a piece of
 * whatever else runs: a token of a small model for a training step of a hundred times its length.
 */
export class Breather {
  #until = performance.now() + UNNOTICED;

  /** Whether the last turn was 20 milliseconds ago or more. */
  get isDue(): boolean {
    return performance.now() >= this.#until;
  }

  /** Goes on at once, or at the event loop's next turn where the last one was 20 milliseconds ago or more. */
  async pause(): Promise<void> {
    if (!this.isDue) return;
    await nextTurn();
    this.#until = performance.now() + UNNOTICED;
  }
}
