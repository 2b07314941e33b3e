/**
 * The architectures by name: how a saved model finds its network again.
 *
 * @module
 */
import { LSTMNetwork, type LSTMNetworkConfig } from "./lstm_network.ts";
import type { Network } from "./network.ts";

const ARCHITECTURES: Readonly<
  Record<string, (config: Record<string, number>) => Network>
> = {
  lstm: (config) =>
    new LSTMNetwork(config as Record<string, number> & LSTMNetworkConfig),
};

/**
 * @param kind Name of the architecture.
 * @param config What the network's `config` was.
 * @returns A network of the same shape; its weights are to be set.
 * @throws {RangeError} If there is no such architecture, or the sizes are out of range.
 */
export function buildNetwork(
  kind: string,
  config: Record<string, number>,
): Network {
  if (!Object.hasOwn(ARCHITECTURES, kind)) {
    throw new RangeError(
      `Cannot build the network: the architecture must be one of ${
        Object.keys(ARCHITECTURES).join(", ")
      }: "${kind}"`,
    );
  }
  return ARCHITECTURES[kind]!(config);
}
