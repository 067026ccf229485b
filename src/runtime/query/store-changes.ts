// Changes of a store as those get them who watch it.

import { KsError } from '../model/errors.ts'
import { decodeValue, readSessionKey, readWindowKey } from '../stores/row-format.ts'
import type { CommittedChange } from '../tasks/store-watches.ts'
import type { StoreDeclaration } from '../topology/topology.ts'
import { rowJson } from './row-text.ts'
import { keyJson, textRows, type RowWindow } from './text-row.ts'

/** A row that a commit has changed. */
export interface ChangeEvent {
  readonly event: 'update' | 'delete'
  /** JSON: the row as the command prints it; of a deleted one its key and window. */
  readonly data: string
}

/** Makes events of the changes of a store. @throws KsError usage if it cannot be watched. */
export const changeReader = ({
  name,
  kind,
  codec,
  view,
}: StoreDeclaration): ((change: CommittedChange) => ChangeEvent) => {
  if (view === undefined || view.historyMs !== undefined || kind === 'unmatched') {
    throw new KsError('usage', `${name} cannot be watched: its rows have a history`)
  }
  return ({ key: bytes, row }) => {
    const { key, window } = placeIn(bytes, kind, view.windowMs)
    const [shown] = row === null ? [] : textRows(view, { key, ...decodeValue(codec, row) }, window)
    // One that is not shown any more is as good as deleted.
    if (shown === undefined) return { event: 'delete', data: deletedJson(keyJson(view, key), window) }
    return { event: 'update', data: rowJson(shown, view) }
  }
}

const placeIn = (
  bytes: Buffer,
  kind: StoreDeclaration['kind'],
  windowMs: number | undefined,
): { readonly key: string; readonly window: RowWindow | undefined } => {
  if (kind === 'key-value') return { key: bytes.toString('utf8'), window: undefined }
  if (kind === 'session') {
    const { key, start, end } = readSessionKey(bytes, 0)
    return { key, window: { start, end, isSession: true } }
  }
  const { key, windowStart: start } = readWindowKey(bytes, 0)
  return { key, window: { start, end: windowMs === undefined ? undefined : start + windowMs } }
}

const deletedJson = (key: string, window: RowWindow | undefined): string => {
  if (window === undefined) return `{"key":${key}}`
  const end = window.end === undefined ? '' : `,"window_end":${String(window.end)}`
  return `{"key":${key},"window_start":${String(window.start)}${end}}`
}
