/**
 * What every measurement checks first: the model and the signal.
 *
 * @module
 */
import type { Network } from "../networks/network.ts";
import { shown } from "../text/refusal.ts";

/**
 * @param action What cannot be done without a model, such as `"Cannot evaluate"`.
 * @param model What the caller gave.
 * @param model.network Predicts the next token.
 * @param needed What of the network is needed.
 * @throws {TypeError} If it has no network with that.
 */
export function checkModel(
  action: string,
  model: { readonly network: Network },
  needed: "forward" | "parameters" = "forward",
): void {
  if (model?.network?.[needed] !== undefined) return;
  throw new TypeError(
    `${action}: the model must be one, such as buildLSTM() gives: ${
      shown(model)
    }`,
  );
}

/**
 * @param action What cannot be done otherwise.
 * @param signal What the caller gave.
 * @throws {TypeError} If it is given and no AbortSignal.
 */
export function checkSignal(action: string, signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new TypeError(
    `${action}: signal must be an AbortSignal: ${shown(signal)}`,
  );
}
