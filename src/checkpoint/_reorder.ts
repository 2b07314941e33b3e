/**
 * Fortran order to C order: the first index runs fastest before, the last one after.
 *
 * @module
 */

/** What the elements lie in. */
interface Elements {
  [index: number]: unknown;
  readonly length: number;
  slice(): Elements;
}

/**
 * Puts the elements of an array into C order.
 *
 * @param elements The elements in Fortran order.
 * @param shape Lengths of the dimensions, whose product is the number of elements.
 * @param parts Numbers that make one element.
 * @returns A copy in C order.
 */
export function toCOrder<E extends Elements>(
  elements: E,
  shape: readonly number[],
  parts: number,
): E {
  const strides: number[] = [];
  let stride = 1;
  for (const length of shape) {
    strides.push(stride);
    stride *= length;
  }
  const result = elements.slice() as E;
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < elements.length / parts; to++) {
    for (let part = 0; part < parts; part++) {
      result[to * parts + part] = elements[from * parts + part];
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
