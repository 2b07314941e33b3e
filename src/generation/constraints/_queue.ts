/**
 * What a search has still to look at, the most promising first: a binary heap (Williams, "Algorithm 232: Heapsort", 1964).
 *
 * @module
 */

/** Things by their order, the latest first among equals. */
export class Queue<T extends { readonly order: number }> {
  readonly #heap: T[] = [];

  /** @param item A thing more; the smaller its order, the sooner its turn. */
  push(item: T): void {
    const heap = this.#heap;
    let place = heap.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (heap[parent]!.order < item.order) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = item;
  }

  /** Takes the first thing out; undefined where none is left. */
  pop(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      const other = child + 1;
      if (other < heap.length && heap[other]!.order < heap[child]!.order) {
        child = other;
      }
      if (heap[child]!.order >= last.order) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}
