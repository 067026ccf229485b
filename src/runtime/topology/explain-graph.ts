// An explanation as a drawing: Mermaid, as Markdown on code hosts shows it, and Graphviz. Chains that share a topic share its
// node. Identifiers are numbers; everything that was typed stands in labels only.

import { placeText } from './explain-words.ts'
import type { ExplainedNode, Explanation, Place } from './explain.ts'

type Shape = 'node' | 'topic' | 'internal' | 'file' | 'store'

interface Vertex {
  readonly id: string
  readonly shape: Shape
  /** Lines of its label. */
  readonly label: readonly string[]
}

interface Cluster {
  readonly id: string
  readonly label: string
  readonly vertices: readonly Vertex[]
  readonly clusters: readonly Cluster[]
}

interface Edge {
  readonly from: string
  readonly to: string
  /** A node and its store. */
  readonly ofStore: boolean
}

interface Graph {
  readonly clusters: readonly Cluster[]
  /** Topics and files. */
  readonly vertices: readonly Vertex[]
  readonly edges: readonly Edge[]
}

const graphOf = (explanations: readonly Explanation[]): Graph => {
  const places = new Map<string, Vertex>()
  const edges: Edge[] = []
  const idOfPlace = (place: Place): string => {
    const key = `${place.kind} ${place.name}`
    const known = places.get(key)
    if (known !== undefined) return known.id
    const shape = place.kind !== 'topic' ? 'file' : place.internal ? 'internal' : 'topic'
    const vertex: Vertex = { id: `t${String(places.size)}`, shape, label: [placeText(place)] }
    places.set(key, vertex)
    return vertex.id
  }
  const clusters = explanations.map(({ commandLine, parts }, chain): Cluster => {
    const ids = new Map<string, string>()
    const idOf = (kind: 'n' | 's', name: string): string => {
      const known = ids.get(kind + name)
      const id = known ?? `${kind}${String(chain)}_${String(ids.size)}`
      ids.set(kind + name, id)
      return id
    }
    const inside = parts.map((part, index): Cluster => {
      const nodes = part.nodes.filter(isWorthDrawing)
      const drawn = part.stores.filter(({ minor }) => !minor)
      for (const { name, parents, stores, reads, writes } of part.nodes) {
        const target = writes === undefined ? idOf('n', name) : idOfPlace(writes)
        if (reads !== undefined) edges.push({ from: idOfPlace(reads), to: target, ofStore: false })
        for (const parent of parents) edges.push({ from: idOf('n', parent), to: target, ofStore: false })
        for (const { name: store } of drawn.filter((candidate) => stores.includes(candidate.name)))
          edges.push({ from: target, to: idOf('s', store), ofStore: true })
      }
      return {
        id: `c${String(chain)}_${String(index)}`,
        label: part.title,
        vertices: [
          ...nodes.map((node): Vertex => ({ id: idOf('n', node.name), shape: 'node', label: nodeLabel(node) })),
          ...drawn.map(({ name, rows }): Vertex => ({
            id: idOf('s', name),
            shape: 'store',
            label: [name, rows],
          })),
        ],
        clusters: [],
      }
    })
    return { id: `c${String(chain)}`, label: commandLine, vertices: [], clusters: inside }
  })
  return { clusters, vertices: [...places.values()], edges }
}

// A sink says nothing that its topic does not say.
const isWorthDrawing = ({ writes }: ExplainedNode): boolean => writes === undefined

const nodeLabel = ({ words, stage, name }: ExplainedNode): readonly string[] =>
  stage === undefined ? [words, name] : [stage.text, words, name]

/** A Mermaid flowchart. */
export const explainMermaid = (explanations: readonly Explanation[]): string => {
  const { clusters, vertices, edges } = graphOf(explanations)
  return lines([
    'flowchart TD',
    ...vertices.map((vertex) => `  ${mermaidVertex(vertex)}`),
    ...clusters.flatMap((cluster) => mermaidCluster(cluster, '  ')),
    ...edges.map(({ from, to, ofStore }) => `  ${from} ${ofStore ? '-.-' : '-->'} ${to}`),
  ])
}

const mermaidBrackets: Readonly<Record<Shape, readonly [string, string]>> = {
  node: ['[', ']'],
  topic: ['([', '])'],
  internal: ['([', '])'],
  file: ['[/', '/]'],
  store: ['[(', ')]'],
}

const mermaidVertex = ({ id, shape, label }: Vertex): string => {
  const [open, close] = mermaidBrackets[shape]
  return `${id}${open}"${label.map(mermaidText).join('<br/>')}"${close}`
}

const mermaidCluster = ({ id, label, vertices, clusters }: Cluster, indent: string): readonly string[] => [
  `${indent}subgraph ${id}["${mermaidText(label)}"]`,
  ...vertices.map((vertex) => `${indent}  ${mermaidVertex(vertex)}`),
  ...clusters.flatMap((cluster) => mermaidCluster(cluster, `${indent}  `)),
  `${indent}end`,
]

/**
 * A text inside the quotes of a Mermaid label. Everything that could end it, or be taken for Markdown, HTML, a comment or an
 * entity, is an entity itself.
 */
export const mermaidText = (text: string): string =>
  text.replace(/[^\p{L}\p{N} .,/=@$()'+-]/gu, (character) =>
    character === '_' ? character : `#${String(character.codePointAt(0))};`,
  )

/** A Graphviz digraph. */
export const explainDot = (explanations: readonly Explanation[]): string => {
  const { clusters, vertices, edges } = graphOf(explanations)
  return lines([
    'digraph ks {',
    '  node [shape=box, fontname="sans-serif"]',
    '  graph [fontname="sans-serif"]',
    ...vertices.map((vertex) => `  ${dotVertex(vertex)}`),
    ...clusters.flatMap((cluster) => dotCluster(cluster, '  ')),
    ...edges.map(({ from, to, ofStore }) => `  ${from} -> ${to}${ofStore ? ' [style=dotted, dir=none]' : ''}`),
    '}',
  ])
}

const dotShapes: Readonly<Record<Shape, string>> = {
  node: '',
  topic: ', shape=oval',
  internal: ', shape=oval, style=dashed',
  file: ', shape=note',
  store: ', shape=cylinder',
}

const dotVertex = ({ id, shape, label }: Vertex): string =>
  `${id} [label="${label.map(dotText).join('\\n')}"${dotShapes[shape]}]`

const dotCluster = ({ id, label, vertices, clusters }: Cluster, indent: string): readonly string[] => [
  `${indent}subgraph cluster_${id} {`,
  `${indent}  label="${dotText(label)}"`,
  ...vertices.map((vertex) => `${indent}  ${dotVertex(vertex)}`),
  ...clusters.flatMap((cluster) => dotCluster(cluster, `${indent}  `)),
  `${indent}}`,
]

/** A text inside the quotes of a Graphviz label, where a backslash and an entity would mean something. */
export const dotText = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('&', '&amp;')
    .replace(/\r?\n/g, '\\n')
    .replace(/\p{Cc}/gu, ' ')

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`
