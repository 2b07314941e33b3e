import { assertEquals } from "@std/assert";

/** What a program that prints it says, its output in a pipe. */
async function inPipe(
  argument: string,
  env: Record<string, string> = {},
): Promise<string> {
  const url = new URL("../../src/text/shows_colours.ts", import.meta.url);
  const code =
    `import { showsColours } from "${url}"; console.log(showsColours(${argument}));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    env: { NO_COLOR: "", ...env },
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("showsColours() wants none in a pipe, but on a terminal, unless NO_COLOR is set", async () => {
  assertEquals(await inPipe(""), "false");
  assertEquals(await inPipe("true"), "true");
  assertEquals(await inPipe("true", { NO_COLOR: "1" }), "false");
});
