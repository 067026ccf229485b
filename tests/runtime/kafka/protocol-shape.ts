// How the answers of ks follow from the fields of Kafka's message classes, of which some versions lack some.

/** A structure in the JSON form of Kafka's message classes. */
export type KafkaJson = Readonly<Record<string, unknown>>

/** Where a field of an answer comes from: a field; one that some versions lack, or of another type; a list. */
type Source =
  | string
  | { readonly from: string; readonly or?: unknown; readonly as?: (value: never) => unknown }
  | readonly [list: string, each: Shape]
  | ((json: KafkaJson) => unknown)
export type Shape = Readonly<Record<string, Source>>

/** The answer that has the content of a structure. */
export const answerOf = (json: KafkaJson, shape: Shape): unknown =>
  Object.fromEntries(Object.entries(shape).map(([name, source]) => [name, valueOf(json, source)]))

const valueOf = (json: KafkaJson, source: Source): unknown => {
  if (typeof source === 'function') return source(json)
  if (typeof source === 'string') return field(json, source)
  if (isList(source)) {
    const [list, each] = source
    const items = field(json, list) as readonly KafkaJson[] | null
    return items && items.map((item) => answerOf(item, each))
  }
  const value = 'or' in source ? (json[source.from] ?? source.or) : field(json, source.from)
  return source.as === undefined ? value : source.as(value as never)
}

const isList = (source: Source): source is readonly [string, Shape] => Array.isArray(source)

const field = (json: KafkaJson, name: string): unknown => {
  if (!Object.hasOwn(json, name)) throw new Error(`no field ${name} in ${JSON.stringify(json)}`)
  return json[name]
}
