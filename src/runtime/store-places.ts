// Which tasks of an application have the rows of a store, and which of them a key belongs to.

import type { LayoutTask } from './group-assignment.ts'
import type { GroupLayout } from './group-layout.ts'
import { repartitionOfKey } from './kafka/topic-sink.ts'
import { taskName } from './opened-task.ts'

/** Where rows are. */
export interface StorePlaces {
  /** All tasks that have the store. */
  tasksOf(store: string): readonly string[]
  /** The one task that can have a key; undefined unless that is certain. @param key its text. */
  taskOf(store: string, key: string): string | undefined
}

/** As the topology and the partitions of its topics say. */
export const placesIn = (layout: GroupLayout, tasks: ReadonlyMap<string, LayoutTask>): StorePlaces => ({
  tasksOf: (store) =>
    [...tasks.values()]
      .filter(({ part }) => part.topology.stores.some(({ name }) => name === store))
      .map(({ id }) => id),
  taskOf: (store, key) => {
    const part = layout.parts.find(({ topology }) => topology.stores.some(({ name }) => name === store))
    const view = part?.topology.stores.find(({ name }) => name === store)?.view
    const [source, ...others] = part?.sources ?? []
    // Others partition topics as they like, and a processor keeps what it likes. What ks brings together itself, by the key that
    // rows of the store have, is where ks has put it.
    const isRow = view?.row !== undefined || view?.isRecord === true
    const isOurs = source?.repartition?.keys === 'typed' && source.repartition.form === undefined
    if (part === undefined || source === undefined || others.length > 0 || !isRow || !isOurs) return undefined
    const partitions = layout.counts.get(source.topic)
    return partitions === undefined ? undefined : taskName(part, repartitionOfKey(key, partitions))
  },
})
