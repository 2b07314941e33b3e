import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  loadNpz,
  readNpz,
  saveNpz,
  writeNpz,
} from "../../src/checkpoint/npz.ts";
import { RandomStream } from "../../src/engine/random.ts";
import golden from "../golden/npy.json" with { type: "json" };
import { ARRAYS } from "./_arrays.ts";

const archives = golden.archives;

async function refusal(bytes: Uint8Array): Promise<string> {
  return (await assertRejects(() => readNpz(bytes), SyntaxError)).message;
}

Deno.test("readNpz() reads the archives that NumPy wrote, stored and deflated", async () => {
  for (const base64 of [archives.stored, archives.deflated]) {
    assertEquals(await readNpz(Uint8Array.fromBase64(base64)), {
      ids: {
        shape: [2, 3],
        dtype: "int32",
        data: Int32Array.of(0, 1, 2, 3, 4, 5),
      },
      "é/x": { shape: [1000], dtype: "float32", data: new Float32Array(1000) },
      names: { shape: [2], dtype: "str", data: ["a", "bc"] },
    });
  }
  assertEquals(await readNpz(Uint8Array.fromBase64(archives.empty)), {});
  const { arr_0, arr_1 } = await readNpz(
    Uint8Array.fromBase64(archives.positional),
  );
  assertEquals([arr_0?.data, arr_1?.data], [
    Float64Array.of(1, 1),
    Float64Array.of(0),
  ]);
});

Deno.test("writeNpz() writes the archive that NumPy has opened", async () => {
  const bytes = await writeNpz(ARRAYS, { compress: true });
  const opened = await Deno.readFile(
    new URL("../golden/npz_textloom.npz", import.meta.url),
  );
  assertEquals(bytes, opened);
});

Deno.test("writeNpz() and readNpz() keep every data type, stored and deflated", async () => {
  const stored = await writeNpz(ARRAYS);
  const deflated = await writeNpz(ARRAYS, { compress: true });
  assert(deflated.length < stored.length);
  assertEquals(await readNpz(stored), ARRAYS);
  assertEquals(await readNpz(deflated), ARRAYS);
  assertEquals(await readNpz(await writeNpz({})), {});
});

Deno.test("readNpz() keeps a name that objects have already", async () => {
  const arrays = Object.fromEntries([["__proto__", ARRAYS.int8!]]);
  const read = await readNpz(await writeNpz(arrays));
  assertEquals(Object.keys(read), ["__proto__"]);
  assertEquals(Object.getPrototypeOf(read), Object.prototype);
});

Deno.test("readNpz() refuses what is no archive of arrays", async () => {
  assertEquals(
    await refusal(new Uint8Array(3)),
    "Cannot read archive: this is no .npz file: it has 3 bytes",
  );
  assertEquals(
    await refusal(Uint8Array.fromBase64(golden.cases[0]!.base64)),
    "Cannot read archive: this is no .npz file: it is an array of NumPy, as in .npy",
  );
  assertEquals(
    await refusal(Uint8Array.fromBase64(archives.text)),
    'Cannot read archive: member "readme.txt": every member must be a .npy file',
  );
  assertEquals(
    await refusal(Uint8Array.fromBase64(archives.bzip2)),
    'Cannot read archive: member "a.npy": members must be stored or deflated: it is packed by method 12',
  );
});

Deno.test("readNpz() unpacks no more than maxBytes", async () => {
  const bytes = await writeNpz(
    { zeros: { shape: [1e6], dtype: "uint8", data: new Uint8Array(1e6) } },
    { compress: true },
  );
  assert(bytes.length < 2000);
  const error = await assertRejects(
    () => readNpz(bytes, { maxBytes: 1e6 }),
    RangeError,
  );
  assertEquals(
    error.message,
    "Cannot read archive: arrays must take at most 1000000 bytes unpacked: these take 1000128; raise maxBytes if you trust the file",
  );
  assertEquals((await readNpz(bytes, { maxBytes: 1_000_128 })).zeros?.shape, [
    1e6,
  ]);
  await assertRejects(
    () => readNpz(bytes, { maxBytes: NaN }),
    RangeError,
    "Cannot read archive: maxBytes must be above 0: NaN",
  );
});

/** Changes the size that the archive's only member claims to have unpacked. */
function claim(archive: Uint8Array, size: number): Uint8Array {
  const bytes = archive.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(22, size, true); // local header
  for (let at = 0; at < bytes.length - 4; at++) {
    if (view.getUint32(at, true) === 0x02014B50) { // central directory
      view.setUint32(at + 24, size, true);
    }
  }
  return bytes;
}

Deno.test("readNpz() does not believe an archive that lies about sizes", async () => {
  const arrays = {
    a: { shape: [1000], dtype: "uint8", data: new Uint8Array(1000) },
  } as const;
  const deflated = await writeNpz(arrays, { compress: true });
  assertMatch(
    await refusal(claim(deflated, 2 ** 31)),
    /member "a\.npy": the archive lies about its size: \d+ bytes cannot unpack to 2147483648$/,
  );
  assertMatch( // a bomb: more comes out than is said
    await refusal(claim(deflated, 100)),
    /member "a\.npy": the archive is damaged: /,
  );
  assertMatch(
    await refusal(claim(await writeNpz(arrays), 5000)),
    /member "a\.npy": the archive lies about its size: 1128 bytes cannot unpack to 5000$/,
  );
});

Deno.test("readNpz() finds a changed byte by the archive's sums", async () => {
  const bytes = await writeNpz({ a: ARRAYS.float32! });
  const last = bytes.findLastIndex((byte, i) => byte === 0x3F && i < 200); // of 0.5
  assert(last > 100);
  bytes[last]! ^= 1;
  assertMatch(
    await refusal(bytes),
    /member "a\.npy": the archive is damaged: /,
  );
});

Deno.test("readNpz() survives truncations and random changes of valid files", async () => {
  const random = new RandomStream(12, "npz");
  const files = [archives.stored, archives.deflated, archives.positional].map((
    base64,
  ) => Uint8Array.fromBase64(base64));
  const kept = await readNpz(files[1]!);
  for (let end = 0; end < files[1]!.length; end++) {
    await refusal(files[1]!.subarray(0, end));
  }
  let read = 0;
  for (let i = 0; i < 1500; i++) {
    const which = random.integer(files.length);
    const bytes = files[which]!.slice();
    for (let n = 0; n <= random.integer(3); n++) {
      bytes[random.integer(bytes.length)] = random.integer(256);
    }
    try {
      const arrays = await readNpz(bytes);
      if (which === 1 && arrays.ids) assertEquals(arrays.ids, kept.ids);
      read++;
    } catch (error) {
      assert(
        error instanceof SyntaxError || error instanceof RangeError,
        `${error}`,
      );
      assertMatch(error.message, /^Cannot read (archive|"[^"]+\.npy"): /);
    }
  }
  assert(read > 20 && read < 1400, `${read}`);
});

Deno.test("writeNpz() refuses names and options that cannot be", async () => {
  await assertRejects(
    () => writeNpz({ "": ARRAYS.int8! }),
    RangeError,
    'Cannot write archive: a name must be well-formed Unicode and not empty: ""',
  );
  await assertRejects(
    () => writeNpz({}, { compressed: true } as object),
    TypeError,
    'Cannot write archive: there is no option "compressed", did you mean "compress"? (known: compress)',
  );
  await assertRejects(
    () => readNpz(new Uint8Array(0), { max: 1 } as object),
    TypeError,
    'Cannot read archive: there is no option "max" (known: maxBytes, name)',
  );
});

Deno.test("loadNpz() and saveNpz() keep arrays, and name the file that cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.npz");
    await saveNpz(path, ARRAYS);
    assertEquals(await loadNpz(path), ARRAYS);
    await Deno.writeFile(path, Uint8Array.of(0x50, 0x4B, 3, 4));
    await assertRejects(
      () => loadNpz(path),
      SyntaxError,
      `Cannot read ${JSON.stringify(path)}: the archive is damaged: `,
    );
    await assertRejects(
      () => loadNpz(join(folder, "none.npz")),
      Deno.errors.NotFound,
      "Cannot load arrays: no such file",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
