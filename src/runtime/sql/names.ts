// Names as SQL takes them.

import type { Identifier } from './ast.ts'

/** Upper-cased, unless it stands in quotes. */
export const nameOf = ({ text, quoted }: Identifier): string => (quoted ? text : text.toUpperCase())
