import { assert, assertEquals, assertLessOrEqual } from "@std/assert";

/** Runs the command and gives what it said. */
async function train(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "examples/train.ts", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("deno task train says in one line that a text is too short, and what of a slow engine is smaller", async () => {
  const path = await Deno.makeTempFile({ suffix: ".txt" });
  await Deno.writeTextFile(path, "abc");
  const SHORT =
    "Cannot split the text: a window of 32 tokens and the token that follows need 33: the training part has 3 of the text's 3 tokens; " +
    "give a longer text or a smaller sequenceLength\n";
  for (
    const [args, notice] of [
      [[], ": this trains 48 units in place of 192, 1 epoch in place of 3."],
      [["--units", "32"], ": this trains 1 epoch in place of 3."],
      [["--epochs", "2"], ": this trains 48 units in place of 192."],
      [["--units", "32", "--epochs", "2"], "."],
    ] as const
  ) {
    assertEquals(await train("--text", path, "--engine", "cpu", ...args), {
      code: 1,
      stdout: `The cpu engine is slow${notice}\n`,
      stderr: SHORT,
    });
  }
  await Deno.remove(path);
});

Deno.test("deno task train --help lists every option with its default within 80 columns", async () => {
  const { code, stdout } = await train("--help");
  assertEquals(code, 0);
  for (const line of stdout.split("\n")) assertLessOrEqual(line.length, 80);
  for (
    const option of [
      "--text FILE ",
      "--epochs N ",
      "--units N ",
      "--seed N ",
      "--engine NAME ",
      "--out FILE ",
      "--help ",
    ]
  ) {
    assert(stdout.includes(`\n  ${option}`), option);
  }
});

for (
  const [args, code, stderr] of [
    [
      ["--untis", "3"],
      2,
      'Cannot train: there is no argument "--untis"\nSee deno task train --help\n',
    ],
    [
      ["--epochs", "x"],
      2,
      'Cannot train: --epochs must be a whole number: "x"\nSee deno task train --help\n',
    ],
    [
      ["--out", "/nowhere/model"],
      1,
      "Cannot save the model: --out must be in a folder that exists: /nowhere\n",
    ],
    [
      ["--engine", "fast"],
      1,
      'Cannot use the engine "fast": its name must be one of auto, tensorflow, webgpu, wasm, cpu\n',
    ],
  ] as const
) {
  Deno.test(`deno task train ${args.join(" ")} ends with ${code}`, async () => {
    assertEquals(await train(...args), { code, stdout: "", stderr });
  });
}
