import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  EngineError,
  engineInfo,
  ensureEngine,
  useEngine,
} from "../../src/engine/engine.ts";
import { setNoticeListener } from "../../src/engine/notices.ts";
import { tf } from "../../src/engine/tf.ts";

/** Runs a program of Textloom in a process of its own. */
async function run(
  code: string,
  env: Record<string, string>,
): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", "--ext=ts", "-"],
    cwd: fromFileUrl(new URL("../..", import.meta.url)),
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code));
  await writer.close();
  const { stdout, stderr } = await process.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** The same, where there is no TensorFlow library and no Python. */
async function withoutTensorFlow(code: string): Promise<string> {
  const empty = await Deno.makeTempDir();
  try {
    return await run(code, {
      TEXTLOOM_CACHE: empty,
      PATH: empty,
      TEXTLOOM_TENSORFLOW: "",
    });
  } finally {
    await Deno.remove(empty, { recursive: true });
  }
}

Deno.test("useEngine() makes the named engine TensorFlow.js's backend and describes it", async () => {
  for (const name of ["cpu", "wasm", "tensorflow"] as const) {
    const info = await useEngine(name);
    assertEquals(info.name, name);
    assertEquals(tf.getBackend(), name);
    assertEquals(engineInfo(), info);
    assert(info.description.startsWith(`${name} ${info.version} on `));
  }
  assert(engineInfo().library !== undefined);
});

Deno.test("useEngine() counts the native tensors of the tensorflow engine", async () => {
  await useEngine("tensorflow");
  const before = engineInfo().nativeTensors!;
  const sum = tf.tidy(() => tf.add(tf.ones([2]), 1));
  assertEquals(engineInfo().nativeTensors, before + 1);
  sum.dispose();
  assertEquals(engineInfo().nativeTensors, before);
});

Deno.test("useEngine() refuses a name it does not know, listing the known ones", async () => {
  await assertRejects(
    () => useEngine("gpu" as "cpu"),
    RangeError,
    'Cannot use the engine "gpu": its name must be one of auto, tensorflow, webgpu, wasm, cpu',
  );
});

Deno.test("useEngine() refuses options that have no effect or are out of range", async () => {
  await assertRejects(
    () => useEngine("wasm", { threads: 2 }),
    TypeError,
    'Cannot use the engine "wasm": the options concern the tensorflow engine only: threads',
  );
  await assertRejects(
    () => useEngine("tensorflow", { threads: -1 }),
    RangeError,
    'Cannot use the engine "tensorflow": threads must be a whole number, 0 or more: -1',
  );
  await useEngine("tensorflow");
  await assertRejects(
    () => useEngine("tensorflow", { threads: 7 }),
    EngineError,
    "Cannot start TensorFlow again with other options: it runs already, and takes them at its first start only: threads",
  );
});

Deno.test("useEngine() takes a library that is asked for or fails, and stays where it was", async () => {
  await useEngine("cpu");
  for (const name of ["auto", "tensorflow"] as const) {
    await assertRejects(
      () => useEngine(name, { library: "/no/such/library.so" }),
      EngineError,
      "/no/such/library.so",
    );
    assertEquals(engineInfo().name, "cpu");
    assertEquals(tf.getBackend(), "cpu");
  }
});

Deno.test("useEngine() moves tensors between engines", async () => {
  await useEngine("cpu");
  const x = tf.tensor1d([1, 2, 3]);
  await useEngine("tensorflow");
  const y = tf.mul(x, 2);
  assertEquals([...await y.data()], [2, 4, 6]);
  await useEngine("wasm");
  const z = tf.add(y, 1);
  assertEquals([...await z.data()], [3, 5, 7]);
  tf.dispose([x, y, z]);
});

Deno.test("ensureEngine() keeps the engine in use, also when many ask at once", async () => {
  await useEngine("cpu");
  const all = await Promise.all([
    ensureEngine(),
    ensureEngine(),
    ensureEngine(),
  ]);
  assertEquals(all.map(({ name }) => name), ["cpu", "cpu", "cpu"]);
});

Deno.test("useEngine() goes on without TensorFlow, and says in one line why and what brings it", async () => {
  const output = await withoutTensorFlow(`
    import { useEngine } from "@textloom/textloom";
    const { name, unused } = await useEngine();
    console.log("engine", name, unused[0].name);
  `);
  assert(/^engine (webgpu|wasm) tensorflow$/m.test(output), output);
  const notices = output.split("\n").filter((line) =>
    line.includes("Textloom computes on")
  );
  assertEquals(notices.length, 1, output);
  assert(notices[0]!.includes("deno task setup"), output);
});

Deno.test("useEngine() refuses tensorflow where there is no library, listing the places", async () => {
  const output = await withoutTensorFlow(`
    import { useEngine } from "@textloom/textloom";
    await useEngine("tensorflow").catch((error) => console.log(error.message));
  `);
  assert(output.includes("Cannot use the tensorflow engine"), output);
  assert(output.includes("TEXTLOOM_TENSORFLOW"), output);
});

Deno.test("useEngine() never ends the process, in whichever order tensorflow and webgpu come", async () => {
  const library = (await useEngine("tensorflow")).library!;
  for (
    const [first, second] of [["tensorflow", "webgpu"], [
      "webgpu",
      "tensorflow",
    ]]
  ) {
    const output = await run(
      `
      import { useEngine } from "@textloom/textloom";
      const name = async (engine) => (await useEngine(engine).catch((error) => error)).name;
      console.log(await name("${first}"), await name("${second}"), "and on");
    `,
      { TEXTLOOM_TENSORFLOW: library },
    );
    assert(output.trim().endsWith("and on"), output);
  }
});

Deno.test("engineInfo() before any choice says what to call", async () => {
  const output = await withoutTensorFlow(`
    import { engineInfo } from "@textloom/textloom";
    try { engineInfo(); } catch (error) { console.log(error.message); }
  `);
  assert(
    output.includes(
      "Cannot tell the engine: none is chosen yet: call `await useEngine()` first",
    ),
    output,
  );
});

Deno.test("setNoticeListener() returns the listener before", () => {
  const first = setNoticeListener(undefined);
  const mine = (): void => {};
  assertEquals(setNoticeListener(mine), undefined);
  assertEquals(setNoticeListener(first), mine);
});
