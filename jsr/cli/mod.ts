/** x. @module */
export function fcli(): number { return 1; }
