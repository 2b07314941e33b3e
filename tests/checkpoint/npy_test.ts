import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import {
  loadNpy,
  readNpy,
  saveNpy,
  writeNpy,
} from "../../src/checkpoint/npy.ts";
import { RandomStream } from "../../src/engine/random.ts";
import type { NdArray } from "../../src/text/nd_array.ts";
import golden from "../golden/npy.json" with { type: "json" };
import { ARRAYS } from "./_arrays.ts";

type Element = number | string | null | [Element, Element];

/** Elements as tests/golden/npy.py writes them. */
function toPlain({ dtype, data }: NdArray): Element[] {
  const elements = Array.from(
    data as ArrayLike<number | bigint | string>,
    (value) => {
      if (typeof value === "bigint") {
        const size = value < 0n ? -value : value;
        return size >= 2n ** 53n ? String(value) : Number(value);
      }
      return typeof value === "string" || Number.isFinite(value)
        ? value
        : String(value);
    },
  );
  if (dtype !== "complex64" && dtype !== "complex128") return elements;
  return Array.from(
    { length: elements.length / 2 },
    (_, i): [Element, Element] => [elements[2 * i]!, elements[2 * i + 1]!],
  );
}

/** A file with any header. */
function file(
  header: string,
  { version = 1, data = 0 }: { version?: number; data?: number } = {},
): Uint8Array {
  const text = new TextEncoder().encode(header);
  const size = version === 1 ? 2 : 4;
  const bytes = new Uint8Array(8 + size + text.length + data);
  bytes.set([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (size === 2) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  bytes.set(text, 8 + size);
  return bytes;
}

function header(descr: string, shape: string, order = "False"): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
}

function refusal(bytes: Uint8Array): string {
  return assertThrows(() => readNpy(bytes), SyntaxError).message;
}

Deno.test("readNpy() reads every array that NumPy wrote", () => {
  assert(golden.cases.length > 80);
  for (const { name, base64, dtype, shape, elements } of golden.cases) {
    const array = readNpy(Uint8Array.fromBase64(base64));
    assertEquals(array.dtype, dtype, name);
    assertEquals(array.shape, shape, name);
    assertEquals(toPlain(array), elements as Element[], name);
  }
});

Deno.test("writeNpy() writes the bytes that NumPy writes", () => {
  let compared = 0;
  for (const { name, base64, canonical } of golden.cases) {
    const bytes = Uint8Array.fromBase64(base64);
    const written = writeNpy(readNpy(bytes));
    if (canonical) {
      assertEquals(written, bytes, name);
      compared++;
    } else {
      assertEquals(toPlain(readNpy(written)), toPlain(readNpy(bytes)), name);
    }
  }
  assert(compared > 30, `${compared}`);
});

Deno.test("readNpy() refuses what only unpickling could read, and what has no numbers or strings", () => {
  const messages = golden.refused.map(({ name, base64 }) =>
    `${name}: ${refusal(Uint8Array.fromBase64(base64))}`
  );
  assertEquals(messages, [
    `objects: Cannot read array: the array has no numbers or strings: "|O": it holds Python objects, which only unpickling could read; save it as numbers or strings: array.astype(str)`,
    "records: Cannot read array: the array has no numbers or strings: it holds records of several fields; save each field as an array of its own",
    `dates: Cannot read array: the array has no numbers or strings: "<M8[D]": it holds dates; save them as numbers: array.astype("int64")`,
    `durations: Cannot read array: the array has no numbers or strings: "<m8[s]": it holds durations; save them as numbers: array.astype("int64")`,
    `void: Cannot read array: the array has no numbers or strings: "|V3": it holds records or raw bytes; save each field as an array of its own`,
    `long doubles: Cannot read array: unknown type: "<f16"; known types: bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128, str, bytes; save it with less precision: array.astype("float64")`,
  ]);
});

Deno.test("readNpy() reads headers that NumPy accepts but does not write", () => {
  const odd = `{"shape":(2L,1L),"fortran_order":True,"descr":'|u1'}`;
  assertEquals(readNpy(file(odd, { data: 2 })), {
    shape: [2, 1],
    dtype: "uint8",
    data: new Uint8Array(2),
  });
});

Deno.test("readNpy() names the rule that a header breaks", () => {
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(0), 'this is no .npy file: it starts with ""'],
    [
      new TextEncoder().encode("PK\x03\x04"),
      "this is no .npy file: it is a ZIP archive, as in .keras, .npz and .pt",
    ],
    [
      file("").subarray(0, 7),
      "the file is cut off in its header: it has 7 bytes",
    ],
    [
      file("").subarray(0, 9),
      "the file is cut off in its header: it has 9 bytes",
    ],
    [file("", { version: 4 }), "the version must be 1.0, 2.0 or 3.0: 4.0"],
    [
      file("{}  ").subarray(0, 12),
      "the file is cut off in its header: the header ends at 14, the file has 12 bytes",
    ],
    [
      file(" ".repeat(10_001)),
      "the header must have at most 10000 bytes: the file says 10001",
    ],
    [
      file(" ".repeat(70_000), { version: 2 }),
      "the header must have at most 10000 bytes: the file says 70000",
    ],
    [
      file(""),
      'the header must be a dictionary of Python: "{" is missing: the header ends',
    ],
    [file("{}"), "the header has no descr"],
    [file("{'descr': '<f4'}"), "the header has no fortran_order"],
    [
      file("{'descr': '<f4', 'descr': '<f4'}"),
      'the header must have descr, fortran_order and shape once each: "descr"',
    ],
    [
      file("{'price': 3}"),
      'the header must have descr, fortran_order and shape once each: "price"',
    ],
    [
      file("{'__proto__': 3}"),
      'the header must have descr, fortran_order and shape once each: "__proto__"',
    ],
    [
      file("{'descr': __import__('os')}"),
      "the header must be a dictionary of Python: \"__import__('os')}\"",
    ],
    [
      file("{'descr': os}"),
      'the header must be a dictionary of Python: descr in quotes is missing: "os"',
    ],
    [
      file(header("'<f4'", "(1,)", "Maybe")),
      'the header must be a dictionary of Python: "False" is missing: "Maybe"',
    ],
    [
      file(header("'<f4'", "(-1,)")),
      'the header must be a dictionary of Python: "-1,), }\\n"',
    ],
    [file(header("'<f4'", "(3)")), "shape must be a tuple, such as (3,): (3)"],
    [
      file(header("'<f4'", "('a',)")),
      'the header must be a dictionary of Python: a whole number is missing: "a"',
    ],
    [
      file(header("'<f4'", "(9007199254740993,)")),
      'lengths must be below 2^53: "9007199254740993"',
    ],
    [
      file(header("'<f4'", `(${"1,".repeat(65)})`)),
      "an array must have at most 64 dimensions: the header has more",
    ],
    [
      file(header("'<f4'", "()") + "x"),
      'the header must be a dictionary of Python: the end of the header is missing: "x"',
    ],
    [
      file(header("'<q9'", "()")),
      'unknown type: "<q9"; known types: bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128, str, bytes',
    ],
    [
      file(header("'float'", "()")),
      "descr must be a type of NumPy, such as '<f4': \"float\"",
    ],
    [
      file(header("'<U0'", "(1000000000000,)")),
      'strings must have a length: "<U0"',
    ],
    [
      file(header("'<f4'", "(1000000000000, 1000000000000)"), { data: 4 }),
      "the file is cut off: shape (1000000000000,1000000000000) of type <f4 takes 4e+24 bytes: it has 4 bytes of data",
    ],
    [
      file(header("'<f4'", "(2,)"), { data: 7 }),
      "the file is cut off: shape (2) of type <f4 takes 8 bytes: it has 7 bytes of data",
    ],
    [
      file(header("'<f4'", "(2,)"), { data: 9 }),
      "the file has bytes that belong to no element: shape (2) of type <f4 takes 8 bytes: it has 9 bytes of data",
    ],
  ];
  for (const [bytes, message] of cases) {
    assertEquals(refusal(bytes), `Cannot read array: ${message}`);
  }
});

Deno.test("readNpy() refuses truth values and characters that are none", () => {
  const truth = file(header("'|b1'", "(2,)"), { data: 2 });
  truth[truth.length - 1] = 2;
  assertEquals(
    refusal(truth),
    "Cannot read array: truth values must be 0 or 1: 2 at place 1",
  );
  for (const [code, hex] of [[0xD800, "D800"], [0x110000, "110000"]] as const) {
    const text = file(header("'<U1'", "(1,)"), { data: 4 });
    new DataView(text.buffer).setUint32(text.length - 4, code, true);
    assertEquals(
      refusal(text),
      `Cannot read array: strings must be Unicode: code 0x${hex} in string 0`,
    );
  }
});

Deno.test("readNpy() takes an empty array whatever its other lengths say", () => {
  const { shape, data } = readNpy(
    file(header("'<f8'", "(0, 9007199254740991)")),
  );
  assertEquals([shape, data.length], [[0, 2 ** 53 - 1], 0]);
});

Deno.test("readNpy() gives arrays of their own, wherever the bytes lie", () => {
  const bytes = writeNpy(ARRAYS.float64!);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  const array = readNpy(shifted.subarray(1));
  shifted.fill(0);
  assertEquals(array, ARRAYS.float64!);
});

Deno.test("writeNpy() refuses arrays that do not fit together", () => {
  const cases: [unknown, typeof TypeError | typeof RangeError, string][] = [
    [
      { shape: [1], dtype: "float", data: [1] },
      TypeError,
      'Cannot write array: unknown dtype: "float"; known dtypes: bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128, str, bytes',
    ],
    [
      undefined,
      TypeError,
      "Cannot write array: unknown dtype: undefined; known dtypes: bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64, complex64, complex128, str, bytes",
    ],
    [
      { shape: [1], dtype: "float32", data: [1] },
      TypeError,
      "Cannot write array: the data of dtype float32 must be a Float32Array: Array",
    ],
    [
      { shape: [1], dtype: "str", data: "a" },
      TypeError,
      "Cannot write array: the data of dtype str must be an Array: String",
    ],
    [
      { shape: [1], dtype: "str", data: [1] },
      TypeError,
      "Cannot write array: the data of dtype str must be strings: number at place 0",
    ],
    [
      { shape: [3], dtype: "int8", data: Int8Array.of(1) },
      TypeError,
      "Cannot write array: shape [3] of dtype int8 takes 3 numbers: data has 1",
    ],
    [
      { shape: [1], dtype: "complex64", data: Float32Array.of(1) },
      TypeError,
      "Cannot write array: shape [1] of dtype complex64 takes 2 numbers: data has 1",
    ],
    [
      { shape: [0.5], dtype: "int8", data: Int8Array.of(1) },
      TypeError,
      "Cannot write array: shape must be at most 64 whole numbers from 0: [0.5]",
    ],
    [
      { shape: [1], dtype: "bool", data: Uint8Array.of(2) },
      RangeError,
      "Cannot write array: truth values must be 0 or 1: 2 at place 0",
    ],
    [
      { shape: [1], dtype: "str", data: ["a\0"] },
      RangeError,
      'Cannot write array: a string must not end with U+0000, which NumPy drops: "a\\u0000" at place 0',
    ],
    [
      { shape: [1], dtype: "str", data: ["\uD800"] },
      RangeError,
      'Cannot write array: strings must be well-formed Unicode: "\\ud800" at place 0',
    ],
    [
      { shape: [1], dtype: "bytes", data: ["漢"] },
      RangeError,
      'Cannot write array: byte strings must have characters up to U+00FF: "漢" at place 0',
    ],
  ];
  for (const [array, Class, message] of cases) {
    assertThrows(() => writeNpy(array as NdArray), Class, message);
  }
});

Deno.test("readNpy() survives every truncation and 4,000 random changes of valid files", () => {
  const random = new RandomStream(11, "npy");
  const files = golden.cases.map(({ base64 }) => Uint8Array.fromBase64(base64));
  for (const bytes of files.slice(0, 8)) {
    for (let end = 0; end < bytes.length; end++) {
      refusal(bytes.subarray(0, end));
    }
  }
  let read = 0;
  for (let i = 0; i < 4000; i++) {
    const bytes = files[random.integer(files.length)]!.slice();
    for (let n = 0; n <= random.integer(3); n++) {
      bytes[random.integer(bytes.length)] = random.integer(256);
    }
    try {
      const { data } = readNpy(bytes);
      assert(data.length <= 4 * bytes.length);
      read++;
    } catch (error) {
      assert(error instanceof SyntaxError, `${error}`);
      assertMatch(error.message, /^Cannot read array: /);
    }
  }
  assert(read > 200 && read < 3900, `${read}`);
});

Deno.test("loadNpy() and saveNpy() keep an array, and name the file that cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.npy");
    await saveNpy(path, ARRAYS.str!);
    assertEquals(await loadNpy(path), ARRAYS.str!);
    await Deno.writeFile(path, Uint8Array.of(1, 2));
    await assertRejects(
      () => loadNpy(path),
      SyntaxError,
      `Cannot read ${JSON.stringify(path)}: this is no .npy file`,
    );
    await assertRejects(
      () => loadNpy(join(folder, "none.npy")),
      Deno.errors.NotFound,
      "Cannot load array: no such file",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readNpy() refuses an option that it does not know", () => {
  const bytes = writeNpy({
    shape: [1],
    dtype: "uint8",
    data: Uint8Array.of(1),
  });
  assertThrows(
    () => readNpy(bytes, { nane: "x.npy" } as object),
    TypeError,
    'Cannot read array: there is no option "nane", did you mean "name"? (known: name)',
  );
});
