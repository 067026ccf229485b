// Inputs side by side: their order, and how far each has been processed whenever a commit may follow.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { plainValue, type StreamRecord } from '../../../src/runtime/model/stream-record.ts'
import { createDecoder } from '../../../src/runtime/stdio/create-decoder.ts'
import { formatOfFile } from '../../../src/runtime/stdio/format.ts'
import { mergedSources } from '../../../src/runtime/stdio/merged-sources.ts'
import { openInputs } from '../../../src/runtime/stdio/open-inputs.ts'
import { PositionTable } from '../../../src/runtime/stdio/position-table.ts'
import { RecordSource } from '../../../src/runtime/stdio/sources.ts'
import { compileExpression } from '../../../src/runtime/expression/compile.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

/** Runs one after another, each ends after so many records and goes on where the one before has ended. */
const application = (context: TestContext, files: Readonly<Record<string, string>>) => {
  const directory = temporaryDirectory(context)
  const paths = Object.entries(files).map(([name, content]) => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  })
  const stored = new Map<string, string>()
  return async (limit: number): Promise<unknown[]> => {
    const positions = new PositionTable(stored.values())
    const values: unknown[] = []
    const timestamps = compileExpression('.t', { subject: '--ts', arguments: new Map(), clock: () => 0 })
    const stopped = (): boolean => values.length >= limit
    const inputs = paths.map((path) => ({
      source: new RecordSource(createDecoder(formatOfFile(path) ?? 'ndjson', { notice: () => undefined }), {
        timestamps,
        clock: () => 0,
        needsTime: true,
        maxRecordBytes: 1e6,
        fault: () => true,
        stopped,
      }),
      opened: openInputs([path], { positions, notice: () => undefined, signal: new AbortController().signal }),
      process: (record: StreamRecord) => {
        values.push(plainValue(record.value))
      },
    }))
    await mergedSources(inputs, {
      stopped,
      metrics: undefined,
      processed: ({ input }, position, resume) => {
        if (input.identity !== undefined) positions.advance(input.identity, position, resume)
      },
      afterBatch: () => Promise.resolve(),
    })
    for (const { key, json } of positions.takeChanges()) if (json !== undefined) stored.set(key, json)
    return values
  }
}

suite('merged sources', () => {
  test('an interrupted run leaves what is waiting to the next one', async (context) => {
    const run = application(context, {
      'a.ndjson': '{"t":1}\n{"t":3}\n\n{"t":5}\n{"t":7}\n',
      'b.ndjson': '{"t":2}\n{"t":4}\n{"t":6}\n{"t":8}\n',
    })
    assert.deepEqual(await run(3), [{ t: 1 }, { t: 2 }, { t: 3 }])
    assert.deepEqual(await run(2), [{ t: 4 }, { t: 5 }])
    assert.deepEqual(await run(99), [{ t: 6 }, { t: 7 }, { t: 8 }])
    assert.deepEqual(await run(99), [])
  })

  test('a header is remembered with the place', async (context) => {
    const run = application(context, {
      'a.csv': 't,n\n1,"x\ny"\n\n3,z\n',
      'b.csv': 't,m\n2,u\n4,v\n',
    })
    assert.deepEqual(await run(1), [{ t: '1', n: 'x\ny' }])
    assert.deepEqual(await run(1), [{ t: '2', m: 'u' }])
    assert.deepEqual(await run(99), [
      { t: '3', n: 'z' },
      { t: '4', m: 'v' },
    ])
  })
})
