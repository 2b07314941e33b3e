/** x. @module */
export function fpath(): number { return 1; }
