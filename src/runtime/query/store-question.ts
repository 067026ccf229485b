// What can be asked of the stores of a run, and what one thread of it answers. Everything is plain data: questions and answers go
// from thread to thread.

import type { StoreView } from '../stores/store-view.ts'
import type { StoreKind } from '../topology/topology.ts'
import type { ChangeEvent } from './store-changes.ts'
import type { RowPage, StoreQuery } from './store-query.ts'

/** Rows of a store: those of some keys, or of a range of them. */
export type StoreQuestion =
  | {
      readonly kind: 'keys'
      readonly store: string
      /** Texts of keys; what was typed may stand for several. */
      readonly keys: readonly string[]
      readonly query: Pick<StoreQuery, 'start' | 'end' | 'asOf'>
      /** The one task that can have them; undefined if that is not known. */
      readonly task: string | undefined
    }
  | { readonly kind: 'range'; readonly store: string; readonly query: StoreQuery }
  /** How many rows each store has. */
  | { readonly kind: 'counts' }
  /** Whether all tasks can be asked. */
  | { readonly kind: 'state' }

/** The rows of a store in the tasks of a thread. */
export interface StoreCount {
  readonly store: string
  /** Those that were counted, and an estimate of the others. */
  readonly rows: number
}

/** What a thread answers. */
export type ThreadAnswer =
  | {
      readonly kind: 'answer'
      readonly page: RowPage
      readonly counts: readonly StoreCount[]
      /** Those that have been asked. */
      readonly tasks: readonly string[]
    }
  /** Not now. @see notAvailable */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The question does not go with the store. */
  | { readonly kind: 'refused'; readonly message: string }

/** A store that can be asked. */
export interface AskableStore {
  readonly name: string
  readonly kind: StoreKind
  readonly view: StoreView
}

/** What the tasks that can be asked answer together. */
export interface StoreAnswer {
  readonly page: RowPage
  readonly counts: readonly StoreCount[]
  /** Tasks that have the store, or the key, and are with other instances: what they have is not in the answer. */
  readonly elsewhere: readonly string[]
}

/** Whoever can be asked about stores. */
export interface StoreOracle {
  readonly stores: readonly AskableStore[]
  /**
   * @throws KsError usage for a question that does not go with the store; whatever says that it cannot be answered now.
   */
  ask(question: StoreQuestion): Promise<StoreAnswer>
  /** The one task that can have a key; undefined if that is not certain. */
  taskOf(store: string, key: string): string | undefined
  /**
   * What commits change from now on, until the signal aborts or something is lost. @throws KsError usage if the store cannot be
   * watched.
   */
  changes(store: string, signal: AbortSignal): AsyncIterable<readonly ChangeEvent[]>
}
