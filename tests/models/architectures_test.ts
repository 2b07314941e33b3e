import { assertEquals, assertThrows } from "@std/assert";
import { buildNetwork } from "../../src/models/architectures.ts";
import { LSTMNetwork } from "../../src/models/lstm_network.ts";

Deno.test("buildNetwork() builds each kind again from its config", () => {
  const config = {
    vocabSize: 5,
    embedding: 3,
    units: 4,
    layers: 2,
    dropout: 0.25,
  };
  const network = new LSTMNetwork(config);
  const again = buildNetwork(
    network.kind,
    JSON.parse(JSON.stringify(network.config)),
  );
  assertEquals([again.kind, again.config], ["lstm", config]);
  assertEquals([...again.parameters.keys()], [...network.parameters.keys()]);
});

Deno.test("buildNetwork() refuses an unknown kind, and lists the known ones", () => {
  for (const kind of ["gru", "toString", "__proto__"]) {
    assertThrows(
      () => buildNetwork(kind, {}),
      RangeError,
      `Cannot build the network: the architecture must be one of lstm, transformer: "${kind}"`,
    );
  }
});
