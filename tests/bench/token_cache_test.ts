import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

Deno.test("bench/token_cache.ts takes far less memory for a text of 60 MB than its ids in memory would", async () => {
  const script = fromFileUrl(
    new URL("../../bench/token_cache.ts", import.meta.url),
  );
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, "--megabytes", "60"],
    cwd: fromFileUrl(new URL("../..", import.meta.url)),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const figures = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(figures.tokens, 60_000_000);
  // The text and an Int32Array of its ids would take 60 + 240 MB.
  assert(
    figures.peakAboveBaselineMB < 200,
    `${figures.peakAboveBaselineMB} MB`,
  );
});
