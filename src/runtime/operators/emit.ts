// When a table says what has changed.

/**
 * `changes`: at once, every update. `flush`: what has changed, once per key, when the task flushes (end of input, silence,
 * interval). `final`: a window when it closes; rows without a window as `flush`.
 */
export type EmitMode = 'changes' | 'flush' | 'final'

/** How a table forwards its updates. */
export interface TableOptions {
  /** Set while the topology is built; what follows may want every update. */
  emit: EmitMode
  /** Changes carry the old value too. Set while the topology is built, when something downstream asks for it. */
  sendOldValues: boolean
}
