import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatOfFile, formatOfName, formats, isFileName } from '../../../src/runtime/stdio/format.ts'

test('formats are known by name', () => {
  assert.deepEqual(['ndjson', 'jsonl', 'txt', 'xml', 'NDJSON', ''].map(formatOfName), [
    'ndjson',
    'ndjson',
    'text',
    undefined,
    undefined,
    undefined,
  ])
})

test('formats are known by the end of a file name', () => {
  const names = ['a.ndjson', 'A.JSONL', 'x/b.json', 'c.csv.gz', 'd.tsv', 'e.txt', 'f.log', 'csv', 'g.gz', '<stdin>']
  assert.deepEqual(names.map(formatOfFile), [
    'ndjson',
    'ndjson',
    'json',
    'csv',
    'tsv',
    'text',
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('no name or ending stands for two formats', () => {
  const names = formats.flatMap(({ format, aliases, extensions }) => [format, ...aliases, ...extensions])
  assert.equal(new Set(names).size, names.length)
})

test('files are told from topics by how they are written', () => {
  for (const file of ['-', './orders', 'a/b', 'orders.csv', 'orders.ndjson.gz', 'log.gz'])
    assert.equal(isFileName(file), true, file)
  for (const topic of ['orders', 'orders.eu', '@orders.csv', '@a/b', 'a-b'])
    assert.equal(isFileName(topic), false, topic)
})
