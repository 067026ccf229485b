// What `$name` can mean besides `--arg` names: the metadata of a record.

/** A variable that every record has. */
export interface MetadataVariable {
  readonly name: string
  /** One sentence. */
  readonly summary: string
}

export const metadataVariables = [
  { name: 'key', summary: 'The key of the record.' },
  { name: 'ts', summary: 'The time of the record in milliseconds, null if it has none.' },
  { name: 'topic', summary: 'The topic that the record came from; for files their name.' },
  { name: 'file', summary: 'The same as `$topic`.' },
  { name: 'partition', summary: 'The partition that the record came from.' },
  { name: 'offset', summary: 'The offset in the partition; for files the byte position.' },
  { name: 'line', summary: 'The line in the file, null for topics.' },
  { name: 'headers', summary: 'An object of the headers as strings; of several with one name the last.' },
  { name: 'window', summary: 'The window as `{start, end}` in milliseconds, null outside of windows.' },
] as const satisfies readonly MetadataVariable[]

export type MetadataName = (typeof metadataVariables)[number]['name']

/** The metadata variable of that name, if there is one. */
export const metadataName = (name: string): MetadataName | undefined =>
  metadataVariables.find((variable) => variable.name === name)?.name
