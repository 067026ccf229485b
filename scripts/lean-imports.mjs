// Keeps the start of the program short: Node's own modules are loaded when something of them is used for the first time, and
// commander gets no child_process, which it needs only for subcommands that are programs of their own.

/** The esbuild plugin, for a bundle that has a `require`. */
export const leanImports = () => ({
  name: 'lean-imports',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, importer, namespace }) => {
      if (namespace === 'node-module') return { path, external: true }
      const unused = path === 'node:child_process' && /[\\/]commander[\\/]/.test(importer)
      return { path, namespace: unused ? 'nothing' : 'node-module' }
    })
    build.onLoad({ filter: /./, namespace: 'node-module' }, ({ path }) => ({
      // What esbuild makes of the import keeps the prototype of this object, and so asks it for what is not there.
      contents: `let loaded
        const load = () => loaded ??= require(${JSON.stringify(path)})
        module.exports = Object.create(new Proxy({}, { get: (_, name) => load()[name] }))`,
      loader: 'js',
    }))
    build.onLoad({ filter: /./, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}', loader: 'js' }))
  },
})
