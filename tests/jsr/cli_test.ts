// What is easy to get wrong in our stand-in for @std/cli: every expectation is what parseArgs() of @std/cli 1.0.32
// answers, with which the stand-in was compared on random arguments and options.
import { assertEquals, assertThrows } from "@std/assert";
import { parseArgs, type ParseOptions } from "@std/cli";

const TABLE: [
  args: string[],
  options: ParseOptions,
  result: Record<string, unknown>,
][] = [
  // An undeclared option takes the next argument, unless that is an option too; numbers become numbers.
  [["--text", "whale.txt", "--epochs", "3", "sea"], {}, {
    _: ["sea"],
    text: "whale.txt",
    epochs: 3,
  }],
  [["--a", "--b", "-1"], {}, { _: [], a: true, b: true, 1: true }],
  [["--seed=-5", "--hex=0x10", "--big=1e3", "--id=12.30"], {}, {
    _: [],
    seed: -5,
    hex: 16,
    big: 1000,
    id: 12.3,
  }],
  [["5", "x5"], {}, { _: [5, "x5"] }],
  // A string option keeps its text, and is the empty string without a value.
  [["--id", "0012", "7"], { string: ["id", "_"] }, { _: ["7"], id: "0012" }],
  [["--id"], { string: "id" }, { _: [], id: "" }],
  [["--id=a=b"], { string: ["id"] }, { _: [], id: "a=b" }],
  // A boolean takes no value but true and false, and is there when nobody gave it.
  [["--gpu", "sea"], { boolean: ["gpu", "quiet"] }, {
    _: ["sea"],
    gpu: true,
    quiet: false,
  }],
  [["--gpu", "false"], { boolean: ["gpu"] }, { _: [], gpu: false }],
  [["--gpu=false", "--quiet=no"], { boolean: ["gpu", "quiet"] }, {
    _: [],
    gpu: false,
    quiet: true,
  }],
  [["--a", "b"], { boolean: true }, { _: ["b"], a: true }],
  // Only negatable options are negated.
  [["--no-gpu"], { negatable: ["gpu"] }, { _: [], gpu: false }],
  [["--no-gpu"], {}, { _: [], "no-gpu": true }],
  // Collected options are arrays; of the others the last one counts.
  [["--tag", "a", "--tag=b"], { collect: ["tag"] }, { _: [], tag: ["a", "b"] }],
  [["--tag", "a", "--tag=b"], {}, { _: [], tag: "b" }],
  [[], { collect: ["tag", "n"], string: ["tag"] }, { _: [], tag: [] }],
  // Defaults fill in under every name.
  [[], { default: { out: "model" }, alias: { out: "o" } }, {
    _: [],
    out: "model",
    o: "model",
  }],
  [["-o", "x"], { default: { out: "model" }, alias: { out: "o" } }, {
    _: [],
    out: "x",
    o: "x",
  }],
  [["-h"], { boolean: ["help"], alias: { help: ["h", "?"] } }, {
    _: [],
    help: true,
    h: true,
    "?": true,
  }],
  // One-letter options.
  [["-v", "-n5", "-x=1", "-o", "out"], {}, {
    _: [],
    v: true,
    n: 5,
    x: 1,
    o: "out",
  }],
  [["-abc", "d"], {}, { _: [], a: true, b: true, c: "d" }],
  [["-o./folder"], {}, { _: [], o: "./folder" }],
  [["-"], {}, { _: ["-"] }],
  // After two hyphens, and with stopEarly after the first argument, nothing is an option.
  [["a", "--", "--b", "5"], {}, { _: ["a", "--b", "5"] }],
  [["a", "--", "--b", "5"], { "--": true }, { _: ["a"], "--": ["--b", "5"] }],
  [["--a", "1", "run", "--b", "2"], { stopEarly: true }, {
    _: ["run", "--b", "2"],
    a: 1,
  }],
  // Dots make objects, and nothing reaches the prototype.
  [["--lr.max=1", "--lr.min", "0"], {}, { _: [], lr: { max: 1, min: 0 } }],
  [["--__proto__.x=1", "--constructor.prototype.y=1"], {}, { _: [] }],
];

for (const [args, options, result] of TABLE) {
  Deno.test(`parseArgs() reads ${JSON.stringify(args)} with ${JSON.stringify(options)}`, () => {
    assertEquals<unknown>(parseArgs(args, options), result);
  });
}

Deno.test("parseArgs() asks `unknown` about undeclared arguments only, and leaves out what it refuses", () => {
  const asked: unknown[] = [];
  const args = parseArgs(["--text", "a", "-q", "--sail=3", "sea"], {
    string: ["text"],
    alias: { quiet: "q" },
    unknown: (...call) => {
      asked.push(call);
      return false;
    },
  });
  assertEquals(asked, [["--sail=3", "sail", "3"], ["sea"]]);
  assertEquals<unknown>(args, { _: [], text: "a", quiet: true, q: true });
});

Deno.test("parseArgs() types the options that are declared", () => {
  const args = parseArgs(["--text", "a"], {
    string: ["text", "out"],
    boolean: ["gpu"],
    collect: ["out"],
    default: { epochs: 3 },
    "--": true,
  });
  const text: string | undefined = args.text;
  const gpu: boolean = args.gpu;
  const out: string[] = args.out;
  const rest: string[] = args["--"];
  const epochs: unknown = args.epochs;
  // @ts-expect-error A string option that nobody gave is undefined.
  const missing: string = args.text;
  assertEquals<unknown>([text, gpu, out, rest, epochs, missing], [
    "a",
    false,
    [],
    [],
    3,
    "a",
  ]);
});

Deno.test("parseArgs() refuses an alias without a name", () => {
  const alias = { a: undefined } as unknown as Record<string, string>;
  assertThrows(
    () => parseArgs([], { alias }),
    TypeError,
    "Alias value must be defined",
  );
});
