/**
 * Damage to a good file, drawn from a seed: bytes changed, cut, moved; JSON with other values, other names, other depths.
 *
 * @module
 */
import { RandomStream } from "../../src/engine/random.ts";

/** Draws from a seed. */
export class Dice {
  readonly #stream: RandomStream;

  /** @param seed Any safe integer. */
  constructor(seed: number) {
    this.#stream = new RandomStream(seed, "mutations");
  }

  /** A whole number from 0 up to but not `end`. */
  below(end: number): number {
    return Math.floor(this.#stream.uniform() * end);
  }

  /** One of a list. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** Values that stand where others are expected. */
const ODD: readonly string[] = [
  "null",
  "true",
  "-1",
  "0",
  "0.5",
  "1e15",
  "9007199254740993",
  "1e308",
  "1e999",
  "-0",
  '""',
  '"NaN"',
  '"64"',
  '"\\ud83d"',
  '"__proto__"',
  "[]",
  "{}",
  "[[[[]]]]",
  '{"a":1,"a":2}',
  '{"__proto__":{"units":3}}',
  '{"toString":1}',
  `${"[".repeat(5000)}${"]".repeat(5000)}`,
  `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
  `"${"x".repeat(100_000)}"`,
];

/** A place in JSON text: where a value begins and ends. */
function values(json: string): [start: number, end: number][] {
  const found: [number, number][] = [];
  const open: number[] = [];
  for (let i = 0; i < json.length; i++) {
    const character = json[i]!;
    if (character === "{" || character === "[") open.push(i);
    else if (character === "}" || character === "]") {
      found.push([open.pop()!, i + 1]);
    } else if (character === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
      found.push([start, i + 1]); // a name or a text
    } else if (/[-\d.tfn]/.test(character)) {
      const start = i;
      while (/[-+.\w]/.test(json[i + 1] ?? "")) i++;
      found.push([start, i + 1]);
    }
  }
  return found;
}

/**
 * @param json Valid JSON.
 * @param dice Chooses what is changed.
 * @returns JSON with another value or name somewhere, a part twice, or a part missing; maybe no JSON any more.
 */
export function changedJson(json: string, dice: Dice): string {
  const [start, end] = dice.of(values(json));
  switch (dice.below(5)) {
    case 0:
      return json.slice(0, start) + json.slice(end);
    case 1:
      return `${json.slice(0, end)},${json.slice(start)}`;
    case 2: {
      const [from, to] = dice.of(values(json));
      return json.slice(0, start) + json.slice(from, to) + json.slice(end);
    }
    default:
      return json.slice(0, start) + dice.of(ODD) + json.slice(end);
  }
}

/**
 * @param bytes A good file.
 * @param dice Chooses what is changed.
 * @returns The file with bytes changed, cut off, left out, put in or doubled.
 */
export function changedBytes(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(2) === 0
    ? dice.below(Math.min(bytes.length, 64))
    : dice.below(bytes.length);
  const length = 1 + dice.below(dice.of([1, 8, 256]));
  switch (dice.below(5)) {
    case 0: {
      const copy = bytes.slice();
      for (let i = at; i < Math.min(bytes.length, at + length); i++) {
        copy[i] = dice.below(256);
      }
      return copy;
    }
    case 1:
      return bytes.slice(0, at);
    case 2:
      return join(bytes.subarray(0, at), bytes.subarray(at + length));
    case 3:
      return join(bytes.subarray(0, at + length), bytes.subarray(at));
    default: {
      const copy = bytes.slice();
      copy[at]! ^= 1 << dice.below(8);
      return copy;
    }
  }
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  const whole = new Uint8Array(one.length + other.length);
  whole.set(one);
  whole.set(other, one.length);
  return whole;
}
