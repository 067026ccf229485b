// npm run build: bundles src into dist. `--types` adds the declarations of the library, `--clean` removes what other builds
// left behind.

import { build as bundle } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assemblyScript } from './assembly-script.mjs'
import { leanImports } from './lean-imports.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

// Inlined because they are small and wanted at most starts; all other dependencies are loaded from node_modules on use.
const inlined = ['chalk', 'commander']
const external = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).filter(
  (name) => !inlined.includes(name),
)

/**
 * Writes dist/cli.cjs, the program in one file that bin/ks runs from a code cache, and dist/index.js, the library.
 * A reader sees the old build or the new one, never half of either.
 */
export const build = async ({ clean = false } = {}) => {
  const shared = {
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    minify: !process.env.KS_NO_MINIFY, // for profiles that can be read
    platform: 'node',
    target: 'node20',
    external,
    legalComments: 'none', // the licences are in licenses.txt
    metafile: true,
    write: false,
    logLevel: 'warning',
  }
  const program = await bundle({
    ...shared,
    entryPoints: { cli: 'src/cli.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // A script that comes from a code cache cannot import; what is external is CommonJS or loaded by Node.
    supported: { 'dynamic-import': false },
    plugins: [assemblyScript(), leanImports()],
  })
  const library = await bundle({
    ...shared,
    entryPoints: { index: 'src/runtime/index.ts' },
    format: 'esm',
    // CommonJS among the inlined packages asks for Node's modules through `require`.
    banner: {
      js: "import{createRequire as requireOfBundle}from'node:module';const require=requireOfBundle(import.meta.url);",
    },
    plugins: [assemblyScript()],
  })
  const files = [...program.outputFiles, ...library.outputFiles].map(({ path, contents }) => ({ path, contents }))
  const inputs = { ...program.metafile.inputs, ...library.metafile.inputs }
  files.push({ path: join(root, 'dist/licenses.txt'), contents: Buffer.from(licenses({ inputs })) })

  await mkdir(join(root, 'dist'), { recursive: true })
  for (const file of files) await replace(file)
  const current = new Set([...files.map(({ path }) => basename(path)), 'types'])
  for (const name of await readdir(join(root, 'dist'))) {
    if (!current.has(name) && (clean || name.endsWith('.cache')))
      await rm(join(root, 'dist', name), { recursive: true, force: true })
  }
  warmUp()
}

// The first run of the program leaves the code cache; this one has used what most runs use.
const warmUp = () => {
  const input = '{"a":1}\n'
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/ks'), 'filter', '.a > 0', '-'], {
    input,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the new build does not run: ${stderr}`)
}

const replace = async ({ path, contents }) => {
  await writeFile(`${path}.${process.pid}`, contents)
  await rename(`${path}.${process.pid}`, path)
}

/** The licences of the packages that a bundle carries in itself, as they ask for. */
const licenses = (metafile) => {
  const folders = new Set()
  for (const path of Object.keys(metafile.inputs)) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
    if (folder) folders.add(folder)
  }
  return [...folders]
    .sort()
    .map(license)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

const license = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const file = readdirSync(join(root, folder)).find((file) => /^licen[cs]e/i.test(file))
  const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : `Licence: ${license}`
  return `${name} ${version}\n\n${text}\n`
}

/** Writes the declarations that package.json's `exports` names. Returns false, after tsc has said why, if it cannot. */
const writeTypes = () => {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const project = join(root, 'tsconfig.build.json')
  return spawnSync(process.execPath, [tsc, '-p', project], { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const known = ['--types', '--clean']
  const options = process.argv.slice(2)
  const unknown = options.find((option) => !known.includes(option))
  if (unknown) {
    console.error(`build: unknown option ${unknown} (known: ${known.join(' ')})`)
    process.exitCode = 2
  } else {
    const start = performance.now()
    const explained = (error) => {
      if (!error.errors) throw error
      return false // esbuild has said why
    }
    const built = await build({ clean: options.includes('--clean') }).then(() => true, explained)
    if (!built || (options.includes('--types') && !writeTypes())) process.exitCode = 1
    else
      console.log(
        `${relative(process.cwd(), join(root, 'dist')) || '.'}: ${((performance.now() - start) / 1000).toFixed(1)} s`,
      )
  }
}
