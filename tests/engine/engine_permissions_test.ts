/** What `useEngine()` chooses, and says, where Deno may not do everything. @module */
import { assertEquals } from "@std/assert";

const SCRIPT = `
import { engineInfo, useEngine } from "@textloom/textloom";
await useEngine("auto");
console.log(engineInfo().name);
`;

async function chosen(...flags: string[]): Promise<[string, string]> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, SCRIPT);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-check",
      "--config",
      "deno.json",
      ...flags,
      path,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  await Deno.remove(path);
  const text = (bytes: Uint8Array): string =>
    new TextDecoder().decode(bytes).trimEnd();
  return [text(stdout), text(stderr)];
}

for (
  const [flags, engine, notice] of [
    [
      [],
      "cpu",
      "Textloom computes on the cpu engine, which is slower than tensorflow: Deno may not open native libraries. " +
      "What brings tensorflow: `deno run -A`, or --allow-ffi --allow-read --allow-env; --allow-read alone brings wasm",
    ],
    [
      ["--allow-read"],
      "wasm",
      "Textloom computes on the wasm engine, which is slower than tensorflow: Deno may not open native libraries. " +
      "What brings tensorflow: `deno run -A`, or --allow-ffi --allow-read --allow-env",
    ],
    [
      ["--allow-read", "--allow-ffi"],
      "wasm",
      "Textloom computes on the wasm engine, which is slower than tensorflow: Deno may not read files or variables, " +
      "which tell where TensorFlow's library is. " +
      "What brings tensorflow: `deno run -A`, or --allow-ffi --allow-read --allow-env",
    ],
    [["--allow-read", "--allow-ffi", "--allow-env"], "tensorflow", ""],
  ] as const
) {
  Deno.test(`useEngine() takes ${engine} with the permissions [${flags}], and says in one line what it lacks`, async () => {
    assertEquals(await chosen(...flags), [engine, notice]);
  });
}
