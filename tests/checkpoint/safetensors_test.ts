import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
  type TensorData,
} from "../../src/checkpoint/safetensors.ts";
import { METADATA, MORE_METADATA, MORE_TENSORS, TENSORS } from "./_fixture.ts";

/** A file of the folder tests/golden/. */
function golden(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(`../golden/${name}`, import.meta.url));
}

/** A file made by hand: the header, as text or as JSON, and the data. */
function file(header: unknown, data: Uint8Array | number = 0): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const bytes = new TextEncoder().encode(text);
  const tail = typeof data === "number" ? new Uint8Array(data) : data;
  const whole = new Uint8Array(8 + bytes.length + tail.length);
  new DataView(whole.buffer).setBigUint64(0, BigInt(bytes.length), true);
  whole.set(bytes, 8);
  whole.set(tail, 8 + bytes.length);
  return whole;
}

/** Header entry of a tensor. */
function entry(
  dtype: unknown,
  shape: unknown,
  begin: unknown,
  end: unknown,
): Record<string, unknown> {
  return { dtype, shape, data_offsets: [begin, end] };
}

/** Eight bytes that say how long the header is, and some bytes of header. */
function withLength(length: bigint, rest: string): Uint8Array {
  const bytes = new Uint8Array(8 + rest.length);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  bytes.set(new TextEncoder().encode(rest), 8);
  return bytes;
}

Deno.test("decodeSafetensors() reads a file that Python wrote", async () => {
  const { tensors, metadata } = decodeSafetensors(
    await golden("safetensors_python.safetensors"),
  );
  assertEquals(Object.fromEntries(tensors), TENSORS);
  assertEquals(metadata, METADATA);
  const f64 = tensors.get("f64")!.data as Float64Array;
  assert(Object.is(f64[1], -0));
  // Python stores the largest elements first, and goes by name among equals.
  assertEquals([...tensors.keys()].slice(0, 5), [
    "u64",
    "i64",
    "f64",
    "empty",
    "f32",
  ]);
});

Deno.test("encodeSafetensors() writes the bytes that Python writes", async () => {
  assertEquals(
    encodeSafetensors(TENSORS, METADATA),
    await golden("safetensors_python.safetensors"),
  );
});

Deno.test("encodeSafetensors() still writes the bytes that Python has read", async () => {
  assertEquals(
    encodeSafetensors(MORE_TENSORS, MORE_METADATA),
    await golden("safetensors_textloom.safetensors"),
  );
});

Deno.test("decodeSafetensors() gives back what encodeSafetensors() took", () => {
  for (
    const tensors of [MORE_TENSORS, new Map(Object.entries(MORE_TENSORS)), {}]
  ) {
    const content = decodeSafetensors(
      encodeSafetensors(tensors, MORE_METADATA),
    );
    assertEquals(
      content.tensors,
      tensors instanceof Map ? tensors : new Map(Object.entries(tensors)),
    );
    assertEquals(
      Object.entries(content.metadata).sort(),
      Object.entries(MORE_METADATA).sort(),
    );
  }
});

Deno.test("encodeSafetensors() gives the same bytes whatever the order of the names", () => {
  const backwards = new Map(Object.entries(MORE_TENSORS).reverse());
  const texts = Object.fromEntries(Object.entries(MORE_METADATA).reverse());
  assertEquals(
    encodeSafetensors(backwards, texts),
    encodeSafetensors(MORE_TENSORS, MORE_METADATA),
  );
});

Deno.test("encodeSafetensors() aligns the data and every tensor in it", () => {
  for (let length = 0; length < 20; length++) {
    const bytes = encodeSafetensors({
      ["x".repeat(length)]: { dtype: "I8", shape: [1], data: Int8Array.of(1) },
      a: { dtype: "I8", shape: [3], data: Int8Array.of(1, 2, 3) },
      b: { dtype: "F64", shape: [1], data: Float64Array.of(1) },
      c: { dtype: "F16", shape: [1], data: Uint16Array.of(1) },
    });
    const header = new DataView(bytes.buffer).getBigUint64(0, true);
    assertEquals(header % 8n, 0n);
    for (const { data } of decodeSafetensors(bytes).tensors.values()) {
      assertEquals(data.buffer, bytes.buffer); // aligned, so nothing was copied
      assertEquals(data.byteOffset % data.BYTES_PER_ELEMENT, 0);
    }
  }
});

Deno.test("encodeSafetensors() writes the part of a buffer that a view shows", () => {
  const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  const bytes = encodeSafetensors({ w: { dtype: "F32", shape: [2], data } });
  assertEquals(
    decodeSafetensors(bytes).tensors.get("w")?.data,
    Float32Array.of(1, 2),
  );
});

Deno.test("decodeSafetensors() copies data that is not aligned, and reads a view of a buffer", () => {
  const header = { bytes: entry("U8", [1], 0, 1), w: entry("F32", [1], 1, 5) };
  const whole = file(
    header,
    new Uint8Array([7, ...new Uint8Array(Float32Array.of(2.5).buffer)]),
  );
  for (let shift = 0; shift < 4; shift++) {
    const shifted = new Uint8Array(whole.length + shift);
    shifted.set(whole, shift);
    const { tensors } = decodeSafetensors(shifted.subarray(shift));
    assertEquals(tensors.get("w")?.data, Float32Array.of(2.5));
    assertEquals(tensors.get("bytes")?.data, Uint8Array.of(7));
  }
});

Deno.test("decodeSafetensors() goes by the offsets, not by the order of the names", () => {
  const { tensors } = decodeSafetensors(
    file({
      z: entry("U8", [1], 2, 3),
      none: entry("U8", [0], 2, 2),
      a: entry("U8", [2], 0, 2),
    }, Uint8Array.of(1, 2, 3)),
  );
  assertEquals([...tensors].map(([name, { data }]) => [name, [...data]]), [
    ["a", [1, 2]],
    ["none", []],
    ["z", [3]],
  ]);
});

Deno.test("decodeSafetensors() reads files without tensors", () => {
  assertEquals(decodeSafetensors(file("{}")), {
    tensors: new Map(),
    metadata: {},
  });
  assertEquals(decodeSafetensors(file('{"__metadata__":{"a":"b"}}   ')), {
    tensors: new Map(),
    metadata: { a: "b" },
  });
});

const OK = entry("U8", [2], 0, 2);

const HOSTILE: [what: string, bytes: Uint8Array, message: string][] = [
  [
    "an empty file",
    new Uint8Array(),
    "the file must have at least 8 bytes: it has 0",
  ],
  [
    "a text file",
    new TextEncoder().encode("Call me Ishmael. Some years ago"),
    // int.from_bytes(b"Call me ", "little") of Python
    "the header must have at most 100000000 bytes: the file says 2334391967886893379; is it a safetensors file?",
  ],
  [
    "a short text",
    new TextEncoder().encode("Call"),
    "the file must have at least 8 bytes: it has 4",
  ],
  [
    "a PNG picture",
    Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452"),
    "this is no safetensors file: it is a PNG picture",
  ],
  [
    "a ZIP archive",
    Uint8Array.fromHex("504b03041400000008000000"),
    "this is no safetensors file: it is a ZIP archive, as in .keras, .npz and .pt",
  ],
  [
    "a pointer of Git LFS",
    new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"),
    "this is no safetensors file: it is a pointer of Git LFS; fetch the file itself with git lfs pull",
  ],
  [
    "a header longer than the file",
    withLength(50n, "{}"),
    "the file is cut off: the header takes 58 bytes with its length, the file has 10",
  ],
  [
    "a header of 2^64 - 1 bytes",
    withLength(2n ** 64n - 1n, "{}"),
    "the header must have at most 100000000 bytes: the file says 18446744073709551615; is it a safetensors file?",
  ],
  [
    "an empty header",
    withLength(0n, ""),
    'the header must start with "{": it is empty',
  ],
  [
    "a header that is a list",
    file("[]"),
    'the header must start with "{": byte 0x5B',
  ],
  [
    "a header after a space",
    file(" {}"),
    'the header must start with "{": byte 0x20',
  ],
  [
    "a header with a line end",
    file("{}\n"),
    'the header must end with "}" and may be filled up with spaces only',
  ],
  ["a header that is not JSON", file("{'a': 1}"), "the header must be JSON: "],
  ["two headers", file("{}{}"), "the header must be JSON: "],
  [
    "a header that is not UTF-8",
    Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22, 0xFF, 0x22, 0x7D),
    "the header must be UTF-8: it has other bytes",
  ],
  [
    "deep JSON",
    file(`{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`),
    'tensor "a": its entry must be an object: [[[[',
  ],
  [
    "deep objects",
    file(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`),
    'tensor "a": its entry has unknown members',
  ],
  [
    "a tensor that is a number",
    file({ a: 5 }),
    'tensor "a": its entry must be an object: 5',
  ],
  [
    "a tensor that is null",
    file({ a: null }),
    'tensor "a": its entry must be an object: null',
  ],
  [
    "a tensor without dtype",
    file({ a: { shape: [], data_offsets: [0, 0] } }),
    'tensor "a": unknown dtype: undefined',
  ],
  [
    "an unknown dtype",
    file({ a: entry("F128", [1], 0, 16) }, 16),
    'tensor "a": unknown dtype: "F128"',
  ],
  [
    "a dtype that every object has",
    file({ a: entry("toString", [1], 0, 1) }, 1),
    'tensor "a": unknown dtype: "toString"',
  ],
  [
    "an unknown member",
    file({ a: { ...OK, strides: [1] } }, 2),
    'tensor "a": its entry has unknown members: ["strides"]',
  ],
  [
    "a negative length",
    file({ a: entry("U8", [-1], 0, 1) }, 1),
    'tensor "a": shape must be an array of integers from 0 to 2^53 - 1: [-1]',
  ],
  [
    "a length of one and a half",
    file({ a: entry("U8", [1.5], 0, 1) }, 1),
    'tensor "a": shape must be an array of integers from 0 to 2^53 - 1: [1.5]',
  ],
  [
    "a length of 2^53",
    file(
      '{"a":{"dtype":"U8","shape":[9007199254740992],"data_offsets":[0,1]}}',
      1,
    ),
    'tensor "a": shape must be an array of integers from 0 to 2^53 - 1: [9007199254740992]',
  ],
  [
    "a shape that is a text",
    file({ a: entry("U8", "1", 0, 1) }, 1),
    'tensor "a": shape must be an array of integers from 0 to 2^53 - 1: "1"',
  ],
  [
    "a shape that overflows",
    file({ a: entry("F32", [2 ** 30, 2 ** 30], 0, 4) }, 4),
    'tensor "a": shape [1073741824,1073741824] of dtype F32 makes no whole bytes below 2^53 bits',
  ],
  [
    "a shape that overflows before it is empty",
    file({ a: entry("F32", [2 ** 40, 2 ** 40, 0], 0, 0) }),
    'tensor "a": shape [1099511627776,1099511627776,0] of dtype F32 makes no whole bytes below 2^53 bits',
  ],
  [
    "half a byte",
    file({ a: entry("F4", [3], 0, 2) }, 2),
    'tensor "a": shape [3] of dtype F4 makes no whole bytes below 2^53 bits',
  ],
  [
    "numbers that are no plain integers",
    file('{"a":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}}', 2),
    "the header's numbers must be plain integers: 2.0",
  ],
  [
    "a minus zero",
    file('{"a":{"dtype":"U8","shape":[2],"data_offsets":[-0,2]}}', 2),
    "the header's numbers must be plain integers: -0",
  ],
  [
    "offsets that are missing",
    file({ a: { dtype: "U8", shape: [2] } }, 2),
    'tensor "a": data_offsets must be two integers from 0 to 2^53 - 1: undefined',
  ],
  [
    "three offsets",
    file({ a: { dtype: "U8", shape: [2], data_offsets: [0, 1, 2] } }, 2),
    'tensor "a": data_offsets must be two integers from 0 to 2^53 - 1: [0,1,2]',
  ],
  [
    "negative offsets",
    file({ a: entry("U8", [2], -2, 0) }, 2),
    'tensor "a": data_offsets must be two integers from 0 to 2^53 - 1: [-2,0]',
  ],
  [
    "offsets the wrong way round",
    file({ a: entry("U8", [2], 2, 0) }, 2),
    'tensor "a": its data must not end before it starts: [2,0]',
  ],
  [
    "a size that does not suit the shape",
    file({ a: entry("F32", [2], 0, 4) }, 4),
    'tensor "a": shape [2] of dtype F32 takes 8 bytes: data_offsets has 4',
  ],
  [
    "data of a terabyte that is not there",
    file({ a: entry("U8", [1e12], 0, 1e12) }, 4),
    'tensor "a": the file is cut off: its data ends at 1000000000000, the file has 4 bytes of data',
  ],
  [
    "tensors that overlap",
    file({ a: OK, b: entry("U8", [2], 1, 3) }, 3),
    'tensor "b": it overlaps another tensor: its data starts at 1, 2 is free',
  ],
  [
    "tensors at the same place",
    file({ a: OK, b: OK }, 2),
    'tensor "b": it overlaps another tensor: its data starts at 0, 2 is free',
  ],
  [
    "a hole at the start",
    file({ a: entry("U8", [1], 1, 2) }, 2),
    'tensor "a": there is a hole before it: its data starts at 1, 0 is free',
  ],
  [
    "a hole between tensors",
    file({ a: OK, b: entry("U8", [1], 3, 4) }, 4),
    'tensor "b": there is a hole before it: its data starts at 3, 2 is free',
  ],
  [
    "bytes after the last tensor",
    file({ a: OK }, 3),
    "the file has bytes that belong to no tensor: its data has 3 bytes, the tensors take 2",
  ],
  [
    "two tensors of one name",
    file(
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}',
      2,
    ),
    'the header names "a" twice',
  ],
  [
    "two tensors of one name, one of them escaped",
    file(
      '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}',
      2,
    ),
    'the header names "a" twice',
  ],
  [
    "two shapes of one tensor",
    file(
      '{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,2],"shape":[2]}}',
      2,
    ),
    'the header names "shape" twice',
  ],
  [
    "two texts of one name",
    file('{"__metadata__":{"a\\"{":"\\\\","a\\"{":"}"}}'),
    'the header names "a\\"{" twice',
  ],
  [
    "metadata that is a list",
    file({ __metadata__: ["a"] }),
    '__metadata__ must be an object of strings: ["a"]',
  ],
  [
    "metadata that is null",
    file({ __metadata__: null }),
    "__metadata__ must be an object of strings: null",
  ],
  [
    "a number in the metadata",
    file({ __metadata__: { a: 5 } }),
    '__metadata__ must hold strings only: "a" is 5',
  ],
  [
    "half a character in the metadata",
    file('{"__metadata__":{"a":"\\ud83d"}}'),
    '__metadata__ must be well-formed Unicode: "a" is not',
  ],
  [
    "half a character as a name",
    file('{"\\ud83d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
    "the header has a name that is not Unicode",
  ],
];

for (const [what, bytes, message] of HOSTILE) {
  Deno.test(`decodeSafetensors() refuses ${what}`, () => {
    const error = assertThrows(
      () => decodeSafetensors(bytes),
      SafetensorsError,
    );
    const whole = `Cannot decode safetensors: ${message}`;
    assert(
      error.message.startsWith(whole),
      `${error.message}\nis not\n${whole}`,
    );
    assertInstanceOf(error, SyntaxError);
    assertEquals(error.name, "SafetensorsError");
  });
}

Deno.test("decodeSafetensors() does not take a text in the metadata for a name, whatever is in it", () => {
  const trap = '","a":{"x":1.5,"x":-2},"\\';
  const bytes = encodeSafetensors({
    a: { dtype: "U8", shape: [2], data: Uint8Array.of(1, 2) },
  }, { trap, "a": trap });
  assertEquals(decodeSafetensors(bytes).metadata, { trap, "a": trap });
});

Deno.test("decodeSafetensors() refuses a file cut off anywhere", async () => {
  const whole = await golden("safetensors_python.safetensors");
  for (let length = 0; length < whole.length; length++) {
    assertThrows(
      () => decodeSafetensors(whole.subarray(0, length)),
      SafetensorsError,
    );
  }
  const longer = new Uint8Array(whole.length + 1);
  longer.set(whole);
  assertThrows(
    () => decodeSafetensors(longer),
    SafetensorsError,
    "bytes that belong to no tensor",
  );
});

Deno.test("decodeSafetensors() reads or refuses a file with one bit flipped, and nothing else", async () => {
  const whole = await golden("safetensors_python.safetensors");
  let refused = 0;
  for (let bit = 0; bit < 8 * whole.length; bit++) {
    const bytes = whole.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    try {
      decodeSafetensors(bytes);
    } catch (error) {
      assertInstanceOf(error, SafetensorsError);
      refused++;
    }
  }
  assertNotEquals(refused, 0);
});

Deno.test("decodeSafetensors() names the file", () => {
  assertThrows(
    () => decodeSafetensors(new Uint8Array(), { name: "whale.safetensors" }),
    SafetensorsError,
    'Cannot decode "whale.safetensors": the file must have at least 8 bytes: it has 0',
  );
  assertThrows(
    () => decodeSafetensors("text" as unknown as Uint8Array),
    TypeError,
    "Cannot decode safetensors: bytes must be a Uint8Array: string",
  );
});

const data = Float32Array.of(1, 2);
const UNWRITABLE: [
  what: string,
  name: string,
  tensor: unknown,
  error: typeof TypeError,
  message: string,
][] = [
  [
    "a shape of another size",
    "w",
    { dtype: "F32", shape: [3], data },
    TypeError,
    'Cannot encode tensor "w": shape [3] of dtype F32 takes 12 bytes: data has 8',
  ],
  [
    "the array of another dtype",
    "w",
    { dtype: "I32", shape: [2], data },
    TypeError,
    'Cannot encode tensor "w": the data of dtype I32 must be a Int32Array: Float32Array',
  ],
  [
    "plain numbers",
    "w",
    { dtype: "F32", shape: [2], data: [1, 2] },
    TypeError,
    'Cannot encode tensor "w": the data of dtype F32 must be a Float32Array: Array',
  ],
  [
    "an unknown dtype",
    "w",
    { dtype: "float32", shape: [2], data },
    TypeError,
    'Cannot encode tensor "w": unknown dtype: "float32"; known dtypes: U64, I64, F64',
  ],
  [
    "a shape that is not whole",
    "w",
    { dtype: "F32", shape: [0.5, 4], data },
    TypeError,
    'Cannot encode tensor "w": shape must be whole numbers that make whole bytes, below 2^53: [0.5,4] of dtype F32',
  ],
  [
    "the name of the metadata",
    "__metadata__",
    { dtype: "F32", shape: [2], data },
    RangeError,
    'Cannot encode tensor "__metadata__": the name must be well-formed Unicode other than "__metadata__"',
  ],
  [
    "half a character as a name",
    "\uD83D",
    { dtype: "F32", shape: [2], data },
    RangeError,
    'Cannot encode tensor "\\ud83d": the name must be well-formed Unicode other than "__metadata__"',
  ],
];

for (const [what, name, tensor, error, message] of UNWRITABLE) {
  Deno.test(`encodeSafetensors() refuses ${what}`, () => {
    assertThrows(
      () => encodeSafetensors({ [name]: tensor as TensorData }),
      error,
      message,
    );
  });
}

Deno.test("encodeSafetensors() refuses metadata that is no text", () => {
  assertThrows(
    () => encodeSafetensors({}, { epochs: 3 as unknown as string }),
    TypeError,
    'Cannot encode metadata "epochs": the value must be a string: number',
  );
  assertThrows(
    () => encodeSafetensors({}, { a: "\uDC0B" }),
    RangeError,
    'Cannot encode metadata "a": key and value must be well-formed Unicode',
  );
});
