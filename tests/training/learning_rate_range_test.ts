import {
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  LearningRateRange,
  smooth,
} from "../../src/training/learning_rate_range.ts";

Deno.test("smooth() is a running mean without its beginning at zero", () => {
  // 0.1 · 4 / 0.1; (0.9 · 0.4 + 0.1 · 2) / 0.19; (0.9 · 0.56 + 0.1 · 3) / 0.271
  const [a, b, c] = smooth([4, 2, 3]);
  assertAlmostEquals(a!, 4);
  assertAlmostEquals(b!, 0.56 / 0.19);
  assertAlmostEquals(c!, 0.804 / 0.271);
});

Deno.test("LearningRateRange suggests where the loss falls fastest, below where it is lowest", () => {
  const rates = Array.from({ length: 61 }, (_, i) => 10 ** (-6 + i / 10)); // 1e-6 to 1
  // Flat, a fall in the middle of 1e-4 and 1e-2, a rise after.
  const losses = rates.map((rate) => {
    const x = Math.log10(rate);
    return 4 - 2 / (1 + Math.exp(-6 * (x + 3))) +
      (x > -1.5 ? 4 * (x + 1.5) : 0);
  });
  const range = new LearningRateRange(rates, losses);
  // The smoothed loss lags behind by up to ten steps, which are a factor of ten.
  assertEquals(
    range.suggestion > 1e-3 && range.suggestion < 1e-2,
    true,
    `${range.suggestion}`,
  );
  assertEquals(
    range.lowest > range.suggestion && range.lowest < 0.2,
    true,
    `${range.lowest}`,
  );
  assertStringIncludes(`${range}`, "of 61 rates from 0.000001 to 1");
});

Deno.test("LearningRateRange shows itself in a notebook, as a chart and in words", () => {
  const rates = [1e-3, 1e-2, 1e-1, 1];
  const range = new LearningRateRange(rates, [4, 3, 2, 9]);
  const shown = Reflect.get(range, Symbol.for("Jupyter.display")).call(range);
  assertEquals(shown["text/plain"], range.toString());
  assertStringIncludes(shown["text/html"], 'src="data:image/svg+xml;base64,');
  assertStringIncludes(shown["text/html"], 'alt="learning rate 0.01 suggested');
});
