// Sizes as people type them: 4096, 512K, 64MB, 2G. Units are powers of 1024, as for the memory options of a JVM.

const unitBytes = new Map([
  ['', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
  ['t', 1024 ** 4],
])

/** The number of bytes; undefined if the text is no size. */
export const parseByteSize = (text: string): number | undefined => {
  const parts = /^(\d+(?:\.\d+)?)\s?([kmgt]?)(?:i?b)?$/i.exec(text)
  if (parts === null) return undefined
  const [, number = '', unit = ''] = parts
  const sizeBytes = Math.round(Number(number) * (unitBytes.get(unit.toLowerCase()) ?? 1))
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined
}
