import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import {
  BEST,
  checkpointName,
  clearFolder,
  listCheckpoints,
  prepareFolder,
  pruneFolder,
  writeCheckpoint,
} from "../../src/training/checkpoint_folder.ts";

/** Runs `use` with a folder that has files of these names. */
async function withFolder(
  names: readonly string[],
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  for (const name of names) await Deno.writeTextFile(join(folder, name), name);
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

const STEPS = [5, 40, 300, 123_456_789].map(checkpointName);

Deno.test("checkpointName() gives names that sort as the steps do", () => {
  assertEquals(STEPS, [
    "step-00000005.safetensors",
    "step-00000040.safetensors",
    "step-00000300.safetensors",
    "step-123456789.safetensors",
  ]);
});

Deno.test("listCheckpoints() gives the newest first, and nothing else that lies there", () =>
  withFolder(
    [...STEPS, BEST, "step-1.safetensors", "step-00000001.bak", "notes.txt"],
    async (folder) => {
      assertEquals(
        (await listCheckpoints(folder)).map(({ step }) => step),
        [123_456_789, 300, 40, 5],
      );
    },
  ));

Deno.test("A folder that is named like a checkpoint is none, and stays", () =>
  withFolder([checkpointName(1), checkpointName(2)], async (folder) => {
    const odd = checkpointName(9);
    await Deno.mkdir(join(folder, odd, "within"), { recursive: true });
    assertEquals((await listCheckpoints(folder)).map(({ step }) => step), [
      2,
      1,
    ]);
    await pruneFolder(folder, { keep: 1, newest: 2 });
    assertEquals(namesIn(folder), [checkpointName(2), odd]);
    await clearFolder(folder, checkpointName(2));
    assertEquals(namesIn(folder), [checkpointName(2), odd]);
  }));

Deno.test("pruneFolder() keeps the newest, removes what is newer than they are, and leaves other files alone", () =>
  withFolder([...STEPS, BEST, "notes.txt"], async (folder) => {
    await pruneFolder(folder, { keep: 2, newest: 300 });
    assertEquals(
      namesIn(folder),
      [
        BEST,
        "notes.txt",
        checkpointName(40),
        checkpointName(300),
      ].sort(),
    );
  }));

Deno.test("pruneFolder() removes temporary files that killed processes left a minute ago, not fresh ones", async () => {
  const [old, fresh] = [
    `.textloom-${crypto.randomUUID()}.tmp`,
    `.textloom-${crypto.randomUUID()}.tmp`,
  ];
  await withFolder([old, fresh, ".textloom-mine.tmp"], async (folder) => {
    const past = new Date(Date.now() - 61_000);
    for (const name of [old, ".textloom-mine.tmp"]) {
      await Deno.utime(join(folder, name), past, past);
    }
    await pruneFolder(folder, { keep: 1, newest: 0 });
    assertEquals(namesIn(folder), [fresh, ".textloom-mine.tmp"].sort());
  });
});

Deno.test("clearFolder() leaves one checkpoint, and files that are none", () =>
  withFolder([...STEPS, BEST, "notes.txt"], async (folder) => {
    await clearFolder(folder, checkpointName(5));
    assertEquals(namesIn(folder), ["notes.txt", checkpointName(5)]);
  }));

Deno.test("prepareFolder() makes the folder, leaves nothing in it, and says whether it has checkpoints", () =>
  withFolder([], async (folder) => {
    const deep = join(folder, "a", "b");
    assertEquals(prepareFolder(deep), false);
    assertEquals(namesIn(deep), []);
    await writeCheckpoint(deep, BEST, new Uint8Array(1));
    assertEquals(prepareFolder(deep), true);
    await Deno.rename(join(deep, BEST), join(deep, checkpointName(7)));
    assertEquals(prepareFolder(deep), true);
  }));

Deno.test("prepareFolder() refuses a folder that cannot be made", () =>
  withFolder(["file"], (folder) => {
    const path = join(folder, "file", "checkpoints");
    assertThrows(
      () => prepareFolder(path),
      Error,
      `Cannot train: the folder of the checkpoints must be writable: ${
        JSON.stringify(path)
      }: `,
    );
    return Promise.resolve();
  }));

Deno.test("prepareFolder() refuses a folder that cannot be written to", () => {
  const write = Deno.writeFileSync;
  Deno.writeFileSync = () => {
    throw new Deno.errors.PermissionDenied("read-only file system");
  };
  const folder = Deno.makeTempDirSync();
  try {
    assertThrows(
      () => prepareFolder(folder),
      Deno.errors.PermissionDenied,
      `must be writable: ${JSON.stringify(folder)}: read-only file system`,
    );
  } finally {
    Deno.writeFileSync = write;
    Deno.removeSync(folder);
  }
});
