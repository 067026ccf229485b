// npm run update: rewrites what is made from something else: man pages, the `man` list of package.json and the table of
// commands in the README from the declarations of the commands, golden transcripts from what ks prints. `--check` changes
// nothing and fails if the generated files are not current.

import { build as bundle } from 'esbuild'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { assemblyScript } from './assembly-script.mjs'
import { closingLine, runTests } from './test.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)

/** The declarations and the renderers, bundled as the program is. */
const loadGenerators = async () => {
  const folder = join('build/update', String(process.pid))
  try {
    await bundle({
      absWorkingDir: root,
      stdin: {
        contents: `export { frame } from './src/commands/all.ts'
          export { loadTopics } from './src/commands/topics.ts'
          export { commandTable, manPageFiles, replaceBetweenMarkers } from './src/runtime/cli/generated-files.ts'`,
        resolveDir: root,
        loader: 'ts',
      },
      outfile: join(folder, 'generators.js'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      plugins: [assemblyScript()],
      logLevel: 'warning',
    })
    return await import(pathToFileURL(join(root, folder, 'generators.js')).href)
  } finally {
    await rm(join(root, folder), { recursive: true, force: true })
  }
}

/** Every generated file with the text that it should have; undefined for one that should not be there. */
const generatedFiles = async () => {
  const { frame, loadTopics, commandTable, manPageFiles, replaceBetweenMarkers } = await loadGenerators()
  await loadTopics()
  const pages = manPageFiles(frame)
  const files = new Map(pages)
  for (const name of existsSync(join(root, 'man')) ? readdirSync(join(root, 'man')) : []) {
    if (!pages.has(`man/${name}`)) files.set(`man/${name}`, undefined)
  }
  const manifest = { ...JSON.parse(read('package.json')), man: [...pages.keys()].sort().map((path) => `./${path}`) }
  files.set('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
  files.set('README.md', replaceBetweenMarkers(read('README.md') ?? '', 'commands', commandTable(frame)))
  return files
}

const write = async (path, text) => {
  if (text === undefined) return rm(join(root, path))
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

const options = process.argv.slice(2)
const unknown = options.find((option) => option !== '--check')
if (unknown) {
  console.error(`update: unknown option ${unknown} (known: --check)`)
  process.exitCode = 2
} else {
  const outdated = [...(await generatedFiles())].filter(([path, text]) => read(path) !== text)
  if (options.includes('--check')) {
    for (const [path] of outdated) console.log(`not current: ${path}`)
    if (outdated.length > 0) process.exitCode = 1
  } else {
    for (const [path, text] of outdated) {
      await write(path, text)
      console.log(`${text === undefined ? 'removed' : 'written'}: ${path}`)
    }
    const transcripts = await runTests({ fragments: ['tests/cases.test.ts'], update: true })
    if (!transcripts.ok) process.exitCode = 1
    console.log(`\n${closingLine(transcripts)}`)
  }
}
