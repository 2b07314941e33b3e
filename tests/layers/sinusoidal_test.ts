import { ensureEngine } from "../../src/engine/engine.ts";
import { tf } from "../../src/engine/tf.ts";
import { sinusoidalPositions } from "../../src/layers/sinusoidal.ts";
import { assertAllClose } from "../close.ts";
import golden from "../golden/transformer.json" with { type: "json" };

await ensureEngine();

Deno.test("sinusoidalPositions() gives the formula's numbers, computed by Python", () => {
  const { places, outputs } = golden.sinusoidal;
  tf.tidy(() => {
    const table = sinusoidalPositions(tf.tensor1d(places, "int32"), 6);
    // An angle of 900 is known to 3 · 10⁻⁵ in single precision.
    assertAllClose(table.dataSync(), outputs, 5e-5);
  });
});
