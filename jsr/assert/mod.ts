/** x. @module */
export function fassert(): number { return 1; }
