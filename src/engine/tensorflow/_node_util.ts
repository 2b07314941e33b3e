/**
 * Gives `node:util` back what tfjs-node-gpu 4.22.0 calls and Node 23 took away. It must be imported
 * before the kernels.
 *
 * @module
 */
import util from "node:util";

const removed = util as unknown as Record<string, unknown>;
removed["isNullOrUndefined"] ??= (value: unknown): boolean =>
  value === null || value === undefined;
removed["isArray"] ??= Array.isArray;
