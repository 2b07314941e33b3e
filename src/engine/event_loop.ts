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
