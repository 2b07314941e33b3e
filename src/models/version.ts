/**
 * The version that model files record.
 *
 * @module
 */

/** Version of Textloom, the same as in `deno.json`. */
export const VERSION: string = "0.1.0";
