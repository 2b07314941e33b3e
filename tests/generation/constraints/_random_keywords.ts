/** JSON schemas of random keywords, which may contradict each other. */
import type { RandomStream } from "../../../src/engine/random.ts";

/** Makes a schema; what it refers to is in it. */
export function randomKeywords(
  random: RandomStream,
): Record<string, unknown> {
  const pick = <T>(list: readonly T[]) => list[random.integer(list.length)]!;
  let depth = 0;

  const keywords: Record<string, () => unknown> = {
    type: () =>
      pick<unknown>([
        "object",
        "array",
        "string",
        "integer",
        "number",
        "null",
        ["boolean", "string"],
        ["object", "integer"],
      ]),
    enum: () => [1, "a", null, "b", 2.5, true].slice(random.integer(6)),
    properties: () => ({ a: schema(), b: schema() }),
    required: () => ["a", "c"].slice(random.integer(3)),
    additionalProperties: () => pick([true, false, schema()]),
    items: () => schema(),
    prefixItems: () => [schema()],
    minItems: () => random.integer(3),
    maxItems: () => random.integer(3),
    minLength: () => random.integer(3),
    maxLength: () => random.integer(3),
    pattern: () => pick(["a+", "^b$", "^[a-c]*$", "b$|c"]),
    minimum: () => random.integer(9) - 4,
    exclusiveMaximum: () => random.integer(9) - 3.5,
    anyOf: () => [schema(), schema()],
    oneOf: () => [schema(), schema()],
    allOf: () => [schema(), schema()],
    $ref: () => pick(["#", "#/$defs/a", "#/$defs/b"]),
  };
  const names = Object.keys(keywords);

  function schema(): Record<string, unknown> | boolean {
    if (depth > 4) return random.uniform() < 0.9;
    depth++;
    const made: Record<string, unknown> = {};
    for (let i = random.integer(3); i >= 0; i--) {
      const name = pick(names);
      made[name] = keywords[name]!();
    }
    depth--;
    return made;
  }

  return {
    ...(schema() as Record<string, unknown>),
    $defs: { a: schema(), b: schema() },
  };
}
