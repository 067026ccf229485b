// How far each file has been read, for applications that go on where the last run ended. Plain rows: they are stored in the
// same batch as the state that was computed from what was read.

import { KsError } from '../model/errors.ts'
import { fingerprint, headBytesMax, identityKey, type FileIdentity } from './file-identity.ts'
import type { ResumePoint } from './record-decoder.ts'

/** How far one file has been read. */
export interface PositionRow extends ResumePoint {
  readonly device: string
  readonly inode: string
  /** The absolute path that it was read under. */
  readonly path: string
  /** Where it lay, symbolic links resolved; another path once it has been rotated. Empty if nobody knows. */
  readonly file: string
  /** Bytes of text (decompressed) that have been processed. */
  readonly position: number
  /** How large it was at least, in bytes of text. */
  readonly sizeBytes: number
  /** How many of its first bytes the fingerprint covers. */
  readonly headBytes: number
  readonly fingerprint: string
  /** Another file has taken its path. */
  readonly rotated: boolean
}

/** Where a file is and how much there is of it. */
export type FilePlace = Pick<PositionRow, 'path' | 'file' | 'sizeBytes' | 'rotated'>

/** A row to put, or to delete if it has no JSON. */
export interface PositionChange {
  readonly key: string
  readonly json: string | undefined
}

const firstLine: ResumePoint = { line: 0 }

/** The positions of all files of one stage. */
export class PositionTable {
  private readonly rows = new Map<string, PositionRow>()
  private readonly changed = new Set<string>()

  /** @param stored the JSON of all rows that earlier runs have left. */
  constructor(stored: Iterable<string> = []) {
    for (const json of stored) {
      const row = decodeRow(json)
      this.rows.set(identityKey(row), row)
    }
  }

  /** The row of a file, even if its content has been replaced (`isSameContent` tells). */
  find(identity: FileIdentity, path: string): PositionRow | undefined {
    const row = this.rows.get(identityKey(identity))
    if (row !== undefined) return row
    // Device numbers may change when a system starts again; the same inode, path and content are the same file.
    for (const other of this.rows.values()) {
      const moved = other.inode === identity.inode && other.path === path && other.headBytes > 0
      if (moved && isSameContent(other, identity)) return other
    }
    return undefined
  }

  /** The rows of files that were read under a path. */
  under(path: string): readonly PositionRow[] {
    return [...this.rows.values()].filter((row) => row.path === path)
  }

  /** True if a file with this inode has been read. */
  hasInode(inode: string): boolean {
    return [...this.rows.values()].some((row) => row.inode === inode)
  }

  /** Starts or continues a file at a position; `previous` is the row it had, if any. */
  begin(identity: FileIdentity, place: FilePlace, position: number, previous: PositionRow | undefined): void {
    if (previous !== undefined) this.forget(previous)
    const { line, header } = position > 0 && previous !== undefined ? previous : firstLine
    const { path, file, sizeBytes, rotated } = place
    const headBytes = Math.min(identity.head.length, position)
    this.put({
      device: identity.device,
      inode: identity.inode,
      path,
      file,
      position,
      sizeBytes: Math.max(sizeBytes, position),
      headBytes,
      fingerprint: fingerprint(identity.head, headBytes),
      rotated,
      line,
      ...(header === undefined ? {} : { header }),
    })
  }

  /**
   * Everything before `position` (in bytes of text) has been processed.
   * @param resume what the decoder says about that place; without it the line and header known so far stay.
   */
  advance(identity: FileIdentity, position: number, resume?: ResumePoint): void {
    const row = this.rows.get(identityKey(identity))
    if (row === undefined) throw new Error(`no input has the identity ${identityKey(identity)}`)
    const headBytes = Math.min(identity.head.length, position, headBytesMax)
    this.put({
      ...row,
      ...resume,
      position,
      sizeBytes: Math.max(row.sizeBytes, position),
      ...(headBytes > row.headBytes ? { headBytes, fingerprint: fingerprint(identity.head, headBytes) } : {}),
    })
  }

  /** The file is gone, or its content is. */
  forget(row: PositionRow): void {
    const key = identityKey(row)
    this.rows.delete(key)
    this.changed.add(key)
  }

  /** What has changed since the last call, for the next batch. */
  takeChanges(): readonly PositionChange[] {
    const changes = [...this.changed].map((key) => {
      const row = this.rows.get(key)
      return { key, json: row === undefined ? undefined : JSON.stringify(row) }
    })
    this.changed.clear()
    return changes
  }

  private put(row: PositionRow): void {
    const key = identityKey(row)
    this.rows.set(key, row)
    this.changed.add(key)
  }
}

/** True if a file begins with the bytes that the row's file began with. */
export const isSameContent = (row: PositionRow, identity: FileIdentity): boolean =>
  identity.head.length >= row.headBytes && fingerprint(identity.head, row.headBytes) === row.fingerprint

const textFields = ['device', 'inode', 'path', 'file', 'fingerprint'] as const
const numberFields = ['position', 'sizeBytes', 'headBytes', 'line'] as const

const decodeRow = (json: string): PositionRow => {
  const row = parseRow(json)
  const complete =
    row !== undefined &&
    textFields.every((name) => typeof row[name] === 'string') &&
    numberFields.every((name) => Number.isSafeInteger(row[name]) && Number(row[name]) >= 0) &&
    typeof row.rotated === 'boolean' &&
    (row.header === undefined || typeof row.header === 'string')
  if (!complete) throw new KsError('io', `damaged file position in the state: ${json.slice(0, 200)}`)
  // Every field has just been checked.
  return row as PositionRow
}

const parseRow = (json: string): Partial<Record<keyof PositionRow, unknown>> | undefined => {
  try {
    const row: unknown = JSON.parse(json)
    return typeof row === 'object' && row !== null ? row : undefined
  } catch {
    return undefined
  }
}
