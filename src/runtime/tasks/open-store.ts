// A store as its declaration says.

import type { BytesStore } from '../stores/bytes-store.ts'
import { KeyValueStore } from '../stores/key-value-store.ts'
import { SessionStore } from '../stores/session-store.ts'
import { TimelineStore } from '../stores/timeline-store.ts'
import type { TypedStore } from '../stores/typed-store.ts'
import { UnmatchedStore } from '../stores/unmatched-store.ts'
import { WindowStore } from '../stores/window-store.ts'
import type { StoreDeclaration } from '../topology/topology.ts'

/** Opens it and reads what of it must be in memory. @param backing where its rows live; undefined keeps them in memory. */
export const openStore = async (
  declaration: StoreDeclaration,
  backing: BytesStore | undefined,
): Promise<TypedStore> => {
  const { name, kind, codec, loadAll, ttlMs, retentionMs = 0 } = declaration
  switch (kind) {
    case 'key-value': {
      const store = new KeyValueStore(name, codec, backing)
      if (loadAll) await store.loadAll()
      await store.loadPending()
      if (ttlMs !== undefined) await store.loadTimes()
      return store
    }
    case 'window':
      return loaded(new WindowStore(name, codec, backing))
    case 'session':
      return loaded(new SessionStore(name, codec, backing))
    case 'unmatched':
      return loaded(new UnmatchedStore(name, backing))
    case 'timeline':
    case 'timeline-duplicates': {
      const keepsDuplicates = kind === 'timeline-duplicates'
      return loaded(new TimelineStore(name, codec, backing, { keepsDuplicates, retentionMs }))
    }
  }
}

const loaded = async <S extends TypedStore & { loadAll(): Promise<void> }>(store: S): Promise<S> => {
  await store.loadAll()
  return store
}
