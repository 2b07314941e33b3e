import { assertEquals, assertThrows } from "@std/assert";
import {
  checkOptionNames,
  nearestName,
  unknownOption,
} from "../../src/text/options.ts";

const KNOWN = ["maxTokens", "minTokens", "topK", "topP", "n", "seed"];

for (
  const [given, meant] of [
    ["maxToken", "maxTokens"], // one letter left out
    ["max_tokens", "maxTokens"], // capitals and underscores do not count
    ["MAXTOKENS", "maxTokens"],
    ["mixTokens", "maxTokens"], // as near as minTokens, which comes later
    ["minTokenss", "minTokens"], // one letter put in
    ["nimTokens", "minTokens"], // by two letters; max would take three
    ["sede", "seed"], // two letters swapped
    ["sed", "seed"],
    ["maxTkns", "maxTokens"], // 2 of 9
    ["mxTkns", "maxTokens"], // 3 of 9
    ["mxTkn", undefined], // 4 of 9
    ["sd", undefined], // 2 of 4
    ["sxed", "seed"],
    ["topQ", "topK"],
    ["k", undefined], // one letter is no spelling of another
    ["temperature", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`nearestName() takes ${JSON.stringify(given)} for ${meant}`, () => {
    assertEquals(nearestName(given, KNOWN), meant);
  });
}

Deno.test("checkOptionNames() names the option that does not exist, what it may mean, and then those that do", () => {
  const refused = (options: unknown): string =>
    assertThrows(
      () => checkOptionNames("Cannot write", options as object, KNOWN),
      TypeError,
    ).message;
  assertEquals(
    refused({ seed: 1, topp: 0.9 }),
    'Cannot write: there is no option "topp", did you mean "topP"? (known: maxTokens, minTokens, topK, topP, n, seed)',
  );
  assertEquals(
    refused({ heat: 1 }),
    'Cannot write: there is no option "heat" (known: maxTokens, minTokens, topK, topP, n, seed)',
  );
  assertEquals(
    refused(null),
    "Cannot write: options must be an object: null",
  );
  assertEquals(
    refused([]),
    "Cannot write: options must be an object: an array",
  );
  assertEquals(
    refused(new Map([["seed", 1]])),
    "Cannot write: options must be an object: a Map",
  );
  assertEquals(
    refused(Promise.resolve({ seed: 1 })),
    "Cannot write: options must be an object: a Promise",
  );
  checkOptionNames("Cannot write", { seed: 1, n: undefined }, KNOWN);
});

Deno.test("unknownOption() shows a name of any letters in quotes", () => {
  assertEquals(
    unknownOption("Cannot write", 'a"\n', ["b"]).message,
    'Cannot write: there is no option "a\\"\\n" (known: b)',
  );
});
