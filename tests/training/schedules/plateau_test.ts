import { assertEquals } from "@std/assert";
import {
  Plateau,
  type PlateauOptions,
} from "../../../src/training/schedules/plateau.ts";
import { assertAllClose } from "../../close.ts";
import golden from "../../golden/schedules.json" with { type: "json" };

const { validationLosses, plateaus } = golden;

for (const { options, rates } of plateaus) {
  const title = JSON.stringify(options);
  Deno.test(`Plateau ${title} follows validation losses as its framework does`, () => {
    const plateau = new Plateau(options as PlateauOptions);
    assertEquals(plateau.rate(), options.peak);
    const ours = validationLosses.map((loss) => {
      plateau.observe(loss);
      return plateau.rate();
    });
    // Relative, because rates become small.
    assertAllClose(
      ours.map((rate, i) => rate / rates[i]!),
      rates.map(() => 1),
      1e-6,
    );
  });

  Deno.test(`Plateau ${title} goes on from its state in JSON, from any moment`, () => {
    const whole = new Plateau(options as PlateauOptions);
    for (const [i, loss] of validationLosses.entries()) {
      const again = new Plateau(
        options as PlateauOptions,
        JSON.parse(JSON.stringify(whole)),
      );
      for (const later of validationLosses.slice(i)) again.observe(later);
      whole.observe(loss);
      const rest = new Plateau(options as PlateauOptions, whole.toJSON());
      for (const later of validationLosses.slice(i + 1)) rest.observe(later);
      assertEquals(again.toJSON(), rest.toJSON());
    }
    assertAllClose([whole.rate() / rates.at(-1)!], [1], 1e-6);
  });
}
