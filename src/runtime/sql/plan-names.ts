// Names of a relation that need a qualifier.

import type { Relation } from './relation.ts'

/** A name that columns of several sources have. */
export const ambiguousIn =
  ({ columns, open }: Pick<Relation, 'columns' | 'open'>) =>
  (name: string): boolean =>
    open.length > 1 || columns.filter((column) => column.name === name).length > 1
