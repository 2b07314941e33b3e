import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../../src/engine/random.ts";
import { Grammar } from "../../../../src/generation/constraints/grammar/grammar.ts";
import { GrammarAcceptor } from "../../../../src/generation/constraints/grammar/grammar_acceptor.ts";
import {
  type Bounds,
  NumberWriter,
} from "../../../../src/generation/constraints/schema/_numbers.ts";
import { accepts } from "../_walk.ts";

function isBetween(value: number, bounds: Bounds): boolean {
  const { min, max, isMinOpen, isMaxOpen } = bounds;
  return (isMinOpen ? value > min : value >= min) &&
    (isMaxOpen ? value < max : value <= max);
}

function languageOf(
  kind: "integers" | "numbers",
  bounds: Bounds,
): GrammarAcceptor | undefined {
  const grammar = new Grammar();
  const node = new NumberWriter(grammar)[kind](bounds)!;
  return node === grammar.nothing
    ? undefined
    : new GrammarAcceptor(grammar, node, kind);
}

function randomBounds(random: RandomStream, scale: number): Bounds {
  const draw = () => {
    const value = (random.integer(240) - 120) / scale;
    return value === 0 ? 0 : value;
  };
  const [min, max] = [draw(), draw()].sort((a, b) => a - b);
  return {
    min: random.uniform() < 0.2 ? -Infinity : min!,
    max: random.uniform() < 0.2 ? Infinity : max!,
    isMinOpen: random.uniform() < 0.3,
    isMaxOpen: random.uniform() < 0.3,
  };
}

Deno.test("Integers are those between the bounds, each written in one way", () => {
  const random = new RandomStream(4, "integers");
  for (let i = 0; i < 100; i++) {
    const bounds = randomBounds(random, i % 2 === 0 ? 1 : 4);
    const language = languageOf("integers", bounds);
    for (let value = -130; value <= 130; value++) {
      const text = String(value);
      assertEquals(
        language !== undefined && accepts(language, text),
        isBetween(value, bounds),
        `${value} in ${JSON.stringify(bounds)}`,
      );
    }
    for (const text of ["-0", "00", "01", "-01", "+1", "", "-", "1.0"]) {
      assert(language === undefined || !accepts(language, text), text);
    }
  }
});

Deno.test("Large integers have 15 digits at most and keep to large bounds", () => {
  const bounds = { isMinOpen: false, isMaxOpen: false };
  const some = languageOf("integers", {
    ...bounds,
    min: 98765,
    max: 1234567890,
  })!;
  for (const value of [98765, 98766, 100000, 999999, 1234567889, 1234567890]) {
    assert(accepts(some, String(value)), `${value}`);
  }
  for (const value of [98764, 9999, 1234567891, 1300000000, 12345678900]) {
    assert(!accepts(some, String(value)), `${value}`);
  }
  const all = languageOf("integers", {
    ...bounds,
    min: -1e300,
    max: Infinity,
  })!;
  assert(accepts(all, "999999999999999") && accepts(all, "-999999999999999"));
  assert(!accepts(all, "1000000000000000"));
});

Deno.test("Numbers with fractions are those between the bounds", () => {
  const random = new RandomStream(5, "numbers");
  for (let i = 0; i < 100; i++) {
    const bounds = randomBounds(random, [1, 10, 8, 1000][i % 4]!);
    const language = languageOf("numbers", bounds);
    for (let j = 0; j < 300; j++) {
      const near = random.uniform() < 0.5 ? bounds.min : bounds.max;
      const value = random.uniform() < 0.3 && Number.isFinite(near)
        ? near
        : (random.integer(2600) - 1300) /
          [1, 10, 100, 1000][random.integer(4)]!;
      const zeros = "0".repeat(random.integer(3));
      const text = String(value);
      const longer = text.includes(".")
        ? text + zeros
        : text + (zeros && `.${zeros}`);
      assertEquals(
        language !== undefined && accepts(language, longer),
        isBetween(value, bounds),
        `${longer} in ${JSON.stringify(bounds)}`,
      );
    }
    for (const text of ["-0", "-0.0", "00", "1.", ".5", "+1", "1e1", ""]) {
      assert(language === undefined || !accepts(language, text), text);
    }
  }
});

Deno.test("Bounds with more than 15 digits, or with an exponent, are none for numbers", () => {
  const numbers = new NumberWriter(new Grammar());
  const bounds = { isMinOpen: false, isMaxOpen: false, min: 0, max: 1 };
  assertEquals(
    numbers.numbers({ ...bounds, max: 0.1234567890123456 }),
    undefined,
  );
  assertEquals(numbers.numbers({ ...bounds, min: 1e-7 }), undefined);
  assertEquals(numbers.numbers({ ...bounds, max: 1e21 }), undefined);
  assert(numbers.numbers({ ...bounds, max: 0.12345678901234 }) !== undefined);
});
