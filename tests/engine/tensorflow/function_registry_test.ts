import { assertEquals } from "@std/assert";
import { compile } from "../../../src/engine/compile.ts";
import { scan } from "../../../src/engine/control_flow.ts";
import { useEngine } from "../../../src/engine/engine.ts";
import {
  addFunction,
  removeFunction,
} from "../../../src/engine/tensorflow/function_registry.ts";
import { nativeRuntime } from "../../../src/engine/tensorflow/runtime.ts";
import { cString } from "../../../src/engine/tensorflow/c_api.ts";
import { type Tensor, tf } from "../../../src/engine/tf.ts";
import { functionsOf, isKnown } from "./_functions.ts";

await useEngine("tensorflow");
const { context } = nativeRuntime()!;

function sums(factor: number): (x: Tensor) => Tensor {
  return function sums(x) {
    const [last] = scan(
      (sum: Tensor, row: Tensor) => [tf.add(sum, tf.mul(row, factor)), null],
      tf.scalar(0),
      x,
    );
    return last;
  };
}

/** Records and runs a function, and keeps it or not. */
function record(f: (x: Tensor) => Tensor, x: Tensor): () => void {
  const compiled = compile(f);
  compiled(x);
  return compiled.dispose;
}

Deno.test("Functions recorded twice have one name, of whatever depth, and others have other names", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3]);
    const names = [2, 2, 3].map((factor) =>
      functionsOf(() => record(sums(factor), x)())
    );
    assertEquals(names[0]!.length, 3); // condition, body and the whole
    assertEquals(names[1], names[0]);
    assertEquals(names[2]![0], names[0]![0]); // the same condition
    assertEquals(names[2]!.slice(1).map((n) => names[0]!.includes(n)), [
      false,
      false,
    ]);
    const longer = functionsOf(() => record(sums(2), tf.tensor1d([1, 2]))());
    assertEquals(longer.at(-1) === names[0]!.at(-1), false);
  });
});

Deno.test("A function that two recordings share lives until both are forgotten", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3]);
    const [first, second] = [compile(sums(5)), compile(sums(5))];
    assertEquals([first(x), second(x)].map((y) => y.dataSync()[0]), [30, 30]);
    first.dispose();
    assertEquals(second(x).dataSync()[0], 30);
    second.dispose();
    assertEquals(first(x).dataSync()[0], 30); // recorded anew
    first.dispose();
  });
});

Deno.test("XLA's memory stays level over 100 recordings of one function", () => {
  const residentMiB = () =>
    Number(Deno.readTextFileSync("/proc/self/statm").split(" ")[1]) / 256;
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3]);
    for (let i = 0; i < 50; i++) record(sums(7), x)();
    const before = residentMiB();
    for (let i = 0; i < 100; i++) record(sums(7), x)();
    const grown = residentMiB() - before;
    // Machine code made anew would take 0.6 MiB each.
    assertEquals(grown < 30, true, `${grown} MiB`);
  });
});

Deno.test("addFunction() and removeFunction() count the uses of a function", () => {
  const graph = context.api.TF_NewGraph();
  const name = "nothing_at_all";
  const definition = context.api.TF_GraphToFunction(
    graph,
    cString(name),
    0,
    -1,
    0n,
    0,
    new Uint8Array(16),
    0,
    new Uint8Array(16),
    0n,
    0n,
    0n,
    context.status.handle,
  );
  context.status.check(() => "Cannot make a function");
  assertEquals(isKnown(name), false);
  addFunction(context, name, definition);
  addFunction(context, name, definition);
  removeFunction(context, name);
  assertEquals(isKnown(name), true);
  removeFunction(context, name);
  assertEquals(isKnown(name), false);
  context.api.TF_DeleteFunction(definition);
  context.api.TF_DeleteGraph(graph);
});
