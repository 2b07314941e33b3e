import { assert, assertEquals, assertRejects } from "@std/assert";
import { dirname, join, toFileUrl } from "@std/path";
import { writeFileAtomic } from "../../src/checkpoint/atomic_write.ts";

const OLD = Uint8Array.of(1, 2, 3);
const NEW = new Uint8Array(100_000).fill(7);
const isWindows = Deno.build.os === "windows";

/** Runs `use` with a folder of its own that holds the file `old`. */
async function withFolder(
  use: (folder: string, old: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const old = join(folder, "old");
  await Deno.writeFile(old, OLD);
  try {
    await use(folder, old);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names in a folder, in order. */
function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

/** Runs `use` while a method of every open file does something else. */
async function withMethod<K extends "write" | "sync">(
  name: K,
  method: Deno.FsFile[K],
  use: () => Promise<void>,
): Promise<void> {
  const original = Deno.FsFile.prototype[name];
  Deno.FsFile.prototype[name] = method;
  try {
    await use();
  } finally {
    Deno.FsFile.prototype[name] = original;
  }
}

Deno.test("writeFileAtomic() writes a new file and replaces an old one", () =>
  withFolder(async (folder, old) => {
    await writeFileAtomic(old, NEW);
    await writeFileAtomic(toFileUrl(join(folder, "new one")), OLD);
    await writeFileAtomic(join(folder, "none"), new Uint8Array());
    assertEquals(await Deno.readFile(old), NEW);
    assertEquals(await Deno.readFile(join(folder, "new one")), OLD);
    assertEquals((await Deno.readFile(join(folder, "none"))).length, 0);
    assertEquals(namesIn(folder), ["new one", "none", "old"]);
  }));

Deno.test("writeFileAtomic() writes the part of a buffer that a view shows", () =>
  withFolder(async (_, old) => {
    await writeFileAtomic(old, Uint8Array.of(9, 1, 2, 9).subarray(1, 3));
    assertEquals(await Deno.readFile(old), Uint8Array.of(1, 2));
  }));

Deno.test("writeFileAtomic() goes on when the system takes a part of the bytes only", () =>
  withFolder(async (_, old) => {
    const write = Deno.FsFile.prototype.write;
    let calls = 0;
    const short: Deno.FsFile["write"] = function (this: Deno.FsFile, bytes) {
      calls++;
      return write.call(this, bytes.subarray(0, 30_000));
    };
    await withMethod("write", short, () => writeFileAtomic(old, NEW));
    assertEquals(await Deno.readFile(old), NEW);
    assertEquals(calls, 4); // 30,000 + 30,000 + 30,000 + 10,000
  }));

Deno.test("writeFileAtomic() flushes the bytes before the file takes its place", () =>
  withFolder(async (_, old) => {
    const sync = Deno.FsFile.prototype.sync;
    const seen: number[] = [];
    const watched: Deno.FsFile["sync"] = async function (this: Deno.FsFile) {
      seen.push((await Deno.readFile(old)).length);
      await sync.call(this);
    };
    await withMethod("sync", watched, () => writeFileAtomic(old, NEW));
    assertEquals(seen[0], OLD.length);
  }));

Deno.test("writeFileAtomic() leaves the old file and no other when the disk is full", () =>
  withFolder(async (folder, old) => {
    const write = Deno.FsFile.prototype.write;
    let calls = 0;
    const full: Deno.FsFile["write"] = function (this: Deno.FsFile, bytes) {
      if (++calls > 2) {
        throw Object.assign(
          new Error("No space left on device (os error 28)"),
          { code: "ENOSPC" },
        );
      }
      return write.call(this, bytes.subarray(0, 1000));
    };
    await withMethod("write", full, async () => {
      const error = await assertRejects(() => writeFileAtomic(old, NEW), Error);
      assertEquals(
        error.message,
        `Cannot write file ${
          JSON.stringify(old)
        }: the disk is full; nothing was changed`,
      );
      assert(error.cause instanceof Error);
    });
    assertEquals(calls, 3);
    assertEquals(await Deno.readFile(old), OLD);
    assertEquals(namesIn(folder), ["old"]);
  }));

Deno.test("writeFileAtomic() leaves the old file and no other when the disk fails to flush", () =>
  withFolder(async (folder, old) => {
    const broken: Deno.FsFile["sync"] = () =>
      Promise.reject(new Error("Input/output error (os error 5)"));
    await withMethod("sync", broken, async () => {
      await assertRejects(
        () => writeFileAtomic(old, NEW),
        Error,
        `Cannot write file ${
          JSON.stringify(old)
        }: Input/output error (os error 5)`,
      );
    });
    assertEquals(await Deno.readFile(old), OLD);
    assertEquals(namesIn(folder), ["old"]);
  }));

Deno.test("writeFileAtomic() lets many writers of one file end with the whole of one of them", () =>
  withFolder(async (folder, old) => {
    const contents = Array.from(
      { length: 8 },
      (_, i) => new Uint8Array(50_000 + i).fill(i),
    );
    await Promise.all(contents.map((content) => writeFileAtomic(old, content)));
    const found = await Deno.readFile(old);
    assertEquals(found, contents[found.length - 50_000]);
    assertEquals(namesIn(folder), ["old"]);
  }));

Deno.test({
  name: "writeFileAtomic() keeps the permissions of the file that it replaces",
  ignore: isWindows,
}, () =>
  withFolder(async (_, old) => {
    await Deno.chmod(old, 0o640);
    await writeFileAtomic(old, NEW);
    assertEquals((await Deno.stat(old)).mode! & 0o777, 0o640);
  }));

Deno.test(
  { name: "writeFileAtomic() follows a link", ignore: isWindows },
  () =>
    withFolder(async (folder, old) => {
      const link = join(folder, "link");
      await Deno.symlink("old", link);
      await writeFileAtomic(link, NEW);
      assertEquals((await Deno.lstat(link)).isSymlink, true);
      assertEquals(await Deno.readFile(old), NEW);
    }),
);

Deno.test("writeFileAtomic() names a folder that does not exist", () =>
  withFolder(async (folder) => {
    const path = join(folder, "no such", "model");
    await assertRejects(
      () => writeFileAtomic(path, NEW),
      Deno.errors.NotFound,
      `Cannot write file ${JSON.stringify(path)}: the folder does not exist: ${
        JSON.stringify(dirname(path))
      }; create it first`,
    );
    assertEquals(namesIn(folder), ["old"]);
  }));

Deno.test("writeFileAtomic() refuses a folder, and a path through a file", () =>
  withFolder(async (folder, old) => {
    await assertRejects(
      () => writeFileAtomic(folder, NEW),
      Deno.errors.IsADirectory,
      `Cannot write file ${
        JSON.stringify(folder)
      }: this is a folder; name a file in it`,
    );
    const below = join(old, "model");
    if (!isWindows) {
      await assertRejects(
        () => writeFileAtomic(below, NEW),
        Deno.errors.NotADirectory,
        `Cannot write file ${
          JSON.stringify(below)
        }: a part of the path is a file, not a folder: ${JSON.stringify(old)}`,
      );
    }
    assertEquals(namesIn(folder), ["old"]);
    assertEquals(await Deno.readFile(old), OLD);
  }));

Deno.test({
  name: "writeFileAtomic() names a folder in which this user may not write",
  ignore: isWindows || Deno.uid() === 0, // the superuser may write anywhere
  fn: () =>
    withFolder(async (folder, old) => {
      await Deno.chmod(folder, 0o500);
      try {
        await assertRejects(
          () => writeFileAtomic(old, NEW),
          Deno.errors.PermissionDenied,
          `Cannot write file ${
            JSON.stringify(old)
          }: the system does not let this user write in ${
            JSON.stringify(folder)
          }`,
        );
      } finally {
        await Deno.chmod(folder, 0o700);
      }
      assertEquals(await Deno.readFile(old), OLD);
    }),
});

Deno.test({
  name: "writeFileAtomic() does not replace a device",
  ignore: isWindows,
}, async () => {
  await assertRejects(
    () => writeFileAtomic("/dev/null", NEW),
    TypeError,
    'Cannot write file "/dev/null": this is not a regular file',
  );
  assertEquals((await Deno.stat("/dev/null")).isCharDevice, true);
});

Deno.test("writeFileAtomic() refuses an empty path, what is none, and what is no bytes", async () => {
  for (const [path, found] of [[null, "null"], [5, "number"]] as const) {
    await assertRejects(
      () => writeFileAtomic(path as never, NEW),
      TypeError,
      `Cannot write file: the path must be a string or a file: URL: ${found}`,
    );
  }
  await assertRejects(
    () => writeFileAtomic("", NEW),
    RangeError,
    "Cannot write file: the path must name a file: it is empty",
  );
  await assertRejects(
    () => writeFileAtomic("a", "text" as unknown as Uint8Array),
    TypeError,
    'Cannot write file "a": bytes must be a Uint8Array: string',
  );
});

Deno.test({
  name: "writeFileAtomic() says that Deno lacks the permission to write",
  permissions: { read: true, write: false },
  fn: async () => {
    await assertRejects(
      () => writeFileAtomic("model.safetensors", NEW),
      Deno.errors.NotCapable,
      'Cannot write file "model.safetensors": Deno may not use its folder; run with --allow-read --allow-write',
    );
  },
});
