// Text by which values are told apart in a Map. Values are equal if their JSON texts are, as for keys of groups.

import { stringifyJson } from '../serde/json-parse.ts'

/** JSON text, except that a string is only marked by a quote in front: no JSON text but a string's begins with one. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? `"${value}` : stringifyJson(value))
