// What the commits of a run change in a store, of all its threads. A thread other than the first one is asked again and again, and
// answers as soon as it has something to tell.

import { randomUUID } from 'node:crypto'
import type { CliContext, RunningThread } from './cli/context.ts'
import { ChangeFeed } from './query/change-feed.ts'
import { changeReader, type ChangeEvent } from './query/store-changes.ts'
import type { StoreDeclaration } from './topology/topology.ts'
import type { StoreWatches } from './tasks/store-watches.ts'

/** What a thread is asked for. */
interface ChangesWanted {
  readonly store: string
  /** One for each who watches. */
  readonly watch: string
}

const question = 'changes'
/** How long a thread waits for something to tell, ms. */
const waitMs = 5_000
/** After so long nobody wants to know any more, ms. */
const forgottenMs = 3 * waitMs

/** Feeds what commits change in a store; returns what ends that. @throws KsError usage if the store cannot be watched. */
const feedChanges = (feed: ChangeFeed, store: StoreDeclaration, watches: StoreWatches): (() => void) => {
  const read = changeReader(store)
  return watches.watch(store.name, (changes) => {
    feed.push(changes.map(read))
  })
}

/** Makes a thread tell the first one. */
export const tellFirstThread = (
  stores: readonly StoreDeclaration[],
  watches: StoreWatches,
  { thread }: CliContext,
): void => {
  const feeds = new Map<string, { readonly feed: ChangeFeed; keep(): void }>()
  const begin = ({ store, watch }: ChangesWanted): { readonly feed: ChangeFeed; keep(): void } | undefined => {
    const declaration = stores.find(({ name }) => name === store)
    if (declaration === undefined) return undefined
    const feed = new ChangeFeed()
    const stop = feedChanges(feed, declaration, watches)
    let timer: NodeJS.Timeout | undefined
    const keep = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        stop()
        feeds.delete(watch)
      }, forgottenMs).unref()
    }
    feeds.set(watch, { feed, keep })
    return { feed, keep }
  }
  thread?.answer(question, async (about) => {
    const wanted = about as ChangesWanted // what `threadChanges` asks
    const known = feeds.get(wanted.watch) ?? begin(wanted)
    known?.keep()
    return { events: await known?.feed.take(waitMs) }
  })
}

/**
 * Events in the order of the commits of each task, until the signal aborts; it ends early if some have been lost because they were
 * not taken. @throws KsError usage if the store cannot be watched.
 */
export const runChanges = (
  store: StoreDeclaration,
  watches: StoreWatches,
  threads: readonly RunningThread[],
  signal: AbortSignal,
): AsyncGenerator<readonly ChangeEvent[], void> => {
  const feed = new ChangeFeed()
  const stop = feedChanges(feed, store, watches)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  const watch = randomUUID()
  for (const thread of threads) void relay(thread, { store: store.name, watch }, feed, signal)
  return taken(feed, signal)
}

async function* taken(feed: ChangeFeed, signal: AbortSignal): AsyncGenerator<readonly ChangeEvent[], void> {
  while (!signal.aborted) {
    const events = await feed.take(Infinity, signal)
    if (events === undefined) return
    yield events
  }
}

/** Until nobody wants to know any more, or the thread has ended. */
const relay = async (
  thread: RunningThread,
  wanted: ChangesWanted,
  feed: ChangeFeed,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    // What `tellFirstThread` gives.
    const answer = (await thread.ask(question, wanted)) as { events: readonly ChangeEvent[] | undefined } | undefined
    if (answer?.events === undefined) {
      feed.lose()
      return
    }
    feed.push(answer.events)
  }
}
