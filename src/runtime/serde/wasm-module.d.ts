declare module '*.as.ts?wasm' {
  /** The compiled module, base64. */
  const base64: string
  export default base64
}

// The part of the WebAssembly interface that ks uses; Node has it, the ES libraries of TypeScript do not declare it.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: object)
    readonly exports: Record<string, unknown>
  }
  interface Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  interface Global {
    readonly value: unknown
  }
}
