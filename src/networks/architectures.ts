/**
 * The architectures by name: how a saved model finds its network again.
 *
 * @module
 */
import type { CNNConfig } from "./cnn_config.ts";
import { CNNNetwork } from "./cnn_network.ts";
import type { LayersModelConfig } from "./layers_model_config.ts";
import { LayersModelNetwork } from "./layers_model_network.ts";
import type { Network, NetworkConfig } from "./network.ts";
import { type NGramConfig, NGramNetwork } from "./ngram_network.ts";
import type { RecurrentConfig, RecurrentKind } from "./recurrent_config.ts";
import { RecurrentNetwork } from "./recurrent_network.ts";
import type { TransformerNetworkConfig } from "./transformer_config.ts";
import { TransformerNetwork } from "./transformer_network.ts";

/** Files from before there were options beside the sizes name those only; the others have their defaults then. */
const recurrent = (kind: RecurrentKind) => (config: NetworkConfig): Network =>
  new RecurrentNetwork(kind, config as NetworkConfig & RecurrentConfig);

const ARCHITECTURES: Readonly<
  Record<string, (config: NetworkConfig) => Network>
> = {
  rnn: recurrent("rnn"),
  lstm: recurrent("lstm"),
  gru: recurrent("gru"),
  cnn: (config) => new CNNNetwork(config as NetworkConfig & CNNConfig),
  ngram: (config) => new NGramNetwork(config as NetworkConfig & NGramConfig),
  transformer: (config) =>
    new TransformerNetwork(config as NetworkConfig & TransformerNetworkConfig),
  layers_model: (config) =>
    new LayersModelNetwork(config as NetworkConfig & LayersModelConfig),
};

/**
 * @param kind Name of the architecture.
 * @param config What the network's `config` was.
 * @returns A network of the same shape; its weights are to be set.
 * @throws {RangeError} If there is no such architecture, or the sizes are out of range.
 * @throws {TypeError} If the config has a name that is unknown, or something of another type.
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
