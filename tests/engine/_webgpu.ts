/** Prints how the webgpu engine differs from the cpu engine, as a JSON list. */
import { differences } from "./_differences.ts";
import { OPERATIONS } from "./_operations.ts";

const {
  // It cannot start work for a result of no elements, or a product over an axis of none.
  "empty sum": _sum,
  "empty matMul": _matMul,
  // It gives shape [1] where the others give a scalar.
  "argMax of ties": _argMax,
  // It has no kernels for these.
  unique: _unique,
  bitwiseAnd: _bitwiseAnd,
  ...operations
} = OPERATIONS;

const adapter = await navigator.gpu?.requestAdapter();
const report = adapter
  ? JSON.stringify(await differences("webgpu", operations, 1e-4))
  : "no adapter";
await Deno.stdout.write(new TextEncoder().encode(report));
