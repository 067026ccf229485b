// Lets a bundle import AssemblyScript: `import wasm from './name.as.ts?wasm'` gives the compiled WebAssembly as base64.
// Compiling takes two seconds and the compiler is large, so results are kept in build/wasm under a hash of all that goes
// into them: source, flags and the version of the compiler.

import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const keptIn = join(root, 'build/wasm')
const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--memoryBase', '512']
const compilerVersion = createRequire(import.meta.url)('assemblyscript/package.json').version

/** The esbuild plugin that resolves `*.as.ts?wasm`. Such a file may not import others: the hash would miss them. */
export const assemblyScript = () => ({
  name: 'assembly-script',
  setup(build) {
    build.onResolve({ filter: /\.as\.ts\?wasm$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -'?wasm'.length)),
      namespace: 'wasm',
    }))
    build.onLoad({ filter: /./, namespace: 'wasm' }, async ({ path }) => {
      const { wasm, error } = await compileOnce(path)
      if (error) return { errors: [{ text: error }] }
      return { contents: `export default '${wasm.toString('base64')}'`, loader: 'js', watchFiles: [path] }
    })
  },
})

const compileOnce = async (path) => {
  const source = await readFile(path, 'utf8')
  const hash = createHash('sha256')
    .update([compilerVersion, ...flags, source].join('\0'))
    .digest('hex')
  const kept = join(keptIn, `${hash.slice(0, 32)}.wasm`)
  const before = await readFile(kept).catch(() => undefined)
  if (before) return { wasm: before }

  const result = await compile(path, source)
  if (result.wasm) {
    await mkdir(keptIn, { recursive: true })
    await writeFile(`${kept}.${process.pid}`, result.wasm)
    await rename(`${kept}.${process.pid}`, kept)
  }
  return result
}

const compile = async (path, source) => {
  const { default: compiler } = await import('assemblyscript/asc')
  const name = relative(root, path)
  let wasm
  const { error, stderr } = await compiler.main([name, '--outFile', 'out.wasm', ...flags], {
    readFile: (file) => (file === name ? source : null),
    writeFile: (file, contents) => {
      if (file === 'out.wasm') wasm = Buffer.from(contents)
    },
  })
  return error ? { error: `${error.message}\n${stderr.toString()}` } : { wasm }
}
