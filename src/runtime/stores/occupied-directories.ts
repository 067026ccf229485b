// Which directories are open in this process. All its threads see the same list, because the lock of LevelDB is the process's:
// a thread that opened a directory of another one would not get it, and would end the other's lock by trying.

import { createHash } from 'node:crypto'

const mutex = 0
const firstSlot = 1
const free = 0n
/** Directories that one process may have open: tasks and locks of all its threads. */
const slots = 8191

/** A set of paths in memory that threads can share. Paths are kept as hashes of 63 bits, which do not meet by chance. */
export class OccupiedDirectories {
  readonly memory: SharedArrayBuffer
  private readonly mutexWord: Int32Array
  private readonly hashes: BigInt64Array

  /** @param memory that of another thread. */
  constructor(memory = new SharedArrayBuffer((firstSlot + slots) * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.mutexWord = new Int32Array(memory, 0, 1)
    this.hashes = new BigInt64Array(memory)
  }

  /** Takes a path; false if somebody has it. */
  add(directory: string): boolean {
    const hash = hashOf(directory)
    return this.alone(() => {
      if (this.hashes.includes(hash, firstSlot)) return false
      const slot = this.hashes.indexOf(free, firstSlot)
      if (slot < 0) throw new Error(`more than ${String(slots)} directories are open`)
      this.hashes[slot] = hash
      return true
    })
  }

  /** Gives a path back that was taken. */
  delete(directory: string): void {
    const hash = hashOf(directory)
    this.alone(() => {
      const slot = this.hashes.indexOf(hash, firstSlot)
      if (slot >= 0) this.hashes[slot] = free
    })
  }

  private alone<T>(work: () => T): T {
    while (Atomics.compareExchange(this.mutexWord, mutex, 0, 1) !== 0) Atomics.wait(this.mutexWord, mutex, 1)
    try {
      return work()
    } finally {
      Atomics.store(this.mutexWord, mutex, 0)
      Atomics.notify(this.mutexWord, mutex, 1)
    }
  }
}

/** Never the hash of a free slot. */
const hashOf = (directory: string): bigint => createHash('sha256').update(directory).digest().readBigInt64LE() | 1n
