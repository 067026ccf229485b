// Those who want to hear what commits change in stores. Nobody hears of a change before it is durable, and a run that nobody
// watches does nothing for it.

import type { ChangelogVisitor } from '../stores/row-format.ts'

/** A row that a commit has changed: bytes as in a changelog; null if it has been deleted. */
export interface CommittedChange {
  readonly key: Buffer
  readonly row: Buffer | null
}

type Watcher = (changes: readonly CommittedChange[]) => void

/** The watchers of all tasks of a thread, those to come included. */
export class StoreWatches {
  private readonly watchers = new Map<string, Set<Watcher>>()

  /** Calls back after each commit that has changed rows of a store. @returns what ends that. */
  watch(store: string, watcher: Watcher): () => void {
    const watchers = this.watchers.get(store) ?? new Set()
    this.watchers.set(store, watchers.add(watcher))
    return () => {
      watchers.delete(watcher)
    }
  }

  /** @internal */
  of(store: string): ReadonlySet<Watcher> | undefined {
    const watchers = this.watchers.get(store)
    return watchers === undefined || watchers.size === 0 ? undefined : watchers
  }
}

/** The commits of one task. */
export class WatchedCommits {
  private readonly watches: StoreWatches
  private readonly changes = new Map<string, CommittedChange[]>()

  constructor(watches: StoreWatches) {
    this.watches = watches
  }

  /** A commit begins: what an earlier one has not made durable comes again. */
  begin(): void {
    this.changes.clear()
  }

  /** Sees the changes of a store on their way to its changelog, if it has one. */
  visitor(store: string, log: ChangelogVisitor | undefined): ChangelogVisitor | undefined {
    if (this.watches.of(store) === undefined) return log
    const changes: CommittedChange[] = []
    this.changes.set(store, changes)
    return (key, row, timestamp) => {
      changes.push({ key, row })
      log?.(key, row, timestamp)
    }
  }

  /** It is durable. */
  committed(): void {
    for (const [store, changes] of this.changes) {
      if (changes.length > 0) for (const watcher of this.watches.of(store) ?? []) watcher(changes)
    }
    this.changes.clear()
  }
}
