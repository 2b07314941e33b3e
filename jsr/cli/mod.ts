/**
 * The exports of `@std/cli` that this project uses, for machines that cannot reach the registry.
 *
 * @example Read the arguments of a program
 * ```ts
 * import { parseArgs } from "@std/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const args = parseArgs(["--text", "whale.txt", "--epochs=3", "-v"], { string: ["text"], boolean: ["v"] });
 * assertEquals(args, { _: [], text: "whale.txt", epochs: 3, v: true });
 * ```
 *
 * @module
 */
export { type Args, parseArgs, type ParseOptions } from "./_parse_args.ts";
