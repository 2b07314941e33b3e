import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { buildLSTM, CharTokenizer } from "@textloom/textloom";

/** Runs the command and gives what it said. */
async function generate(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "examples/generate.ts", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Saves a model that has learnt nothing of a text with line breaks. */
async function saveModel(path: string): Promise<void> {
  const tokenizer = CharTokenizer.train("Call me Ishmael.\n");
  const model = buildLSTM({ tokenizer, units: 4, embedding: 4, seed: 1 });
  await model.save(path);
  model.dispose();
}

Deno.test("deno task generate --help lists every option with its default within 80 columns", async () => {
  const { code, stdout } = await generate("--help");
  assertEquals(code, 0);
  for (const line of stdout.split("\n")) assertLessOrEqual(line.length, 80);
  for (
    const option of [
      "--prompt TEXT ",
      "--model FILE ",
      "--length N ",
      "--temperature T ",
      "--top-k K ",
      "--top-p P ",
      "--stop TEXT ",
      "--seed N ",
      "--skip-unknown ",
      "--help ",
    ]
  ) {
    assert(stdout.includes(`\n  ${option}`), option);
  }
});

Deno.test("deno task generate writes after the prompt, which may be empty or begin with hyphens", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await saveModel(path);
  const few = ["--model", path, "--length", "12", "--seed", "-3"];
  const written = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await generate(...few, ...args);
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.endsWith("\n"));
    return stdout.slice(0, -1);
  };
  const usual = await written();
  assertEquals([usual.slice(0, 7), usual.length], ["Call me", 19]);
  assertEquals((await written("--prompt", "")).length, 12);
  const hyphens = await written("--prompt=--mm", "--skip-unknown");
  assertEquals([hyphens.slice(0, 4), hyphens.length], ["--mm", 16]);
  // The text ends before whichever of both comes first.
  const [first, second] = [usual[9]!, usual[11]!];
  const end = Math.min(usual.indexOf(first, 7), usual.indexOf(second, 7));
  assertEquals(
    await written("--stop", first, "--stop", second),
    usual.slice(0, end),
  );
  const likeliest = await written("--top-k", "1");
  assertEquals(await written("--top-p", "0"), likeliest);

  assertEquals(await generate(...few, "--prompt", "Quee"), {
    code: 1,
    stdout: "",
    stderr:
      'Cannot encode text: the tokenizer does not know these characters: "Q" U+0051, "u" U+0075; ' +
      'the first is at code point 0 (line 1); leave them out with unknown: "skip" (here: --skip-unknown)\n',
  });
  assertEquals(await generate(...few, "--temperature", "-1"), {
    code: 1,
    stdout: "",
    stderr: "Cannot sample: temperature must be a number from 0: -1\n",
  });
  await Deno.remove(path);
});

const HINT = "\nSee deno task generate --help\n";
const VALUE = "must have a value; one that begins with two hyphens is given as";

for (
  const [args, code, stderr] of [
    [
      ["--promt", "x"],
      2,
      `Cannot generate: there is no argument "--promt"${HINT}`,
    ],
    [
      ["--prompt"],
      2,
      `Cannot generate: --prompt ${VALUE} --prompt=VALUE${HINT}`,
    ],
    [
      ["--stop", "--seed", "3"],
      2,
      `Cannot generate: --stop ${VALUE} --stop=VALUE${HINT}`,
    ],
    [
      ["--length="],
      2,
      `Cannot generate: --length must be a number: ""${HINT}`,
    ],
    [
      ["--model", "/nowhere"],
      1,
      `Cannot load the model: there is no file "/nowhere" in ${Deno.cwd()}; \`deno task train\` makes one\n`,
    ],
  ] as const
) {
  Deno.test(`deno task generate ${args.join(" ")} ends with ${code}`, async () => {
    assertEquals(await generate(...args), { code, stdout: "", stderr });
  });
}
