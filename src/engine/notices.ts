/**
 * The one way in which the engine can say something to the user: a listener that a display sets.
 *
 * @module
 */

type Listener = (line: string) => void;

let listener: Listener | undefined;

/**
 * @param hear Gets every line from now on; undefined for nobody.
 * @returns The listener before.
 */
export function setNoticeListener(
  hear: Listener | undefined,
): Listener | undefined {
  const before = listener;
  listener = hear;
  return before;
}

/** Says one line to whoever listens. */
export function notify(line: string): void {
  listener?.(line);
}
