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

Deno.test("Plateau goes back to what it knew at a moment, but not to a rate that was higher", () => {
  const plateau = new Plateau({ peak: 0.1, factor: 0.5, patience: 1 });
  plateau.observe(3);
  const then = plateau.toJSON();
  assertEquals(then, { rate: 0.1, best: 3, waited: 0, cooldown: 0 });
  plateau.observe(2);
  plateau.observe(2.5);
  plateau.goBack(then);
  assertEquals(plateau.toJSON(), then);
  plateau.observe(2.9); // better than 3
  assertEquals(plateau.toJSON(), { ...then, best: 2.9 });
  for (const loss of [4, 4]) plateau.observe(loss);
  assertEquals(plateau.rate(), 0.05);
  plateau.goBack(then);
  assertEquals(plateau.toJSON(), { ...then, rate: 0.05 });
  plateau.goBack(null);
  assertEquals(plateau.toJSON(), { ...then, rate: 0.05 });
});
