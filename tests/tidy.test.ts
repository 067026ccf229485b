// The shape of the code itself: who may import whom, no cycles, no barrels, no catch-all names, no file that has grown too
// long, nothing generated that is out of date.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, posix } from 'node:path'
import { suite, test } from 'node:test'
import ts from 'typescript'
import { repositoryRoot, testEnvironment } from './support/run-ks.ts'

// Who may import whom: each folder of src/runtime (or file in it) and what it may use, which is a folder or a single file.
// Nothing follows from it indirectly. The order is from the bottom to the top.
// prettier-ignore
const mayImport: Readonly<Record<string, string>> = {
  'model':      '', // words that everybody uses
  'metrics':    'model',
  'config':     'model',
  'windows':    'model',
  'serde':      'model',
  'expression': 'model serde',
  'aggregates': 'model serde',
  'cli':        'model serde config stores',
  'stores':     'model serde metrics',
  'operators':  'model serde metrics expression windows aggregates stores',
  'processors': 'model serde stores operators',
  'topology':   'model serde expression windows aggregates stores operators processors',
  'api':        'model serde windows operators stores processors topology', // the DSL of the library
  'tasks':      'model serde metrics stores operators topology',
  // The adapters: each implements the ports of tasks on the contracts below them, and neither knows of the other.
  'stdio':      'model serde metrics expression tasks/ports.ts tasks/clock.ts tasks/fault-point.ts stores/bytes-store.ts topology/topology.ts cli/terminal/width.ts',
  'kafka':      'model serde metrics expression tasks/ports.ts tasks/clock.ts tasks/fault-point.ts stores/bytes-store.ts topology/topology.ts',
  'testing':    'model serde expression windows aggregates stores operators topology tasks',
  'sql':        'model serde expression windows aggregates operators topology',
  'query':      'model serde stores operators topology tasks', // what may be asked of a store follows from its declaration
  'server':     'model serde metrics sql query',
  // Only the app, app.ts and the files beside it, wires real parts together; main parses, runs, sets the exit status.
  'app.ts':     'model serde metrics config expression windows aggregates cli stores operators processors topology api tasks stdio kafka testing sql query server',
  'main.ts':    'model cli topology app.ts',
  'index.ts':   'model serde metrics expression windows aggregates stores operators processors topology api tasks testing app.ts', // the library
  // Commands describe; those that are tools also run something through the app.
  'commands':   'model serde metrics cli expression windows aggregates stores operators processors topology stdio/format.ts testing sql app.ts main.ts',
  'cli.ts':     'cli main.ts commands/all.ts commands/topics.ts',
}

/** Where a package may be imported, if that matters. */
const packageHome: Readonly<Record<string, string>> = {
  chalk: 'src/runtime/cli/terminal/colour.ts',
  commander: 'src/runtime/cli/',
  'classic-level': 'src/runtime/stores/level-database.ts',
  ndjson: 'src/commands/',
  kafkajs: 'src/runtime/kafka/wire/',
  '@bokuweb/zstd-wasm': 'src/runtime/kafka/records/',
}

/** Names that say nothing about what is inside. */
const bannedNames = ['utils', 'util', 'helpers', 'common', 'misc', 'types', 'internals']

const maxLines = 400
const longerFiles: Readonly<Record<string, string>> = {
  'src/runtime/serde/json-scan.as.ts': 'one state machine in one WebAssembly module',
  'src/runtime/topology/streams-builder.ts': 'streams and tables make each other',
  'src/runtime/api/streams-builder.ts': 'streams and tables make each other',
  'src/runtime/sql/ast.ts': 'the whole grammar at a glance',
}

/** The files below some folders, with paths from the root of the repository. */
const filesIn = (...folders: string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
      .filter((path) => statSync(join(repositoryRoot, path)).isFile()),
  )

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8')

const sources = filesIn('src').filter((path) => path.endsWith('.ts') && !path.endsWith('.as.ts'))

/** What each source file imports: other source files by path, packages by name. Types and `import()` count too. */
const importsOf = new Map(
  sources.map((path) => {
    const specifiers = ts.preProcessFile(read(path), true, true).importedFiles.map(({ fileName }) => fileName)
    const target = (specifier: string): string =>
      specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier.replace(/\?.*$/, '')) : specifier
    return [path, [...new Set(specifiers.map(target))]] as const
  }),
)

const isOurs = (imported: string): boolean => imported.startsWith('src/')

/** The row of the table that a file belongs to. */
const areaOf = (path: string): string => {
  const [, folder] = /^([^/]+)\//.exec(path.replace(/^src\/(runtime\/)?/, '')) ?? []
  const name = basename(path)
  return folder ?? (Object.hasOwn(mayImport, name) ? name : 'app.ts')
}

suite('imports', () => {
  test('go only where the table allows', () => {
    const wrong: string[] = []
    for (const [path, imports] of importsOf) {
      const area = areaOf(path)
      const allowed = mayImport[area]?.split(' ')
      if (allowed === undefined) wrong.push(`${path}: ${area} is not in the table`)
      for (const imported of imports.filter(isOurs)) {
        const short = imported.replace(/^src\/(runtime\/)?/, '')
        const isAllowed = allowed?.includes(areaOf(imported)) === true || allowed?.includes(short) === true
        if (areaOf(imported) !== area && !isAllowed) wrong.push(`${path} imports ${short}`)
      }
    }
    assert.deepEqual(wrong, [])
  })

  test('name a file that exists, with its extension', () => {
    const known = new Set(filesIn('src'))
    const wrong = [...importsOf].flatMap(([path, imports]) =>
      imports.filter((imported) => isOurs(imported) && !known.has(imported)).map((imported) => `${path}: ${imported}`),
    )
    assert.deepEqual(wrong, [])
  })

  test('have no cycles', () => {
    assert.deepEqual(findCycle(), undefined)
  })

  test('of a package stay where it is at home', () => {
    const wrong = [...importsOf].flatMap(([path, imports]) =>
      imports
        .filter((imported) => !path.startsWith(packageHome[imported] ?? 'src/'))
        .map((imported) => `${path} imports ${imported}`),
    )
    assert.deepEqual(wrong, [])
  })

  test('are not passed on: no barrels but the library itself', () => {
    const reExport = /^export (\*|(type )?\{[^}]*\})[^;\n]* from /m
    const barrels = sources.filter((path) => reExport.test(read(path)))
    assert.deepEqual(
      barrels.filter((path) => path !== 'src/runtime/index.ts'),
      [],
    )
  })
})

/** A chain of imports that leads back to its start, or undefined. */
const findCycle = (): string[] | undefined => {
  const finished = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (finished.has(path)) return undefined
    for (const imported of importsOf.get(path)?.filter(isOurs) ?? []) {
      const cycle = visit(imported, [...trail, path])
      if (cycle) return cycle
    }
    finished.add(path)
    return undefined
  }
  for (const path of sources) {
    const cycle = visit(path, [])
    if (cycle) return cycle
  }
  return undefined
}

suite('files', () => {
  const code = filesIn('src', 'tests', 'scripts', 'bin').filter((path) => !path.startsWith('tests/cases/'))

  test('and folders have names that say what is inside', () => {
    const isBanned = (part: string): boolean => bannedNames.includes(part.replace(/\..*$/, ''))
    assert.deepEqual(
      code.filter((path) => path.split('/').some(isBanned)),
      [],
    )
  })

  test('are in kebab-case', () => {
    const odd = code.filter((path) => /\.(ts|mjs)$/.test(path) && !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(basename(path)))
    assert.deepEqual(odd, [])
  })

  test(`have at most ${maxLines} lines, but for those with a reason`, () => {
    const isLong = (path: string): boolean => read(path).split('\n').length - 1 > maxLines
    const long = code.filter((path) => /\.(ts|mjs)$/.test(path) && isLong(path))
    assert.deepEqual(long.sort(), Object.keys(longerFiles).sort())
  })

  test('begin with a comment that says what they are', () => {
    const bare = sources.filter((path) => !path.endsWith('.d.ts') && !read(path).startsWith('//'))
    assert.deepEqual(bare, [])
  })

  test("name no place that exists on one person's machine only", () => {
    const roots = readdirSync(repositoryRoot, { withFileTypes: true }).filter((entry) => entry.isFile())
    const everything = [...code, ...filesIn('man', 'examples', 'tests/cases'), ...roots.map(({ name }) => name)]
    const machinePath = /(?<![\w.$})])\/(Users|root|work)\/\w/
    const packageHost = /\b(registry|repo1?|proxy)\.(?!example)[a-z]+\.(org|com|io)\b|"resolved"\s*:/
    const wrong = everything.filter((path) => machinePath.test(read(path)) || packageHost.test(read(path)))
    assert.deepEqual(wrong, [])
  })
})

test('generated files are current', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/update.mjs', '--check'], {
    cwd: repositoryRoot,
    env: testEnvironment(),
    encoding: 'utf8',
  })
  assert.equal(status, 0, `run \`npm run update\`:\n${stdout}${stderr}`)
})
