import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { join, toFileUrl } from "@std/path";
import { decodeText, loadText, type Newlines } from "../../src/text/load.ts";
import utf8Errors from "../golden/utf8_errors.json" with { type: "json" };

const encoder = new TextEncoder();

/** Latin-1: one byte a character. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) {
    view.setUint16(2 * i, text.charCodeAt(i), littleEndian);
  }
  return bytes;
}

function messageOf(bytes: Uint8Array): string {
  return assertThrows(() => decodeText(bytes), SyntaxError).message;
}

Deno.test("decodeText() keeps every character of a UTF-8 text", () => {
  const text =
    "Call me Ishmael.\n\tÉté, 漢字, 🐋, e\u0301, \u200F, \0, \u2028, \u0085, \uFFFD";
  assertEquals(decodeText(encoder.encode(text)), text);
});

Deno.test("decodeText() removes one byte order mark, at the start only", () => {
  assertEquals(decodeText(encoder.encode("\uFEFFa\uFEFFb")), "a\uFEFFb");
  assertEquals(decodeText(encoder.encode("\uFEFF\uFEFFa")), "\uFEFFa");
});

Deno.test("decodeText() turns CRLF and a lone CR into LF unless told to keep them", () => {
  const bytes = encoder.encode("a\r\nb\rc\r\r\nd\n\re\r");
  assertEquals(decodeText(bytes), "a\nb\nc\n\nd\n\ne\n");
  assertEquals(
    decodeText(bytes, { newlines: "keep" }),
    "a\r\nb\rc\r\r\nd\n\re\r",
  );
});

Deno.test("decodeText() reads the part that a view shows", () => {
  assertEquals(decodeText(encoder.encode("white whale").subarray(6)), "whale");
});

Deno.test("decodeText() finds the byte that Python finds", () => {
  let wide = 0;
  for (const [hex, offset] of utf8Errors as [string, number][]) {
    const bytes = Uint8Array.fromHex(hex);
    const found = [...bytes.subarray(0, Math.max(0, offset))];
    const line = 1 + found.filter((byte) => byte === 0x0A).length;
    try {
      decodeText(bytes, { newlines: "keep" });
      assertEquals(offset, -1, hex);
    } catch (error) {
      assert(error instanceof SyntaxError, `${hex}: ${error}`);
      if (/UTF-(16|32)/.test(error.message)) { // told apart before
        wide++;
        continue;
      }
      const byte = hex.slice(2 * offset, 2 * offset + 2).toUpperCase();
      assert(
        error.message.includes(
          `byte 0x${byte} at offset ${offset} (line ${line})`,
        ),
        `${hex}: ${error.message}`,
      );
    }
  }
  assertEquals(utf8Errors.length, 300);
  assert(wide < 10, `${wide} of the cases look like UTF-16`);
});

Deno.test("decodeText() names byte, offset and line of a Latin-1 text and the way out", () => {
  assertEquals(
    messageOf(latin1("one\r\ntwo\rthree\nun été")),
    "Cannot decode text: text must be UTF-8: byte 0xE9 at offset 18 (line 4); it looks like Windows-1252 (Latin-1); " +
      'decode it with new TextDecoder("windows-1252")',
  );
});

Deno.test("decodeText() tells a Latin-1 text whose first accent comes late", () => {
  const message = messageOf(latin1("sea ".repeat(50_000) + "été"));
  assert(
    message.includes(
      "byte 0xE9 at offset 200000 (line 1); it looks like Windows-1252",
    ),
    message,
  );
});

Deno.test("decodeText() tells a text that is cut off inside a character", () => {
  const bytes = encoder.encode("漢字").subarray(0, 5);
  assertEquals(
    messageOf(bytes),
    "Cannot decode text: text must be UTF-8: byte 0xE5 at offset 3 (line 1); it looks damaged or cut off; " +
      "new TextDecoder() reads it with U+FFFD in place of what is broken",
  );
});

for (const littleEndian of [true, false]) {
  const name = littleEndian ? "UTF-16LE" : "UTF-16BE";
  for (const mark of ["\uFEFF", ""]) {
    Deno.test(`decodeText() recognises ${name} with${mark ? "" : "out"} a byte order mark`, () => {
      const expected =
        `Cannot decode text: text must be UTF-8: it looks like ${name}; ` +
        `decode it with new TextDecoder("${name.toLowerCase()}")`;
      const bytes = utf16(`${mark}Call me Ishmael. Été\n`, littleEndian);
      assertEquals(messageOf(bytes), expected);
      // and the way out works
      assertEquals(
        new TextDecoder(name.toLowerCase()).decode(bytes),
        "Call me Ishmael. Été\n",
      );
    });
  }
}

Deno.test("decodeText() recognises UTF-32 and binary files", () => {
  const utf32 = Uint8Array.of(0xFF, 0xFE, 0, 0, 0x41, 0, 0, 0);
  assertEquals(
    messageOf(utf32),
    "Cannot decode text: text must be UTF-8: it looks like UTF-32LE; convert it to UTF-8",
  );
  const png = Uint8Array.fromHex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489",
  );
  const message = messageOf(png);
  assert(
    message.endsWith(
      "it looks like a binary file; unpack it or convert it to text first",
    ),
    message,
  );
});

Deno.test("decodeText() does not take a text with a few NULs for UTF-16", () => {
  assertEquals(decodeText(encoder.encode("a\0bcdefgh")), "a\0bcdefgh");
});

Deno.test("decodeText() refuses bytes without text", () => {
  for (
    const [bytes, size] of [[new Uint8Array(), 0], [
      Uint8Array.of(0xEF, 0xBB, 0xBF),
      3,
    ]] as const
  ) {
    assertThrows(
      () => decodeText(bytes, { name: "sea.txt" }),
      RangeError,
      `Cannot decode "sea.txt": the file has no text: it has ${size} bytes`,
    );
  }
});

Deno.test("decodeText() refuses what is neither bytes nor a known option", () => {
  assertThrows(
    () => decodeText("text" as unknown as Uint8Array),
    TypeError,
    "Cannot decode text: bytes must be a Uint8Array: string",
  );
  assertThrows(
    () => decodeText(Uint8Array.of(65), { newlines: "crlf" as Newlines }),
    RangeError,
    'Cannot decode text: newlines must be "lf" or "keep": "crlf"',
  );
});

/** Runs `use` with a folder of its own. */
async function withFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadText() reads a path and a file URL", () =>
  withFolder(async (folder) => {
    const path = join(folder, "white whale 50%.txt");
    await Deno.writeFile(path, encoder.encode("\uFEFFCall me\r\nIshmael"));
    assertEquals(await loadText(path), "Call me\nIshmael");
    assertEquals(await loadText(toFileUrl(path)), "Call me\nIshmael");
    assertEquals(
      await loadText(path, { newlines: "keep" }),
      "Call me\r\nIshmael",
    );
  }));

Deno.test("loadText() names the file in the errors of its text", () =>
  withFolder(async (folder) => {
    const path = join(folder, "latin.txt");
    await Deno.writeFile(path, latin1("été"));
    await assertRejects(
      () => loadText(toFileUrl(path)),
      SyntaxError,
      `Cannot decode ${
        JSON.stringify(path)
      }: text must be UTF-8: byte 0xE9 at offset 0 (line 1)`,
    );
    await Deno.writeFile(path, new Uint8Array());
    await assertRejects(
      () => loadText(path),
      RangeError,
      "the file has no text: it has 0 bytes",
    );
  }));

Deno.test("loadText() names a missing file and the current folder", async () => {
  const error = await assertRejects(
    () => loadText("no/such whale.txt"),
    Deno.errors.NotFound,
  );
  assertEquals(
    error.message,
    `Cannot load text: no such file: "no/such whale.txt"; the current folder is ${
      JSON.stringify(Deno.cwd())
    }`,
  );
  assert(error.cause instanceof Deno.errors.NotFound);
});

Deno.test("loadText() refuses a folder, and a path through a file", () =>
  withFolder(async (folder) => {
    await assertRejects(
      () => loadText(folder),
      Deno.errors.IsADirectory,
      `Cannot load text: this is a folder: ${
        JSON.stringify(folder)
      }; name a file in it`,
    );
    const file = join(folder, "a");
    await Deno.writeTextFile(file, "text");
    const below = join(file, "b");
    await assertRejects(
      () => loadText(below),
      Deno.errors.NotADirectory,
      `Cannot load text: a part of the path is a file, not a folder: ${
        JSON.stringify(below)
      }`,
    );
  }));

Deno.test("loadText() points a web address to fetch()", async () => {
  for (
    const address of [
      "https://example.org/whale.txt",
      new URL("http://example.org/whale.txt"),
    ]
  ) {
    await assertRejects(
      () => loadText(address),
      TypeError,
      `Cannot load text: only files are read here: ${address}; fetch it first: await (await fetch(address)).text()`,
    );
  }
});

Deno.test("loadText() gives up with the signal's reason", async () => {
  const reason = new Error("enough");
  const error = await assertRejects(() =>
    loadText("whale.txt", { signal: AbortSignal.abort(reason) })
  );
  assertStrictEquals(error, reason);
});

Deno.test({
  name: "loadText() says that Deno lacks the permission to read",
  permissions: { read: false },
  fn: async () => {
    await assertRejects(
      () => loadText("whale.txt"),
      Deno.errors.NotCapable,
      'Cannot load text: Deno may not read this file: "whale.txt"; run with --allow-read',
    );
  },
});
