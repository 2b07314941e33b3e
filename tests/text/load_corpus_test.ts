import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { gzipSync } from "node:zlib";
import { RandomStream } from "../../src/engine/random.ts";
import { Corpus } from "../../src/text/corpus.ts";
import {
  loadCorpus,
  type LoadCorpusOptions,
} from "../../src/text/load_corpus.ts";

/** Runs a test in a folder with these files. */
async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeFile(
        path,
        typeof content === "string"
          ? new TextEncoder().encode(content)
          : content,
      );
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What is said about one file, with the folder left out. */
async function messageOf(
  Class: new (...args: never[]) => Error,
  { name, content, options = {} }: {
    name: string;
    content: string | Uint8Array;
    options?: LoadCorpusOptions;
  },
): Promise<string> {
  let message = "";
  await inFolder({ [name]: content }, async (folder) => {
    const error = await assertRejects(
      () => loadCorpus(join(folder, name), options),
      Class,
    );
    message = error.message.replaceAll(JSON.stringify(folder).slice(1, -1), "");
  });
  return message;
}

Deno.test("loadCorpus() reads a text file as one document", async () => {
  await inFolder({ "a.md": "# One\r\nTwo" }, async (folder) => {
    const path = join(folder, "a.md");
    const expected = [{ text: "# One\nTwo", source: path, metadata: {} }];
    assertEquals((await loadCorpus(path)).documents, expected);
    assertEquals((await loadCorpus(toFileUrl(path))).documents, expected);
    const [kept] = await loadCorpus(path, { newlines: "keep" });
    assertEquals(kept?.text, "# One\r\nTwo");
  });
});

Deno.test("loadCorpus() reads folders and patterns by name, each file once", async () => {
  const files = {
    "b.txt": "b",
    "a10.txt": "a10",
    "a9.TXT": "a9",
    "deep/er/c.md": "c",
    "z.jsonl": '{"text": "z"}\n',
    ".hidden.txt": "hidden",
    ".git/x.txt": "hidden",
    "picture.png": Uint8Array.of(0xFF),
    "notes.rst": "rst",
    "empty.txt": "",
    "[odd].txt": "odd",
  };
  await inFolder(files, async (folder) => {
    const texts = async (...sources: string[]) =>
      [...await loadCorpus(sources.map((each) => join(folder, each)))].map((
        { text },
      ) => text);
    assertEquals(await texts("."), ["odd", "a10", "a9", "b", "c", "", "z"]);
    assertEquals(await texts("*.{txt,md}"), ["odd", "a10", "b", ""]);
    assertEquals(await texts("**/c.*"), ["c"]);
    assertEquals(await texts("[odd].txt"), ["odd"]); // a file's name before a pattern
    assertEquals(await texts("b.txt", "a*.txt", "./b.txt"), ["b", "a10"]);
    assertEquals(await texts("notes.rst"), ["rst"]);
    await assertRejects(
      () => texts("*.pdf"),
      Deno.errors.NotFound,
      `Cannot load corpus: no file fits the pattern: ${
        JSON.stringify(join(folder, "*.pdf"))
      }`,
    );
    await assertRejects(
      () => texts("none.txt"),
      Deno.errors.NotFound,
      "Cannot load corpus: no such file: ",
    );
  });
  await inFolder({ "a.png": "" }, async (folder) => {
    await assertRejects(
      () => loadCorpus(folder),
      RangeError,
      `Cannot load corpus: the folder has no text files (.txt, .text, .md, .markdown, .csv, .tsv, .jsonl, .ndjson, or with .gz): ${
        JSON.stringify(folder)
      }`,
    );
  });
});

Deno.test({
  name:
    "loadCorpus() does not follow links to folders, which may go round in circles",
  ignore: Deno.build.os === "windows",
  async fn() {
    await inFolder({ "a.txt": "a", "b/b.txt": "b" }, async (folder) => {
      await Deno.symlink(folder, join(folder, "b", "round"));
      await Deno.symlink(join(folder, "a.txt"), join(folder, "c.txt"));
      const corpus = await loadCorpus(folder);
      assertEquals(corpus.documents.map(({ text }) => text), ["a", "b", "a"]);
      await Deno.symlink(join(folder, "none"), join(folder, "b", "d.txt"));
      await assertRejects(
        () => loadCorpus(folder),
        Deno.errors.NotFound,
        `Cannot load corpus: no such file: ${
          JSON.stringify(join(folder, "b", "d.txt"))
        }`,
      );
    });
  },
});

Deno.test("loadCorpus() reads one column of a table and keeps others", async () => {
  const table =
    '\uFEFFtitle,text,stars\r\nOne,"a, ""b""\r\nc",5\r\n\r\nTwo,,\r\nThree,NA,1\r\n';
  await inFolder({ "t.csv": table }, async (folder) => {
    const path = join(folder, "t.csv");
    const corpus = await loadCorpus(path, { metadata: ["stars", "title"] });
    assertEquals(corpus.documents, [
      {
        text: 'a, "b"\nc',
        source: `${path}:2`,
        metadata: { stars: "5", title: "One" },
      },
      { text: "", source: `${path}:5`, metadata: { stars: "", title: "Two" } },
      {
        text: "NA",
        source: `${path}:6`,
        metadata: { stars: "1", title: "Three" },
      },
    ]);
    const titles = await loadCorpus(path, { column: "title" });
    assertEquals(titles.join("|"), "One|Two|Three");
  });
});

Deno.test("loadCorpus() reads tables with other signs, and without a header", async () => {
  const files = {
    "a.tsv": 'label\ttext\n1\the said "no", twice\n2\t"tab\there"\n',
    "b.csv": "1;l'eau\n2;\"x\n",
    "c.csv": 'text\n"quoted\n\nplain\n',
  };
  await inFolder(files, async (folder) => {
    const texts = async (name: string, options: LoadCorpusOptions = {}) =>
      (await loadCorpus(join(folder, name), options)).documents.map((
        { text },
      ) => text);
    assertEquals(await texts("a.tsv"), ['he said "no", twice', "tab\there"]);
    const header = ["id", "what"];
    assertEquals(
      await texts("b.csv", {
        header,
        column: "what",
        delimiter: ";",
        quote: false,
      }),
      ["l'eau", '"x'],
    );
    assertEquals(await texts("c.csv", { quote: false }), [
      '"quoted',
      "",
      "plain",
    ]);
  });
});

Deno.test("loadCorpus() names the row of a table that cannot be read", async () => {
  const say = (content: string, options: LoadCorpusOptions = {}) =>
    messageOf(SyntaxError, { name: "t.csv", content, options });
  assertEquals(
    await say('text,n\na,1\n"b\nb",2\nc,3,4\n'),
    'Cannot load corpus: every row must have 2 cells like the header: 3 in "/t.csv", line 5',
  );
  assertEquals(
    await say('text,n\na,1\n"b,2\nc,3\n'),
    'Cannot load corpus: a cell starts with " and never ends: "/t.csv", line 3',
  );
  assertEquals(
    await say('text,n\na,1\n"b"c,2\n'),
    'Cannot load corpus: a cell goes on after its closing "; double it inside of a cell, or set quote: false: "/t.csv", line 3',
  );
  assertEquals(
    await say('text,n\na "b",1\n'),
    'Cannot load corpus: a cell has " in it but does not start with it; double it in a quoted cell, or set quote: false: "/t.csv", line 2',
  );
  assertEquals(
    await say(""),
    'Cannot load corpus: the table has no header line: "/t.csv"',
  );
});

Deno.test("loadCorpus() lists the columns that a table has", async () => {
  const say = (content: string, options: LoadCorpusOptions = {}) =>
    messageOf(RangeError, { name: "t.csv", content, options });
  assertEquals(
    await say("review,stars\na,1\n"),
    'Cannot load corpus: name the column of the text, such as column: "review": "/t.csv" has the columns "review", "stars"',
  );
  assertEquals(
    await say("review,stars\na,1\n", { column: "Review" }),
    'Cannot load corpus: no such column: "Review"; "/t.csv" has the columns "review", "stars"',
  );
  assertEquals(
    await say("text,stars\na,1\n", { metadata: ["price"] }),
    'Cannot load corpus: no such column: "price"; "/t.csv" has the columns "text", "stars"',
  );
  assertEquals(
    await say("text,text\na,1\n"),
    'Cannot load corpus: a column must be there once: "text" in "/t.csv"',
  );
  const wide = Array.from({ length: 30 }, (_, i) => `c${i}`).join(",");
  assert((await say(wide, { column: "x" })).endsWith('"c19" and 10 more'));
});

Deno.test("loadCorpus() reads one field of JSON Lines and keeps others", async () => {
  const lines =
    '{"text": "a\\nb", "n": 1, "__proto__": "x"}\n\n{"text": null, "n": true}\n{"n": null}\n';
  await inFolder({ "t.jsonl": lines }, async (folder) => {
    const path = join(folder, "t.jsonl");
    const corpus = await loadCorpus(path, { metadata: ["n"] });
    assertEquals(corpus.documents, [
      { text: "a\nb", source: `${path}:1`, metadata: { n: 1 } },
      { text: "", source: `${path}:3`, metadata: { n: true } },
      { text: "", source: `${path}:4`, metadata: { n: null } },
    ]);
    const other = await loadCorpus(path, { field: "__proto__" });
    assertEquals(other.documents[0]?.text, "x");
  });
});

Deno.test("loadCorpus() names the line of JSON Lines that cannot be read", async () => {
  const say = (content: string, options: LoadCorpusOptions = {}) =>
    messageOf(SyntaxError, { name: "t.jsonl", content, options });
  assert(
    (await say('{"text": "a"}\n{"text": "b"\n')).startsWith(
      'Cannot load corpus: every line must be JSON: "/t.jsonl", line 2: ',
    ),
  );
  assertEquals(
    await say('{"text": "a"}\n["b"]\n'),
    'Cannot load corpus: every line must be a JSON object: array in "/t.jsonl", line 2',
  );
  assertEquals(
    await say('{"text": 5}\n'),
    'Cannot load corpus: field "text" must be a string: number in "/t.jsonl", line 1',
  );
  assertEquals(
    await say('{"text": "a", "n": {}}\n', { metadata: ["n"] }),
    'Cannot load corpus: field "n" must be a string, a number, a truth value or null: object in "/t.jsonl", line 1',
  );
  assertEquals(
    await messageOf(RangeError, {
      name: "t.jsonl",
      content: '{"body": "a", "n": 1}\n',
    }),
    'Cannot load corpus: no such field: "text"; "/t.jsonl" has the fields "body", "n"; name the field of the text, such as field: "body"',
  );
});

Deno.test("loadCorpus() unpacks gzip of every layout, of several members too", async () => {
  const two = new Uint8Array([...gzipSync("white "), ...gzipSync("whale")]);
  const files = {
    "a.txt.gz": two,
    "b.csv.gz": gzipSync("text\nb\n"),
    "c.jsonl.GZ": gzipSync('{"text": "c"}'),
    "d.tsv.gz": gzipSync("text\td\nx\ty\n"),
  };
  await inFolder(files, async (folder) => {
    const corpus = await loadCorpus(folder);
    assertEquals(corpus.join("|"), "white whale|b|c|x");
  });
});

Deno.test("loadCorpus() refuses gzip that lies: bombs, cut off, changed, or no gzip at all", async () => {
  const bomb = gzipSync(new Uint8Array(50_000_000));
  assert(bomb.length < 50_000);
  assertEquals(
    await messageOf(RangeError, {
      name: "bomb.txt.gz",
      content: bomb,
      options: { maxBytes: 1_000_000 },
    }),
    `Cannot unpack "/bomb.txt.gz": it must unpack to at most 1000000 bytes: ${bomb.length} bytes hold more; raise maxBytes if you trust the file`,
  );
  const good = new Uint8Array(gzipSync("Call me Ishmael. ".repeat(20)));
  for (let end = 2; end < good.length; end++) {
    assertEquals(
      await messageOf(SyntaxError, {
        name: "a.txt.gz",
        content: good.slice(0, end),
      }),
      'Cannot unpack "/a.txt.gz": the gzip data is damaged: it is cut off',
    );
  }
  const changed = good.slice();
  changed[good.length - 8]! ^= 1; // the sum
  assertEquals(
    await messageOf(SyntaxError, { name: "a.txt.gz", content: changed }),
    'Cannot unpack "/a.txt.gz": the gzip data is damaged: incorrect data check',
  );
  assertEquals(
    await messageOf(SyntaxError, { name: "a.txt.gz", content: "Call me" }),
    'Cannot unpack "/a.txt.gz": the file must be gzip, as its name says: it starts with 4361',
  );
  assertEquals(
    await messageOf(SyntaxError, {
      name: "a.txt.gz",
      content: gzipSync(Uint8Array.of(0x61, 0xFF)),
    }),
    'Cannot decode "/a.txt.gz": text must be UTF-8: byte 0xFF at offset 1 (line 1); it looks like Windows-1252 (Latin-1); decode it with new TextDecoder("windows-1252")',
  );
});

Deno.test("loadCorpus() survives random changes of packed tables", async () => {
  const random = new RandomStream(13, "corpus");
  const table = new TextEncoder().encode('text,n\n"a\nb",1\nc,"2"\n'.repeat(3));
  const packed = new Uint8Array(gzipSync(table));
  await inFolder({}, async (folder) => {
    for (let i = 0; i < 400; i++) {
      const isPacked = i % 2 === 0;
      const bytes = (isPacked ? packed : table).slice();
      for (let n = 0; n <= random.integer(4); n++) {
        bytes[random.integer(bytes.length)] = random.integer(256);
      }
      const path = join(folder, isPacked ? "t.csv.gz" : "t.csv");
      await Deno.writeFile(path, bytes);
      try {
        await loadCorpus(path, { maxBytes: 10_000 });
      } catch (error) {
        assert(
          error instanceof SyntaxError || error instanceof RangeError,
          `${error}`,
        );
        assert(/^Cannot (load corpus|unpack|decode)/.test(error.message));
        assert(error.message.includes(path), error.message);
      }
    }
  });
});

Deno.test("loadCorpus() refuses options that do not exist, have no effect or are out of range", async () => {
  const say = (
    options: object,
    Class: new (...args: never[]) => Error = TypeError,
  ) => messageOf(Class, { name: "a.txt", content: "a", options });
  assertEquals(
    await say({ columns: "text" }),
    'Cannot load corpus: there is no option "columns", did you mean "column"? (known: column, field, metadata, header, delimiter, quote, newlines, maxBytes, signal)',
  );
  assertEquals(
    await say({ column: "text" }),
    "Cannot load corpus: column has no effect: none of the files is .csv or .tsv or .jsonl",
  );
  assertEquals(
    await say({ metadata: ["n"] }),
    "Cannot load corpus: metadata has no effect: none of the files is .csv or .tsv or .jsonl",
  );
  assertEquals(
    await say({ metadata: "n" }),
    'Cannot load corpus: metadata must be a list of column names: "n"',
  );
  assertEquals(
    await say({ delimiter: ";;" }, RangeError),
    'Cannot load corpus: delimiter must be one character: ";;"',
  );
  assertEquals(
    await say({ quote: "" }, RangeError),
    'Cannot load corpus: quote must be one character, or false: ""',
  );
  assertEquals(
    await say({ maxBytes: 0.5 }, RangeError),
    "Cannot load corpus: maxBytes must be a whole number from 1: 0.5",
  );
  await assertRejects(
    () => loadCorpus([]),
    RangeError,
    "Cannot load corpus: there must be a source: the list is empty",
  );
  await assertRejects(
    () => loadCorpus("https://example.org/a.txt"),
    TypeError,
    "Cannot load corpus: only files are read here: https://example.org/a.txt; fetch it first",
  );
});

Deno.test("loadCorpus() gives up with the signal's reason", async () => {
  await inFolder({ "a.txt": "a" }, async (folder) => {
    const reason = new Error("enough");
    const error = await assertRejects(() =>
      loadCorpus(folder, { signal: AbortSignal.abort(reason) })
    );
    assertEquals(error, reason);
  });
});

Deno.test({
  name: "loadCorpus() says that Deno lacks the permission to read",
  permissions: { read: false },
  async fn() {
    for (const source of ["books", "books/*.txt"]) {
      await assertRejects(
        () => loadCorpus(source),
        Deno.errors.NotCapable,
        `Cannot load corpus: Deno may not read this file: "${source}"; run with --allow-read`,
      );
    }
  },
});

Deno.test("Corpus joins its documents and says how much there is", () => {
  const metadata = {};
  const corpus = new Corpus([
    { text: "a".repeat(1200), source: "a", metadata },
    { text: "b", source: "b", metadata },
  ]);
  assertEquals(corpus.length, 2);
  assertEquals(corpus.text.slice(-4), "a\n\nb");
  assertEquals(corpus.join("").slice(-3), "aab");
  assertEquals(String(corpus), "Corpus of 2 documents, 1,201 characters");
  assertEquals(String(new Corpus([])), "Corpus of 0 documents, 0 characters");
  assertThrows(() => new Corpus(undefined as never), TypeError);
});
