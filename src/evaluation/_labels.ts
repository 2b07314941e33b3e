/**
 * Checks lists of labels.
 *
 * @module
 */

/**
 * @param action What cannot be done with other lists.
 * @param truth What it was.
 * @param predicted What was said.
 * @throws {TypeError} If one is no list, or they differ in length.
 * @throws {RangeError} If they are empty, or hold anything but whole numbers from 0.
 */
export function checkLabels(
  action: string,
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): void {
  for (const [name, list] of Object.entries({ truth, predicted })) {
    const isList = Array.isArray(list) ||
      ArrayBuffer.isView(list) && !(list instanceof DataView);
    if (!isList) {
      throw new TypeError(
        `${action}: ${name} must be an array of labels: ${
          list === null ? "null" : typeof list
        }`,
      );
    }
  }
  if (truth.length !== predicted.length) {
    throw new TypeError(
      `${action}: both arrays must have one length: ${truth.length} and ${predicted.length}`,
    );
  }
  if (truth.length === 0) {
    throw new RangeError(
      `${action}: there must be a label: the array is empty`,
    );
  }
  for (const [name, list] of Object.entries({ truth, predicted })) {
    for (let i = 0; i < list.length; i++) {
      const label: unknown = list[i];
      if (Number.isSafeInteger(label) && label as number >= 0) continue;
      throw new RangeError(
        `${action}: labels must be whole numbers from 0: ${label} at place ${i} of ${name}`,
      );
    }
  }
}
