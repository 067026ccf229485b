// Which file a file is, whatever its name is today. Device and inode say so while it lives; the first bytes tell when it was
// emptied and written anew, or when its inode has gone to another file.

import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A regular file. */
export interface FileIdentity {
  /** Device number, in decimal. */
  readonly device: string
  /** Inode number, in decimal. */
  readonly inode: string
  /** The first bytes of the text (decompressed), at most `headBytesMax`, as far as they have been read. */
  head: Buffer
}

/** So many bytes at the beginning make the fingerprint. */
export const headBytesMax = 1024

/** The name of an identity in a table. */
export const identityKey = (identity: Pick<FileIdentity, 'device' | 'inode'>): string =>
  `${identity.device}:${identity.inode}`

/** Adds what was read at `position` of the text to the head, if it continues it. */
export const rememberHead = (
  identity: FileIdentity,
  bytes: Buffer,
  start: number,
  end: number,
  position: number,
): void => {
  const known = identity.head.length
  if (position > known || position + end - start <= known || known >= headBytesMax) return
  const from = start + known - position
  identity.head = Buffer.concat([identity.head, bytes.subarray(from, Math.min(end, from + headBytesMax - known))])
}

/** A hash of the first `length` bytes of a head. */
export const fingerprint = (head: Buffer, length: number): string =>
  createHash('sha256').update(head.subarray(0, length)).digest('hex').slice(0, 32)

/** A file in a directory. */
export interface FoundFile {
  readonly path: string
  readonly inode: string
  readonly modifiedMs: number
}

/** The regular files beside a path, itself included, whose names begin with its name or (`begins` false) do not. */
async function* filesBeside(path: string, begins: boolean): AsyncGenerator<FoundFile> {
  const directory = dirname(path)
  for (const name of await readdir(directory).catch((): string[] => [])) {
    if (name.startsWith(basename(path)) !== begins) continue
    const found = join(directory, name)
    // Files come and go while a directory is being looked through.
    const stats = await stat(found, { bigint: true }).catch(() => undefined)
    if (stats?.isFile() !== true) continue
    yield { path: found, inode: String(stats.ino), modifiedMs: Number(stats.mtimeMs) }
  }
}

/** The file with an inode in the directory in which it was last seen: at its old path, or renamed. */
export const findInode = async (oldPath: string, inode: string): Promise<FoundFile | undefined> => {
  for (const begins of [true, false]) {
    for await (const file of filesBeside(oldPath, begins)) if (file.inode === inode) return file
  }
  return undefined
}

/** The files that were written under a path, going by their names, after a file that was moved away from it. */
export const laterFiles = async (oldPath: string, rotated: FoundFile): Promise<readonly FoundFile[]> => {
  const later: FoundFile[] = []
  for await (const file of filesBeside(oldPath, true)) if (file.modifiedMs > rotated.modifiedMs) later.push(file)
  return later
}
