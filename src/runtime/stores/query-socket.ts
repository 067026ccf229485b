// The unix socket at which the owner of a stage can be asked. Its name belongs to whoever has the lock beside it, so what lies there
// when the lock has just been taken was left by a process that was killed.

import { mkdtemp, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { assertPrivateDirectory, fileError, readRecordFile, replaceRecordFile } from './private-files.ts'
import { querySocketPath, querySocketPaths, type StageDirectory } from './state-directory.ts'

/** What fits into a socket address everywhere (macOS has 104 bytes with the NUL behind it). */
const longestPathBytes = 103

/** A place for a socket. */
export interface SocketPlace {
  /** Where to listen. */
  readonly path: string
  /** Removes the socket and what has led to it. */
  release(): Promise<void>
}

/**
 * Makes room for the socket of a lock that this process has. Where its path would be too long for a socket, a file says that it is
 * in a private directory for temporary files. KsError io.
 */
export const claimSocketPlace = async (stage: StageDirectory, instance: number | undefined): Promise<SocketPlace> => {
  const usual = querySocketPath(stage, instance)
  const pointer = pointerFile(usual)
  await removeSocket(usual, stage.root.userId)
  if (Buffer.byteLength(usual) <= longestPathBytes) {
    return { path: usual, release: () => rm(usual, { force: true }) }
  }
  try {
    const directory = await mkdtemp(path.join(tmpdir(), temporaryPrefix))
    await replaceRecordFile(pointer, { socket: path.join(directory, 'socket') })
    return { path: path.join(directory, 'socket'), release: () => removeSocket(usual, stage.root.userId) }
  } catch (error) {
    throw fileError('create', usual, error)
  }
}

/** Removes what a process that was killed has left for a lock that this one has. */
export const removeSocket = async (usual: string, userId: number | undefined): Promise<void> => {
  const elsewhere = await pointedSocket(usual, userId)
  if (elsewhere !== undefined) {
    await rm(elsewhere, { force: true })
    await rmdir(path.dirname(elsewhere)).catch(() => undefined)
  }
  await rm(pointerFile(usual), { force: true })
  await rm(usual, { force: true })
}

/** The sockets of a stage to connect to; nobody may listen there any more. */
export const socketsOfStage = async (stage: StageDirectory): Promise<readonly string[]> => {
  const usual = await querySocketPaths(stage)
  return Promise.all(usual.map(async (file) => (await pointedSocket(file, stage.root.userId)) ?? file))
}

const temporaryPrefix = 'ks-'
const pointerFile = (usual: string): string => `${usual}.json`

/** Where the pointer leads; only to a directory that is this user's alone, whoever may have made it in the meantime. */
const pointedSocket = async (usual: string, userId: number | undefined): Promise<string | undefined> => {
  const { socket } = (await readRecordFile(pointerFile(usual))) ?? {}
  if (typeof socket !== 'string' || !path.basename(path.dirname(socket)).startsWith(temporaryPrefix)) return undefined
  try {
    await assertPrivateDirectory(path.dirname(socket), userId)
  } catch {
    return undefined
  }
  return socket
}
