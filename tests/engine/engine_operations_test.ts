import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { differences } from "./_differences.ts";
import { COMPLEX_OPERATIONS, OPERATIONS } from "./_operations.ts";

Deno.test("tensorflow computes every operation of the table as cpu does", async () => {
  const operations = { ...OPERATIONS, ...COMPLEX_OPERATIONS };
  assert(Object.keys(operations).length > 200);
  assertEquals(await differences("tensorflow", operations, 2e-5), []);
});

Deno.test("wasm computes every operation of the table as cpu does", async () => {
  // The XNNPACK in it refuses a product over an axis of no elements, aloud.
  const { "empty matMul": _, ...operations } = OPERATIONS;
  assertEquals(await differences("wasm", operations, 2e-5), []);
});

Deno.test("webgpu, where there is an adapter, computes every operation of the table as cpu does", async () => {
  // In a process of its own: a graphics driver and TensorFlow's library may not share one.
  const script = fromFileUrl(new URL("_webgpu.ts", import.meta.url));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(
    text === "no adapter" || text === "[]",
    text + new TextDecoder().decode(stderr),
  );
});
