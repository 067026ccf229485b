// How the rows of a store look to those who ask for them from outside.

import type { Window } from '../model/stream-record.ts'

/** What is told of a store whose rows can be asked for. */
export interface StoreView {
  /**
   * `typed`: keys are texts from which the key can be made again (200 and "200" are two keys), see `keyText`. `plain`: they are
   * strings, as they stand in topics.
   */
  readonly keys: 'typed' | 'plain'
  /** Its rows have the keys of the records that reach its operator; otherwise a row may lie in any partition. */
  readonly hasRecordKeys: boolean
  /** How long a window is, ms; undefined for sessions, and where each record brings its window. */
  readonly windowMs?: number
  /** Of a table with history: how far back it goes, ms. */
  readonly historyMs?: number
  /** The row as it is emitted, with its key and window in it; undefined: the value is all there is. */
  row?(key: string, value: unknown, window: Window | undefined): unknown
  /** JSON data of which the codec and `row` can be made again where the program is not at hand; undefined if they cannot. */
  readonly recipe?: StoreRecipe
}

/** How rows are kept and shown, as JSON data. */
export type StoreRecipe =
  | { readonly kind: 'value' }
  | { readonly kind: 'table' }
  | { readonly kind: 'versioned' }
  | {
      readonly kind: 'aggregate'
      readonly columns: readonly { readonly name: string; readonly text: string }[]
      readonly group: GroupFields
      /** `--arg` and `--argjson`. */
      readonly arguments: readonly (readonly [name: string, value: unknown])[]
    }
  | { readonly kind: 'cogroup'; readonly streams: readonly StoreRecipe[] }
  | { readonly kind: 'reduce'; readonly group: GroupFields }

/**
 * Which fields a group key prints as: one with a name, those that the key itself names, or `key` for the key of the record (and none
 * for the group of records without one).
 */
export type GroupFields = { readonly field: string } | 'fields' | 'record key'

/** A store that keeps values as they are given. */
export const valueView: StoreView = { keys: 'typed', hasRecordKeys: true, recipe: { kind: 'value' } }
