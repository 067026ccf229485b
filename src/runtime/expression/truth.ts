// What counts as true.

/** Everything but false and null (missing is null). */
export const isTrue = (value: unknown): boolean => value !== false && value !== null && value !== undefined
