/**
 * The architectures by name: how a saved model finds its network again.
 *
 * @module
 */
import { LSTMNetwork, type LSTMNetworkConfig } from "./lstm_network.ts";
import type { Network, NetworkConfig } from "./network.ts";
import type { TransformerNetworkConfig } from "./transformer_config.ts";
import { TransformerNetwork } from "./transformer_network.ts";

const ARCHITECTURES: Readonly<
  Record<string, (config: NetworkConfig) => Network>
> = {
  lstm: (config) =>
    new LSTMNetwork(config as NetworkConfig & LSTMNetworkConfig),
  transformer: (config) =>
    new TransformerNetwork(config as NetworkConfig & TransformerNetworkConfig),
};

/**
 * @param kind Name of the architecture.
 * @param config What the network's `config` was.
 * @returns A network of the same shape; its weights are to be set.
 * @throws {RangeError} If there is no such architecture, or the sizes are out of range.
 */
export function buildNetwork(
  kind: string,
  config: NetworkConfig,
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
