/**
 * A curve that takes any number of points and keeps few: neighbours are averaged, so that its size stays bounded
 * however long a run lasts.
 *
 * @module
 */

/** A point of a curve. */
export type Point = readonly [x: number, y: number];

/** Sums over the raw points that one kept point stands for. */
interface Bucket {
  count: number;
  x: number;
  y: number;
}

/** Keeps the means of equally large groups of neighbours; the group size doubles whenever there are too many groups. */
export class Curve {
  readonly #limit: number;
  #buckets: Bucket[] = [];
  #groupSize = 1;

  /** @param limit How many points to keep at most; an even number. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a point; one that is not finite is left out, as it cannot be drawn. */
  add(x: number, y: number): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    const last = this.#buckets.at(-1);
    if (last !== undefined && last.count < this.#groupSize) {
      last.count++;
      last.x += x;
      last.y += y;
      return;
    }
    if (this.#buckets.length === this.#limit) this.#halve();
    this.#buckets.push({ count: 1, x, y });
  }

  /** The kept points, in the order of their arrival. */
  points(): Point[] {
    return this.#buckets.map(({ count, x, y }) => [x / count, y / count]);
  }

  #halve(): void {
    const halved: Bucket[] = [];
    for (const [i, bucket] of this.#buckets.entries()) {
      const first = halved.at(-1);
      if (i % 2 === 0 || first === undefined) {
        halved.push({ ...bucket });
      } else {
        first.count += bucket.count;
        first.x += bucket.x;
        first.y += bucket.y;
      }
    }
    this.#buckets = halved;
    this.#groupSize *= 2;
  }
}

/** Thins a list of points to at most `limit` (an even number), leaving out those that are not finite. */
export function thin(points: Iterable<Point>, limit: number): Point[] {
  const curve = new Curve(limit);
  for (const [x, y] of points) curve.add(x, y);
  return curve.points();
}
