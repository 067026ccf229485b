// What instances of an application ask each other: a question about a store, for certain tasks.

import { KsError } from '../model/errors.ts'
import type { QueryRow, RowPage, StoreQuery } from './store-query.ts'

/** Who is to answer: the process (or thread) itself, all that share its state directory, or whoever there is. */
export type AnswerScope = 'own' | 'host' | 'all'

/** A question for tasks. */
export interface TaskQuestion {
  /** The group of the stage: who belongs to another one has no answer. */
  readonly group: string
  readonly store: string
  readonly query: StoreQuery
  /** Ids; all of them have to be answered for. */
  readonly tasks: readonly string[]
  /** Copies may answer where the task itself does not run. */
  readonly stale: boolean
  readonly scope: AnswerScope
}

/** A copy that has answered, and how many records of the changelog it had still to read; undefined if that is not known. */
export interface StaleTask {
  readonly task: string
  readonly lag: number | undefined
}

/** The answer for all tasks of a question. */
export interface TaskAnswer extends RowPage {
  readonly stale: readonly StaleTask[]
}

/** The tasks of an instance. */
export interface InstanceTasks {
  readonly group: string
  readonly active: readonly string[]
  readonly standby: readonly string[]
}

/** Another instance of the application. */
export interface Peer {
  /** For messages. */
  readonly name: string
  /** Rejects with KsError busy if it cannot be reached. */
  tasks(signal: AbortSignal): Promise<InstanceTasks>
  /** Rejects with KsError busy if it cannot be reached, or cannot answer now. */
  ask(question: TaskQuestion, signal: AbortSignal): Promise<TaskAnswer>
}

/** Something cannot be answered at the moment, but probably soon. */
export const notAvailable = (why: string): KsError => new KsError('busy', `not available, retry: ${why}`)

/** A question as another instance sent it. KsError usage if it is none. */
export const readTaskQuestion = (json: unknown): TaskQuestion => {
  const { group, store, query, tasks, stale, scope } = fieldsOf(json)
  if (
    !isText(group) ||
    !isText(store) ||
    !isTexts(tasks) ||
    typeof stale !== 'boolean' ||
    (scope !== 'own' && scope !== 'host' && scope !== 'all')
  ) {
    throw new KsError('usage', 'not a question of an instance of ks')
  }
  return { group, store, query: readStoreQuery(query), tasks, stale, scope }
}

const readStoreQuery = (json: unknown): StoreQuery => {
  const { keys, from, to, prefix, start, end, asOf, reverse, limit, after } = fieldsOf(json)
  if (typeof reverse !== 'boolean' || !isTime(limit)) throw new KsError('usage', 'not a question of an instance of ks')
  return {
    ...(isTexts(keys) ? { keys } : {}),
    ...(isText(from) ? { from } : {}),
    ...(isText(to) ? { to } : {}),
    ...(isText(prefix) ? { prefix } : {}),
    ...(isTime(start) ? { start } : {}),
    ...(isTime(end) ? { end } : {}),
    ...(isTime(asOf) ? { asOf } : {}),
    ...(after === undefined ? {} : { after: readPlace(after) }),
    reverse,
    limit,
  }
}

const readPlace = (json: unknown): NonNullable<StoreQuery['after']> => {
  const { key, start, end } = fieldsOf(json)
  if (!isText(key)) throw new KsError('usage', 'not a place in a store')
  return { key, ...(isTime(start) && isTime(end) ? { start, end } : {}) }
}

/** An answer as another instance sent it. KsError busy if it cannot be understood: it may be of another version. */
export const readTaskAnswer = (json: unknown): TaskAnswer => {
  const { rows, more, stale } = fieldsOf(json)
  if (!Array.isArray(rows) || typeof more !== 'boolean' || !Array.isArray(stale)) {
    throw notAvailable('an instance has given an answer that is none')
  }
  return {
    rows: rows.map(readRow),
    more,
    stale: stale.map((each: unknown) => {
      const { task, lag } = fieldsOf(each)
      return { task: isText(task) ? task : '', lag: isTime(lag) ? lag : undefined }
    }),
  }
}

const readRow = (json: unknown): QueryRow => {
  const { key, start, end, keyJson, valueJson, timestamp } = fieldsOf(json)
  if (!isText(key) || !isText(keyJson) || !isText(valueJson) || !isTime(timestamp)) {
    throw notAvailable('an instance has given an answer that is none')
  }
  return { key, ...(isTime(start) && isTime(end) ? { start, end } : {}), keyJson, valueJson, timestamp }
}

/** What an instance says of its tasks. KsError busy if it cannot be understood. */
export const readInstanceTasks = (json: unknown): InstanceTasks => {
  const { group, active, standby } = fieldsOf(json)
  if (!isText(group) || !isTexts(active) || !isTexts(standby)) {
    throw notAvailable('an instance has given an answer that is none')
  }
  return { group, active, standby }
}

const fieldsOf = (json: unknown): Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {}

const isText = (value: unknown): value is string => typeof value === 'string'

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
