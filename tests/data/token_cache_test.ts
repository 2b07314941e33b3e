import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { crc32 } from "node:zlib";
import { RandomWindows } from "../../src/data/random_windows.ts";
import { splitTokens } from "../../src/data/split.ts";
import { TokenStreams } from "../../src/data/streams.ts";
import { TokenCache } from "../../src/data/token_cache.ts";
import {
  TokenCacheError,
  type TokenCacheOptions,
} from "../../src/data/token_cache_options.ts";
import { RandomStream } from "../../src/engine/random.ts";
import { loadText } from "../../src/text/load.ts";
import { BPETokenizer } from "../../src/tokenizers/bpe_tokenizer.ts";
import { ByteTokenizer } from "../../src/tokenizers/byte_tokenizer.ts";
import { CharTokenizer } from "../../src/tokenizers/char_tokenizer.ts";
import { loadTokenizer } from "../../src/tokenizers/load_tokenizer.ts";
import type { Tokenizer } from "../../src/tokenizers/tokenizer.ts";
import { WordTokenizer } from "../../src/tokenizers/word_tokenizer.ts";

const MIB = 2 ** 20;

/** Words of one to four bytes a character, in lines of any end. */
function makeText(units: number, seed = 1): string {
  const random = new RandomStream(seed, "text");
  const words = ["the", "whale", "Ünïcödé", "日本語", "🐋", "to", "2026", "—"];
  const ends = [" ", " ", " ", " ", ", ", "\n", "\r\n", "\n\n", ".\r"];
  let text = "";
  while (text.length < units) {
    text += words[random.integer(words.length)]! +
      ends[random.integer(ends.length)]!;
  }
  return text;
}

const TEXT = makeText(3 * MIB);
const TOKENIZER = CharTokenizer.train(TEXT);

/** Runs `use` with a folder of its own that holds `text.txt`. */
async function withText(
  text: string | Uint8Array,
  use: (path: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "text.txt");
  await Deno.writeFile(
    path,
    typeof text === "string" ? new TextEncoder().encode(text) : text,
  );
  try {
    await use(path, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

/** Whether the cache was there, once it is open and closed. */
async function reused(
  path: string,
  options: TokenCacheOptions,
): Promise<boolean> {
  using cache = await TokenCache.open(path, options);
  return cache.reused;
}

for (const newlines of ["lf", "keep"] as const) {
  Deno.test(`TokenCache holds the ids of the whole text, read in pieces, line ends: ${newlines}`, () =>
    withText(`\uFEFF${TEXT}`, async (path) => {
      const whole = TOKENIZER.encode(await loadText(path, { newlines }));
      using cache = await TokenCache.open(path, {
        tokenizer: TOKENIZER,
        newlines,
      });
      assertEquals([cache.length, cache.vocabSize], [
        whole.length,
        TOKENIZER.vocabSize,
      ]);
      assert(cache.length > 2 * MIB); // several pieces
      assertEquals(Int32Array.from(cache.read(0, cache.length)), whole);
    }));
}

/** A text of several pieces in which words end in every way, and every kind of tokenizer. */
const SEVERAL = makeText(2 ** 18, 5);
const TOKENIZERS: Record<string, () => Tokenizer | Promise<Tokenizer>> = {
  "code points": () => CharTokenizer.train(SEVERAL),
  "graphemes": () => CharTokenizer.train(SEVERAL, { unit: "grapheme" }),
  "bytes": () => new ByteTokenizer(),
  "words": () => WordTokenizer.train(SEVERAL),
  "byte pairs": () => BPETokenizer.train(SEVERAL, { vocabSize: 400 }),
  ...Object.fromEntries(
    ["gpt2", "roberta", "llama2", "llama3", "qwen", "bert", "t5"]
      .map((name) => [
        name,
        () =>
          loadTokenizer(
            new URL(`../golden/tokenizers/${name}.json`, import.meta.url),
          ),
      ]),
  ),
};

/** One token for each "ab". */
class JoiningTokenizer extends CharTokenizer {
  constructor() {
    super(["a", "b", "c"]);
  }

  override encode(text: string): Int32Array {
    return super.encode(text.replaceAll("ab", "c"));
  }
}

for (const [name, make] of Object.entries(TOKENIZERS)) {
  Deno.test(`TokenCache holds what a tokenizer makes of the whole text without special tokens: ${name}`, () =>
    withText(SEVERAL, async (path) => {
      const tokenizer = await make();
      const whole = tokenizer.encode(await loadText(path), {
        addSpecialTokens: false,
      });
      using cache = await TokenCache.open(path, { tokenizer });
      assertEquals(Int32Array.from(cache.read(0, cache.length)), whole);
    }));
}

Deno.test("TokenCache refuses to cut where the tokenizer joins what is before and after", () =>
  withText("ab".repeat(2 ** 18), async (path, folder) => {
    await assertRejects(
      () =>
        TokenCache.open(path, {
          tokenizer: new JoiningTokenizer(),
          cut: (text) => text.length - 1, // between a and b
        }),
      RangeError,
      "in the piece that begins with line 1: the tokenizer must cut where the text is cut, and it joins what is before and " +
        "after: give a cut that knows where it allows it",
    );
    assertEquals(namesIn(folder), ["text.txt"]);
  }));

Deno.test("TokenCache reads at any place, in and across blocks, with one block in memory or all", () =>
  withText(TEXT, async (path) => {
    const tokenizer = CharTokenizer.fromJSON({
      kind: "char",
      vocabulary: [
        ...TOKENIZER.vocabulary,
        ...Array.from(
          { length: 300 },
          (_, i) => String.fromCodePoint(0xE000 + i),
        ),
      ],
    }); // two bytes an id
    const whole = tokenizer.encode(await loadText(path));
    for (const memory of [1, 2 ** 24]) {
      using cache = await TokenCache.open(path, { tokenizer, memory });
      const random = new RandomStream(2, "places");
      for (let trial = 0; trial < 300; trial++) {
        const start = random.integer(whole.length);
        const end = Math.min(
          whole.length,
          start + random.integer(trial % 10 === 0 ? 200_000 : 300),
        );
        assertEquals(
          Int32Array.from(cache.read(start, end)),
          whole.slice(start, end),
        );
      }
      assertEquals(cache.read(5, 5).length, 0);
      assertEquals(cache.read(cache.length, cache.length).length, 0);
      for (
        const [start, end] of [[-1, 2], [3, 2], [0, cache.length + 1], [0.5, 2]]
      ) {
        assertThrows(
          () => cache.read(start!, end!),
          RangeError,
          `Cannot read from the token cache: the places must lie inside of its ${cache.length} tokens: from ${start} to ${end}`,
        );
      }
    }
  }));

Deno.test("TokenCache gives batches the same as the ids in memory", () =>
  withText(TEXT, async (path) => {
    const whole = TOKENIZER.encode(await loadText(path));
    using cache = await TokenCache.open(path, {
      tokenizer: TOKENIZER,
      memory: 2 ** 18,
    });
    const options = { batchSize: 8, sequenceLength: 33, seed: 4 };
    const [kept, wholeKept] = [
      splitTokens(cache, { gap: 9 }),
      splitTokens(whole, { gap: 9 }),
    ];
    for (const part of ["train", "validation"] as const) {
      for (const Batches of [TokenStreams, RandomWindows]) {
        const [fromFile, fromMemory] = [
          new Batches(kept[part], options),
          new Batches(wholeKept[part], options),
        ];
        assertEquals(fromFile.stepsPerEpoch, fromMemory.stepsPerEpoch);
        for (const step of [0, 1, 57, fromFile.stepsPerEpoch - 1]) {
          assertEquals(fromFile.batch(1, step), fromMemory.batch(1, step));
        }
      }
    }
  }));

Deno.test("TokenCache never encodes more of a text of 20 MB at once than a piece of it", () =>
  withText(
    "There she blows! A hump like a snow-hill!\n".repeat(500_000),
    async (path) => {
      const tokenizer = CharTokenizer.train(
        "There she blows! A hump like a snow-hill!\n",
      );
      let [longest, sum] = [0, 0];
      const counting = {
        kind: "char",
        vocabSize: tokenizer.vocabSize,
        encode: (text: string) => {
          longest = Math.max(longest, text.length);
          sum += text.length;
          return tokenizer.encode(text);
        },
        toJSON: () => tokenizer.toJSON(),
      } as unknown as Tokenizer;
      using cache = await TokenCache.open(path, { tokenizer: counting });
      assertEquals(cache.length, 21_000_000);
      assert(sum < 1.005 * cache.length, `${sum} characters in all`); // the ends of pieces twice more
      assert(longest < 200_000, `${longest} characters at once`);
      assertEquals(
        tokenizer.decode(cache.read(42 * 399_999, 42 * 400_000)).length,
        42,
      );
    },
  ));

Deno.test("TokenCache is used again as long as text, tokenizer and options are the same", () =>
  withText("to be or not to be\r\n", async (path) => {
    const tokenizer = CharTokenizer.train("to be or not\n\r");
    const options = { tokenizer };
    assertEquals(await reused(path, options), false);
    assertEquals(await reused(path, options), true);
    const again = CharTokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer)));
    assertEquals(await reused(path, { tokenizer: again }), true);
    assertEquals(await reused(path, { ...options, rebuild: true }), false);

    assertEquals(await reused(path, { ...options, newlines: "keep" }), false);
    assertEquals(await reused(path, { ...options, unknown: "skip" }), false);
    const other = CharTokenizer.train("to be or not?\n\r");
    assertEquals(await reused(path, { tokenizer: other }), false);
    assertEquals(await reused(path, { tokenizer: other }), true);

    await Deno.writeTextFile(path, "to be or too to be\r\n"); // as long as before
    assertEquals(await reused(path, { tokenizer: other }), false);
    using cache = await TokenCache.open(path, { tokenizer: other });
    assertEquals(
      other.decode(cache.read(0, cache.length)),
      "to be or too to be\n",
    );
    assertEquals([cache.isOf(other), cache.isOf(tokenizer)], [true, false]);
  }));

Deno.test("TokenCache trusts size and time where it is told to, and not another time", () =>
  withText("to be", async (path) => {
    const options = {
      tokenizer: CharTokenizer.train("to be"),
      check: "time",
    } as const;
    const { mtime } = await Deno.stat(path);
    assertEquals(await reused(path, options), false);
    await Deno.writeTextFile(path, "be to");
    await Deno.utime(path, mtime!, mtime!);
    assertEquals(await reused(path, options), true);
    assertEquals(await reused(path, { ...options, check: "content" }), false);
    await Deno.utime(path, new Date(1e12), new Date(1e12));
    assertEquals(await reused(path, options), false);
  }));

Deno.test("TokenCache is made anew when its file is cut off, longer, or damaged in its header", () =>
  withText("to be or not to be", async (path) => {
    const options = { tokenizer: CharTokenizer.train("to be or not") };
    const file = `${path}.tokens`;
    assertEquals(await reused(path, options), false);
    const whole = await Deno.readFile(file);
    const flipped = (place: number): Uint8Array => {
      const bytes = whole.slice();
      bytes[place]! ^= 1;
      return bytes;
    };
    for (
      const broken of [
        ...[8, 100, 4095, 4096, 4100, whole.length - 1].map((length) =>
          whole.subarray(0, length)
        ),
        Uint8Array.of(...whole, 0),
        ...[8, 11, 12, 16, 60, 120].map(flipped),
      ]
    ) {
      await Deno.writeFile(file, broken);
      assertEquals(await reused(path, options), false);
      assertEquals(await Deno.readFile(file), whole);
      assertEquals(await reused(path, options), true);
    }
  }));

Deno.test("TokenCache is made anew when its header is in order but not what was written here", () =>
  withText("to be or not to be", async (path) => {
    const options = { tokenizer: CharTokenizer.train("to be or not") };
    const file = `${path}.tokens`;
    assertEquals(await reused(path, options), false);
    const whole = await Deno.readFile(file);
    const length = new DataView(whole.buffer).getUint32(8, true);
    const header = JSON.parse(
      new TextDecoder().decode(whole.subarray(16, 16 + length)),
    );
    for (
      const forged of [
        null,
        {},
        { ...header, tokens: 9, bytesPerId: 2 },
        { ...header, tokens: 6, bytesPerId: 3 },
        { ...header, tokens: -18, bytesPerId: -1 },
        { ...header, vocabSize: "7" },
      ]
    ) {
      const json = new TextEncoder().encode(JSON.stringify(forged));
      const bytes = whole.slice();
      const view = new DataView(bytes.buffer);
      view.setUint32(8, json.length, true);
      view.setUint32(12, crc32(json), true);
      bytes.set(json, 16);
      await Deno.writeFile(file, bytes);
      assertEquals(await reused(path, options), false);
      assertEquals(await Deno.readFile(file), whole);
    }
  }));

Deno.test("TokenCache notices damaged ids when it reads them, and is made anew when told to", () =>
  withText(TEXT, async (path) => {
    const options = { tokenizer: TOKENIZER };
    assertEquals(await reused(path, options), false);
    const file = `${path}.tokens`;
    const bytes = await Deno.readFile(file);
    bytes[4096 + 3 * 65_536 + 17]! ^= 4; // an id of block 3
    await Deno.writeFile(file, bytes);
    {
      using cache = await TokenCache.open(path, options);
      cache.read(0, 3 * 65_536); // the blocks before are whole
      const error = assertThrows(
        () => cache.read(3 * 65_536, 3 * 65_536 + 1),
        TokenCacheError,
        `Cannot read from the token cache "${file}": it is damaged in block 3; open it with rebuild: true to encode the text again`,
      );
      assertEquals(error.path, file);
    }
    using again = await TokenCache.open(path, { ...options, rebuild: true });
    assertEquals(again.read(3 * 65_536, 3 * 65_536 + 1).length, 1);
  }));

Deno.test("TokenCache leaves a file of another kind as it is", () =>
  withText("to be", async (path, folder) => {
    const notes = join(folder, "notes");
    for (const content of ["my notes", ""]) {
      await Deno.writeTextFile(notes, content);
      await assertRejects(
        () =>
          TokenCache.open(path, {
            tokenizer: CharTokenizer.train("to be"),
            path: notes,
          }),
        TokenCacheError,
        `Cannot open the token cache ${
          JSON.stringify(notes)
        }: this is another kind of file, which is left as it is; ` +
          "give another path, or delete it",
      );
      assertEquals(await Deno.readTextFile(notes), content);
    }
  }));

Deno.test("TokenCache leaves no file when the text cannot be encoded, and an older cache as it was", () =>
  withText(makeText(2 * MIB, 2), async (path, folder) => {
    const tokenizer = TOKENIZER;
    assertEquals(await reused(path, { tokenizer }), false);
    const old = await Deno.readFile(`${path}.tokens`);
    const bytes = new TextEncoder().encode(`${makeText(2 * MIB, 3)}\n§\n`);
    await Deno.writeFile(path, bytes);
    await assertRejects(
      () => TokenCache.open(path, { tokenizer }),
      RangeError,
      'the tokenizer does not know these characters: "§" U+00A7',
    );
    bytes[1_500_000] = 0xFF;
    await Deno.writeFile(path, bytes);
    await assertRejects(
      () => TokenCache.open(path, { tokenizer, unknown: "skip" }),
      SyntaxError,
      "text must be UTF-8: byte 0xFF at offset 1500000",
    );
    const controller = new AbortController();
    await Deno.writeTextFile(path, makeText(3 * MIB, 4));
    await assertRejects(
      () =>
        TokenCache.open(path, {
          tokenizer,
          signal: controller.signal,
          onProgress: () => controller.abort(new Error("enough")),
        }),
      Error,
      "enough",
    );
    assertEquals(namesIn(folder), ["text.txt", "text.txt.tokens"]);
    assertEquals(await Deno.readFile(`${path}.tokens`), old);
  }));

Deno.test("TokenCache names the line where the piece with an unknown character begins", () =>
  withText("a b\n".repeat(400_000) + "§\n", async (path) => {
    const error = await assertRejects(
      () => TokenCache.open(path, { tokenizer: CharTokenizer.train("a b\n") }),
      RangeError,
    );
    const line = Number(error.message.match(/begins with line (\d+)/)![1]);
    assert(line > 200_000 && line < 400_000, error.message);
  }));

Deno.test("TokenCache leaves no half file where its writer is killed, and cleans up after it", () =>
  withText(makeText(4 * MIB), async (path, folder) => {
    const code = `
      import { TokenCache } from ${
      JSON.stringify(import.meta.resolve("../../src/data/token_cache.ts"))
    };
      import { CharTokenizer } from ${
      JSON.stringify(
        import.meta.resolve("../../src/tokenizers/char_tokenizer.ts"),
      )
    };
      const tokenizer = CharTokenizer.fromJSON(JSON.parse(Deno.readTextFileSync(${
      JSON.stringify(join(folder, "tokenizer.json"))
    })));
      await TokenCache.open(${
      JSON.stringify(path)
    }, { tokenizer, onProgress: ({ bytesRead }) => {
        if (bytesRead > 3_000_000) Deno.kill(Deno.pid, "SIGKILL");
      } });
    `;
    await Deno.writeTextFile(
      join(folder, "tokenizer.json"),
      JSON.stringify(TOKENIZER),
    );
    const script = join(folder, "writer.ts");
    await Deno.writeTextFile(script, code);
    const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", config, script],
    }).output();
    assertEquals(success, false);
    assertEquals(new TextDecoder().decode(stderr).includes("error"), false);
    const left = namesIn(folder).filter((name) => name.endsWith(".tmp"));
    assertEquals(left.length, 1); // it had begun
    assertEquals(namesIn(folder).includes("text.txt.tokens"), false);

    const old = new Date(Date.now() - 120_000);
    await Deno.utime(join(folder, left[0]!), old, old);
    assertEquals(await reused(path, { tokenizer: TOKENIZER }), false);
    assertEquals(namesIn(folder).filter((name) => name.endsWith(".tmp")), []);
  }));

Deno.test("TokenCache does not take the file of a writer that lives for one that was left behind", () =>
  withText("to be", async (path, folder) => {
    const name = `.text.txt.tokens.${crypto.randomUUID()}.tmp`;
    using file = await Deno.create(join(folder, name));
    await file.lock(true);
    const old = new Date(Date.now() - 120_000);
    await Deno.utime(join(folder, name), old, old);
    assertEquals(
      await reused(path, { tokenizer: CharTokenizer.train("to be") }),
      false,
    );
    assertEquals(namesIn(folder), [name, "text.txt", "text.txt.tokens"]);
  }));

Deno.test("TokenCache opened twice at once is whole for both", () =>
  withText(makeText(2 * MIB), async (path, folder) => {
    const caches = await Promise.all(
      [1, 2].map(() => TokenCache.open(path, { tokenizer: TOKENIZER })),
    );
    const [first, second] = caches.map((cache) => cache.read(0, cache.length));
    assertEquals(first, second);
    for (const cache of caches) cache.close();
    assertEquals(namesIn(folder), ["text.txt", "text.txt.tokens"]);
  }));

Deno.test("TokenCache cuts a long line of characters anywhere, and refuses to for other tokenizers", () =>
  withText("日".repeat(2 * MIB), async (path) => {
    const tokenizer = CharTokenizer.train("日");
    {
      using cache = await TokenCache.open(path, { tokenizer });
      assertEquals(cache.length, 2 * MIB);
    }
    const words = {
      kind: "words",
      vocabSize: 1,
      encode: (text: string) => new Int32Array(text.length),
      toJSON: () => ({ kind: "words" }),
    } as unknown as Tokenizer;
    await withText("a".repeat(17 * MIB), async (path) => {
      await assertRejects(
        () => TokenCache.open(path, { tokenizer: words }),
        RangeError,
        "a long text needs places to cut it: there is none in",
      );
      using cache = await TokenCache.open(path, {
        tokenizer: words,
        cut: (text) => text.length,
      });
      assertEquals(cache.length, 17 * MIB);
    });
  }));

/** Names of tokenizers for which some places to cut are wrong, and how they are made. */
const CONTEXTUAL: Record<
  string,
  (text: string) => Tokenizer | Promise<Tokenizer>
> = {
  "over words, which know the word before and open quotes": (text) =>
    WordTokenizer.train(text),
  "that marks the beginning of a text": () =>
    loadTokenizer({
      pre_tokenizer: {
        type: "Metaspace",
        replacement: "▁",
        prepend_scheme: "first",
        split: true,
      },
      model: {
        type: "Unigram",
        unk_id: 0,
        vocab: [
          ["<unk>", 0],
          ...'▁\n"ehltuaw'.split("").map((letter) => [letter, -2]),
        ],
      },
    }),
};
for (const [name, make] of Object.entries(CONTEXTUAL)) {
  Deno.test(`TokenCache holds the ids of the whole text for a tokenizer ${name}`, () => {
    const random = new RandomStream(5, "cuts");
    const parts = ["the", "whale", '"', " ", " ", " ", "\n"];
    let text = "";
    while (text.length < MIB) text += parts[random.integer(parts.length)]!;
    return withText(text, async (path) => {
      const tokenizer = await make(text);
      using cache = await TokenCache.open(path, { tokenizer });
      assertEquals(
        Int32Array.from(cache.read(0, cache.length)),
        tokenizer.encode(text),
      );
    });
  });
}

Deno.test("TokenCache cuts a long line of graphemes between two of them", () =>
  withText("👨‍👩‍👧‍👦".repeat(20_000), async (path) => {
    const tokenizer = CharTokenizer.train("👨‍👩‍👧‍👦", { unit: "grapheme" });
    using cache = await TokenCache.open(path, { tokenizer });
    assertEquals(cache.length, 20_000);
  }));

Deno.test("TokenCache refuses an empty text, one that is not there, and options that it does not know", () =>
  withText("", async (path, folder) => {
    const tokenizer = CharTokenizer.train("a");
    await assertRejects(
      () => TokenCache.open(path, { tokenizer }),
      RangeError,
      "the text has no tokens: it has 0 bytes",
    );
    await assertRejects(
      () => TokenCache.open(join(folder, "none"), { tokenizer }),
      Deno.errors.NotFound,
      "no such file",
    );
    await assertRejects(
      () => TokenCache.open(path, { tokenizer, check: "hash" as "time" }),
      RangeError,
      'Cannot open the token cache: check must be "content" or "time": "hash"',
    );
    await assertRejects(
      () => TokenCache.open(path, { tokenizer, memory: 0 }),
      RangeError,
      "Cannot open the token cache: memory must be a positive number of bytes: 0",
    );
    await assertRejects(
      () => TokenCache.open(path, { tokenizer, cache: "x" } as never),
      TypeError,
      'Cannot open the token cache: there is no option "cache" (known: tokenizer, path, unknown, newlines, cut, check, rebuild, memory, ' +
        "signal, onProgress)",
    );
    assertEquals(namesIn(folder), ["text.txt"]);
  }));

Deno.test("TokenCache cannot be read once it is closed, and can be closed twice", () =>
  withText("to be", async (path) => {
    const cache = await TokenCache.open(path, {
      tokenizer: CharTokenizer.train("to be"),
    });
    cache.close();
    cache.close();
    assertThrows(
      () => cache.read(0, 1),
      TypeError,
      "Cannot read from the token cache: it was closed",
    );
  }));
