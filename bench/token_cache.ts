/**
 * Encodes a long text through a token cache and reads batches from it: how quickly, and in how much memory.
 *
 *     deno task bench:cache                  # 100 MB
 *     deno task bench:cache --megabytes 500  # any other size
 *
 * Prints one line of JSON: seconds and MB/s of the encoding and of the check whether the cache is up to date, batches
 * of 64 × 64 tokens a second in random windows and in streams, and the largest resident memory above that before, in
 * MB.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { RandomWindows } from "../src/data/random_windows.ts";
import { TokenStreams } from "../src/data/streams.ts";
import { TokenCache } from "../src/data/token_cache.ts";
import { RandomStream } from "../src/engine/random.ts";
import { CharTokenizer } from "../src/tokenizers/char_tokenizer.ts";

const MB = 1e6;
/** Batches that are read in each order. */
const BATCHES = 2000;

const WORDS =
  "the of and a to in that his it I but he as with is was for all this at by not from him so be on you there now " +
  "whale had have or were they which ship like their some then when upon into up more Ahab out them will thee";

/** Writes lines of random words, piece by piece. */
async function writeText(path: string, bytes: number): Promise<void> {
  const random = new RandomStream(1, "text");
  const words = WORDS.split(" ");
  using file = await Deno.open(path, { write: true, create: true });
  const encoder = new TextEncoder();
  for (let written = 0; written < bytes;) {
    let piece = "";
    while (piece.length < 65_536) {
      for (let word = 0; word < 12; word++) {
        piece += `${words[random.integer(words.length)]} `;
      }
      piece += "\n";
    }
    const encoded = encoder.encode(piece.slice(0, bytes - written));
    for (let at = 0; at < encoded.length;) {
      at += await file.write(encoded.subarray(at));
    }
    written += encoded.length;
  }
}

/** Seconds that some work takes. */
async function time<T>(work: () => T | Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}

/** Batches a second. */
async function readBatches(
  batches: TokenStreams | RandomWindows,
  watch: () => void,
): Promise<number> {
  const [count, seconds] = await time(() => {
    const count = Math.min(BATCHES, batches.stepsPerEpoch);
    for (let step = 0; step < count; step++) {
      batches.batch(0, step);
      if (step % 50 === 0) watch();
    }
    return count;
  });
  return Math.round(count / seconds);
}

const { megabytes } = parseArgs(Deno.args, { string: ["megabytes"] });
const size = Number(megabytes ?? 100) * MB;
const folder = await Deno.makeTempDir();
try {
  const path = `${folder}/text.txt`;
  await writeText(path, size);
  const tokenizer = CharTokenizer.train(`${WORDS}\n`);
  const baseline = Deno.memoryUsage().rss;
  let peak = baseline;
  const watch = (): void => {
    peak = Math.max(peak, Deno.memoryUsage().rss);
  };
  const options = { tokenizer, onProgress: watch };
  const [made, encoding] = await time(() => TokenCache.open(path, options));
  made.close();
  const [cache, checking] = await time(() => TokenCache.open(path, options));
  watch();
  const shape = { batchSize: 64, sequenceLength: 64 };
  const windowsPerSecond = await readBatches(
    new RandomWindows(cache, shape),
    watch,
  );
  const streamsPerSecond = await readBatches(
    new TokenStreams(cache, shape),
    watch,
  );
  console.log(JSON.stringify({
    megabytes: size / MB,
    tokens: cache.length,
    encodingSeconds: Number(encoding.toFixed(2)),
    encodingMBPerSecond: Math.round(size / MB / encoding),
    checkingSeconds: Number(checking.toFixed(2)),
    windowBatchesPerSecond: windowsPerSecond,
    streamBatchesPerSecond: streamsPerSecond,
    peakAboveBaselineMB: Math.round((peak - baseline) / MB),
  }));
  cache.close();
} finally {
  await Deno.remove(folder, { recursive: true });
}
