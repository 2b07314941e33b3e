import { assert, assertEquals } from "@std/assert";
import { Diagnosis, doctor } from "../../src/engine/doctor.ts";
import { engineInfo, useEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";

const SOME = new Diagnosis([
  {
    name: "tensorflow",
    usable: false,
    reason: "no <library>\nnowhere",
    remedy: "deno task setup",
  },
  {
    name: "cpu",
    usable: true,
    version: "4.22.0",
    device: "CPU",
    gigaflops: 0.84,
  },
]);

Deno.test("doctor() measures what works, explains what does not, and leaves the engine as it was", async () => {
  await useEngine("cpu");
  const before = tf.memory().numTensors;
  const { engines } = await doctor();
  assertEquals(engines.map(({ name }) => name), [
    "tensorflow",
    "webgpu",
    "wasm",
    "cpu",
  ]);
  for (const { usable, gigaflops, reason, remedy } of engines) {
    if (usable) assert(gigaflops! > 0);
    else assert(reason !== undefined && remedy !== undefined);
  }
  assert(engines[3]!.usable);
  assertEquals(engineInfo().name, "cpu");
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("Diagnosis prints a table and the way out", () => {
  assertEquals(
    SOME.toString(),
    [
      "engine      usable  version  device  GF/s",
      "tensorflow  no",
      "cpu         yes     4.22.0   CPU     0.8",
      "",
      "tensorflow: no <library>",
      "nowhere",
      "  what brings it: deno task setup",
    ].join("\n"),
  );
});

Deno.test("Diagnosis says that the figure of the wasm engine is not that of its training", () => {
  const text = String(
    new Diagnosis([{
      name: "wasm",
      usable: true,
      version: "4.22.0",
      device: "CPU",
      gigaflops: 10,
    }]),
  );
  assertEquals(
    text,
    "engine  usable  version  device  GF/s\n" +
      "wasm    yes     4.22.0   CPU     10\n\n" +
      "GF/s are those of a product of large matrices; training on the wasm engine comes to a small part of them.",
  );
});

Deno.test("Diagnosis shows itself in a notebook, escaped", () => {
  const displays = SOME as unknown as Record<
    symbol,
    () => Record<string, string>
  >;
  const bundle = displays[Symbol.for("Jupyter.display")]!();
  assertEquals(bundle["text/plain"], SOME.toString());
  assert(bundle["text/html"]!.includes("no &lt;library><br>nowhere"));
});
