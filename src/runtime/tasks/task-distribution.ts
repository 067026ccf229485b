// Spreads tasks over bins evenly and, among all even spreads, at the least cost. Invariant: of each sub-topology and of all
// tasks together a bin gets its exact share by weight, rounded down or up.
//
// It is a flow of least cost: task -> (sub-topology, bin) -> bin -> sink. Shares rounded down are free, the one task more that a
// fraction of a share allows costs more than everything else together, so that every bin gets its lower bound first. Such a
// spread always exists: the shares themselves are a flow in fractions, and where a flow in fractions exists one in whole
// numbers does.

/** What it costs to have a task in one bin. */
export interface Placement {
  /** Index of the bin. */
  readonly bin: number
  /** A whole number, 0 or more. */
  readonly cost: number
}

/** A task to be placed. */
export interface PlaceableTask {
  readonly subTopology: number
  /** What it costs in every bin that `preferred` does not name, a whole number. */
  readonly elsewhere: number
  /** The bins in which it is cheaper. */
  readonly preferred: readonly Placement[]
}

/**
 * Returns the index of a bin for each task. The same arguments give the same answer; what is equal in cost goes to the bin
 * that comes first.
 * @param weights of the bins: whole numbers above 0.
 */
export const distributeTasks = (tasks: readonly PlaceableTask[], weights: readonly number[]): readonly number[] => {
  if (tasks.length === 0) return []
  const network = buildNetwork(tasks, weights)
  // Whatever fits into lower bounds at its least cost costs nothing; only the rest needs a search.
  for (const item of network.items) {
    if (!placeFree(item) && !augment(item.vertex, network)) throw new Error('tasks and bins do not fit together')
  }
  return readBins(network)
}

class Vertex {
  readonly edges: Edge[] = []
  distance = Infinity
  via: Edge | undefined
  queued = false
}

class Edge {
  readonly from: Vertex
  readonly to: Vertex
  readonly cost: number
  readonly reverse: Edge
  capacity: number

  constructor(from: Vertex, to: Vertex, capacity: number, cost: number, reverse?: Edge) {
    this.from = from
    this.to = to
    this.capacity = capacity
    this.cost = cost
    this.reverse = reverse ?? new Edge(to, from, 0, -cost, this)
    from.edges.push(this)
  }

  push(): void {
    this.capacity--
    this.reverse.capacity++
  }
}

/** One sub-topology in one bin. */
interface Cell {
  readonly bin: number
  readonly fromHub: Edge
  /** Ways into the bin and out of it, as far as the lower bounds go. */
  readonly free: readonly Edge[]
  readonly vertex: Vertex
}

interface Item {
  readonly vertex: Vertex
  /** To the hub of the sub-topology, from where every cell can be reached. */
  readonly toHub: Edge
  readonly cells: readonly Cell[]
  readonly preferred: readonly { readonly edge: Edge; readonly cell: Cell }[]
}

interface Network {
  readonly vertices: readonly Vertex[]
  readonly sink: Vertex
  readonly items: readonly Item[]
}

const buildNetwork = (tasks: readonly PlaceableTask[], weights: readonly number[]): Network => {
  const vertices: Vertex[] = []
  const vertex = (): Vertex => {
    const created = new Vertex()
    vertices.push(created)
    return created
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const overBound = 1 + tasks.reduce((sum, task) => sum + task.elsewhere, 0)
  /** Edges for the share of `count` that a weight has; the first is its whole part. */
  const share = (from: Vertex, to: Vertex, count: number, weight: number): Edge => {
    const whole = Math.floor((count * weight) / total)
    const free = new Edge(from, to, whole, 0)
    if (whole * total < count * weight) new Edge(from, to, 1, overBound)
    return free
  }

  const sink = vertex()
  const bins = weights.map((weight) => {
    const bin = vertex()
    return { vertex: bin, weight, free: share(bin, sink, tasks.length, weight) }
  })
  const hubs = new Map<number, { readonly vertex: Vertex; readonly cells: readonly Cell[] }>()
  for (const [subTopology, count] of countBySubTopology(tasks)) {
    const hub = vertex()
    const cells = bins.map((bin, index): Cell => {
      const cell = vertex()
      const fromHub = new Edge(hub, cell, count, 0)
      const free = [share(cell, bin.vertex, count, bin.weight), bin.free]
      return { bin: index, vertex: cell, fromHub, free }
    })
    hubs.set(subTopology, { vertex: hub, cells })
  }

  const items = tasks.map(({ subTopology, elsewhere, preferred }): Item => {
    const hub = hubs.get(subTopology)
    if (hub === undefined) throw new Error(`no sub-topology ${subTopology}`)
    const better = preferred.filter(({ cost }) => cost < elsewhere)
    // A task has to be somewhere, so its least cost is no cost.
    const least = better.reduce((lowest, { cost }) => Math.min(lowest, cost), elsewhere)
    const item = vertex()
    const direct = better.map(({ bin, cost }) => {
      const cell = hub.cells[bin]
      if (cell === undefined) throw new Error(`no bin ${bin}`)
      return { edge: new Edge(item, cell.vertex, 1, cost - least), cell }
    })
    return {
      vertex: item,
      toHub: new Edge(item, hub.vertex, 1, elsewhere - least),
      cells: hub.cells,
      preferred: direct,
    }
  })
  return { vertices, sink, items }
}

const countBySubTopology = (tasks: readonly PlaceableTask[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  for (const { subTopology } of tasks) counts.set(subTopology, (counts.get(subTopology) ?? 0) + 1)
  return counts
}

/** Places a task where that costs nothing at all. Flows that cost nothing are the cheapest ones of their size. */
const placeFree = ({ toHub, cells, preferred }: Item): boolean => {
  const isFree = ({ free }: Cell): boolean => free.every((edge) => edge.capacity > 0)
  const ways: (readonly Edge[])[] = []
  for (const { edge, cell } of preferred) if (edge.cost === 0 && isFree(cell)) ways.push([edge, ...cell.free])
  if (ways.length === 0 && toHub.cost === 0) {
    const cell = cells.find(isFree)
    if (cell !== undefined) ways.push([toHub, cell.fromHub, ...cell.free])
  }
  const [way] = ways
  for (const edge of way ?? []) edge.push()
  return way !== undefined
}

/** Adds a task along the cheapest path, which may move others. False if there is none. */
const augment = (start: Vertex, { vertices, sink }: Network): boolean => {
  for (const vertex of vertices) {
    vertex.distance = Infinity
    vertex.via = undefined
  }
  start.distance = 0
  const queue = [start]
  for (const vertex of queue) {
    vertex.queued = false
    for (const edge of vertex.edges) {
      const distance = vertex.distance + edge.cost
      if (edge.capacity === 0 || distance >= edge.to.distance) continue
      edge.to.distance = distance
      edge.to.via = edge
      // Nothing leads on from the sink at a gain.
      if (edge.to.queued || edge.to === sink) continue
      edge.to.queued = true
      queue.push(edge.to)
    }
  }
  if (sink.via === undefined) return false
  for (let edge: Edge | undefined = sink.via; edge !== undefined; edge = edge.from.via) edge.push()
  return true
}

/** Tasks that went through a hub can have any of the ways out of it: they cost the same. */
const readBins = ({ items }: Network): readonly number[] =>
  items.map(({ preferred, cells }) => {
    const direct = preferred.find(({ edge }) => edge.capacity === 0)
    if (direct !== undefined) return direct.cell.bin
    const cell = cells.find(({ fromHub }) => fromHub.reverse.capacity > 0)
    if (cell === undefined) throw new Error('a task got no bin')
    cell.fromHub.reverse.capacity--
    return cell.bin
  })
