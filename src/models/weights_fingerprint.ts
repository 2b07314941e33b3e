/**
 * Tells whether a model has the weights that it had: SHA-256 over all of them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Network } from "../networks/network.ts";

/** The fingerprint of one network, kept as long as the weights stay. */
export class WeightsFingerprint {
  readonly #network: Network;
  /** What the weights were known by when the fingerprint was taken. */
  #key: readonly unknown[] = [];
  #fingerprint = "";

  /** @param network Whose weights. */
  constructor(network: Network) {
    this.#network = network;
  }

  /**
   * Remembers the weights as they are.
   *
   * @returns Tells whether they have changed since.
   */
  watch(): () => boolean {
    const before = this.#versions();
    return () => !isSame(this.#versions(), before);
  }

  /** Gives 64 hexadecimal digits. */
  async read(): Promise<string> {
    const { parameters, counting } = this.#network;
    const all = [...parameters.values()];
    const key = this.#versions();
    if (this.#fingerprint !== "" && isSame(key, this.#key)) {
      return this.#fingerprint;
    }
    // All are asked at once, before the first wait, so that training cannot mix two steps.
    const values = await Promise.all(
      all.map((parameter) => parameter.values()),
    );
    const hash = createHash("sha256");
    for (const [i, { name, shape }] of all.entries()) {
      hash.update(`${name} [${shape}]\n`);
      hash.update(bytesOf(values[i]!));
    }
    for (const [name, { shape, data }] of counting?.tensors() ?? []) {
      hash.update(`${name} [${shape}]\n`);
      hash.update(bytesOf(data as ArrayBufferView));
    }
    this.#key = key;
    return this.#fingerprint = hash.digest("hex");
  }

  /** What the weights are known by now. */
  #versions(): unknown[] {
    const { parameters, counting } = this.#network;
    const all = Array.from(parameters.values(), ({ version }) => version);
    return [...all, counting?.version];
  }
}

function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.every((each, i) => each === others[i]);
}

/** The memory of an array. All machines that Deno runs on are little-endian. */
function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
