import { ensureEngine } from "../../src/engine/engine.ts";
import { gelu, geluTanh } from "../../src/layers/gelu.ts";
import golden from "../golden/transformer.json" with { type: "json" };
import { assertGoldenLayer } from "./_golden_layer.ts";

await ensureEngine();

Deno.test("gelu() gives PyTorch's outputs and gradients", async () => {
  await assertGoldenLayer(golden.layers.gelu, [49], gelu);
});

Deno.test("geluTanh() gives PyTorch's outputs and gradients", async () => {
  await assertGoldenLayer(golden.layers.geluTanh, [49], geluTanh);
});
