import { assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../../../src/engine/random.ts";
import {
  lineLength,
  type LineLengthOptions,
} from "../../../../src/generation/constraints/forms/line_length.ts";
import { accepts, checkAcceptorContract } from "../_acceptor_contract.ts";

const CASES: readonly LineLengthOptions[] = [
  { min: 2 },
  { max: 2 },
  { max: 0 },
  { min: 1, max: 3 },
  { min: 2, max: 2, lines: 2 },
  { lines: 3 },
  { min: 1, lines: 1 },
];

Deno.test("lineLength() takes texts of such lines, and no others", () => {
  const random = new RandomStream(1, "texts");
  for (const options of CASES) {
    const acceptor = lineLength(options);
    const { min = 0, max = Infinity, lines } = options;
    for (let n = 0; n < 500; n++) {
      const text = Array.from(
        { length: random.integer(8) },
        () => ["a", "🐋", "\n"][random.integer(3)],
      ).join("");
      const lengths = text.split("\n").map((line) => Array.from(line).length);
      const expected = lengths.every((length) =>
        length >= min && length <= max
      ) &&
        (lines === undefined || lengths.length === lines);
      assertEquals(accepts(acceptor, text), expected, JSON.stringify(text));
    }
  }
});

Deno.test("lineLength() holds to what an acceptor must", () => {
  const random = new RandomStream(2, "acceptor");
  for (const options of CASES) {
    for (const characters of ["ab\n", "a", "\n", "\t\v\n"]) {
      checkAcceptorContract(lineLength(options), characters, random);
    }
  }
});

Deno.test("lineLength() says what it asks for", () => {
  assertEquals(
    lineLength({ min: 1, max: 3 }).description,
    "a text of lines of 1 to 3 characters",
  );
  assertEquals(
    lineLength({ min: 5, max: 5, lines: 1 }).description,
    "a text of 1 line of 5 characters",
  );
  assertEquals(
    lineLength({ min: 5, lines: 2 }).description,
    "a text of 2 lines of 5 characters or more",
  );
});

Deno.test("lineLength() refuses options that are none", () => {
  const refuse = (options: unknown, type: typeof Error, message: string) =>
    assertThrows(() => lineLength(options as LineLengthOptions), type, message);
  refuse(
    {},
    TypeError,
    "Cannot constrain: lineLength() must be given min, max or lines: none; give lineLength({ max: 30 })",
  );
  refuse(null, TypeError, "Cannot constrain: options must be an object: null");
  refuse(
    30,
    TypeError,
    "Cannot constrain: options must be an object: number; give lineLength({ max: 30 })",
  );
  refuse(
    { most: 3 },
    TypeError,
    'Cannot constrain: there is no option "most" (known: min, max, lines)',
  );
  refuse(
    { min: 3, max: 2 },
    RangeError,
    "Cannot constrain: max must not be less than min: 2 < 3",
  );
  for (const value of [-1, 0.5, NaN, "3", null]) {
    refuse(
      { min: value },
      RangeError,
      `Cannot constrain: min must be an integer from 0: ${value}`,
    );
    refuse(
      { max: value },
      RangeError,
      `Cannot constrain: max must be an integer from 0: ${value}`,
    );
    refuse(
      { lines: value },
      RangeError,
      `Cannot constrain: lines must be an integer from 1: ${value}`,
    );
  }
  refuse(
    { lines: 0 },
    RangeError,
    "Cannot constrain: lines must be an integer from 1: 0",
  );
});
