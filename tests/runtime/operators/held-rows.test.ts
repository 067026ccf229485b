// What operators hold back over a commit, and what becomes of rows that cannot be processed downstream.

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Change } from '../../../src/runtime/model/change.ts'
import { RecordError } from '../../../src/runtime/model/record-error.ts'
import { noOrigin, plainValue, StreamRecord } from '../../../src/runtime/model/stream-record.ts'
import type { EmitMode } from '../../../src/runtime/operators/emit.ts'
import type { BytesStore } from '../../../src/runtime/stores/bytes-store.ts'
import { createMemoryStore } from '../../../src/runtime/stores/memory-store.ts'
import { ManualClock } from '../../../src/runtime/tasks/clock.ts'
import { commit } from '../../../src/runtime/tasks/commit.ts'
import { StreamTask } from '../../../src/runtime/tasks/stream-task.ts'
import { type KStream, StreamsBuilder, type KTable } from '../../../src/runtime/topology/streams-builder.ts'
import type { AnyWindows } from '../../../src/runtime/windows/any-windows.ts'
import { counting } from '../../support/counting-step.ts'

/** A run over a store that may outlive it: what has come out, and the rows that could not be processed. */
class Run {
  readonly outputs: string[] = []
  readonly faults: string[] = []
  private readonly store: BytesStore
  private task: StreamTask | undefined

  constructor(store: BytesStore = createMemoryStore()) {
    this.store = store
  }

  async start(describe: (stream: KStream) => KStream | KTable): Promise<this> {
    const builder = new StreamsBuilder()
    const end = describe(builder.stream('in', 'in'))
    end.to('out')
    this.task = await StreamTask.create(builder.build(), {
      taskId: '0_0',
      applicationId: '',
      clock: new ManualClock(0),
      store: this.store,
      sink: () => (record) => {
        const { value } = record
        const shown = plainValue(value instanceof Change ? value.newValue : value)
        this.outputs.push(`${String(record.key)} ${JSON.stringify(shown)}`)
      },
      dropped: () => undefined,
      faulty: (row, error) => {
        this.faults.push(`${String(row.key)}: ${error.message}`)
      },
    })
    return this
  }

  pipe(key: string, timestamp: number, value: unknown = 1): void {
    this.running.source('in')(new StreamRecord(key, value, timestamp, noOrigin))
  }

  commit(): Promise<void> {
    const { running: task, store } = this
    const nothing = Promise.resolve([])
    return commit({ task, store, commitSinks: () => nothing, positionWrites: () => [], maxCachedRows: 100 })
  }

  flush(): void {
    this.running.flush()
  }

  end(): void {
    this.running.endOfInput()
  }

  private get running(): StreamTask {
    if (this.task === undefined) throw new Error('not started')
    return this.task
  }
}

const windowKinds: Readonly<Record<string, AnyWindows>> = {
  tumbling: { sizeMs: 10, advanceMs: 10, graceMs: 0 },
  session: { gapMs: 5, graceMs: 0 },
  sliding: { differenceMs: 5, graceMs: 0 },
}

const counted =
  (windows: AnyWindows, emit: EmitMode) =>
  (stream: KStream): KTable =>
    stream.groupByKey().windowedBy(windows).aggregate(counting, emit)

suite('a commit without a flush', () => {
  for (const [kind, windows] of Object.entries(windowKinds)) {
    test(`what ${kind} windows hold back goes on before it`, async () => {
      const store = createMemoryStore()
      const run = await new Run(store).start(counted(windows, 'flush'))
      run.pipe('a', 7)
      assert.deepEqual(run.outputs, [])
      await run.commit()
      assert.equal(run.outputs.length, 1)
      // The next run has no reason to say it again.
      const next = await new Run(store).start(counted(windows, 'flush'))
      next.end()
      assert.deepEqual(next.outputs, [])
    })
  }

  test('a ranking of windows is whole after a restart, and shown', async () => {
    const store = createMemoryStore()
    const ranked = (stream: KStream): KStream =>
      counted(
        windowKinds['tumbling'] as AnyWindows,
        'changes',
      )(stream).top(2, ({ value }) => plainValue(value), {
        name: 'top',
      })
    const run = await new Run(store).start(ranked)
    run.pipe('a', 1)
    run.pipe('a', 2)
    run.pipe('b', 3)
    await run.commit()
    const next = await new Run(store).start(ranked)
    next.pipe('c', 4)
    next.pipe('c', 5)
    next.pipe('c', 6)
    next.flush()
    assert.deepEqual(next.outputs, ['c 3', 'a 2'])
    next.pipe('d', 10)
    next.flush()
    assert.deepEqual(next.outputs.slice(2), ['d 1'])
    await next.commit()
    // What has been shown is not shown again.
    const last = await new Run(store).start(ranked)
    last.flush()
    assert.deepEqual(last.outputs, [])
  })

  test('a ranking of records is kept, and one that nobody has seen is shown', async () => {
    const store = createMemoryStore()
    const ranked = (stream: KStream): KStream => stream.top(2, ({ value }) => plainValue(value), { name: 'top' })
    const run = await new Run(store).start(ranked)
    for (const [at, value] of [5, 9, 7].entries()) run.pipe('k', at, value)
    await run.commit()
    const next = await new Run(store).start(ranked)
    next.flush()
    assert.deepEqual(next.outputs, ['k 9', 'k 7'])
    next.pipe('k', 9, 8)
    next.flush()
    assert.deepEqual(next.outputs.slice(2), ['k 9', 'k 8'])
    await next.commit()
    const last = await new Run(store).start(ranked)
    last.flush()
    assert.deepEqual(last.outputs, [])
  })
})

suite('a row that cannot be processed downstream', () => {
  const picky = (table: KTable): KTable =>
    table.mapValues(({ key, value }) => {
      if (key === 'bad') throw new RecordError('not this one')
      return plainValue(value)
    })

  for (const [kind, windows] of Object.entries(windowKinds)) {
    test(`${kind} windows that close: the others come, once`, async () => {
      const run = await new Run().start((stream) => picky(counted(windows, 'final')(stream)))
      run.pipe('a', 7)
      run.pipe('bad', 7)
      run.pipe('c', 7)
      run.pipe('a', 100)
      run.end()
      assert.deepEqual(run.outputs, ['a 1', 'c 1', 'a 1'])
      assert.deepEqual(run.faults, ['bad: not this one'])
    })
  }

  test('rows that are held back until a flush', async () => {
    const run = await new Run().start((stream) => picky(stream.groupByKey().aggregate(counting, 'flush')))
    for (const key of ['a', 'bad', 'c']) run.pipe(key, 1)
    run.flush()
    run.pipe('c', 2)
    run.end()
    assert.deepEqual(run.outputs, ['a 1', 'c 1', 'c 2'])
    assert.deepEqual(run.faults, ['bad: not this one'])
  })

  test('rows that are suppressed', async () => {
    const run = await new Run().start((stream) =>
      picky(stream.groupByKey().aggregate(counting, 'changes').suppress({ untilMs: 10 })),
    )
    run.pipe('bad', 1)
    run.pipe('b', 2)
    run.pipe('b', 50)
    run.end()
    assert.deepEqual(run.outputs, ['b 2'])
    assert.deepEqual(run.faults, ['bad: not this one'])
  })
})
