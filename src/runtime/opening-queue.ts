// Tasks that are being opened beside those that run. Whoever asks for more meanwhile is queued: there is one loop, so that
// stopping it stops everything, and no task is opened twice.

export class OpeningQueue {
  private readonly open: (ids: readonly string[]) => Promise<void>
  private readonly ended: (error: Error | undefined) => void
  private readonly waiting = new Set<string>()
  private loop: Promise<void> | undefined
  /** What is under way is not wanted any more, and nothing is taken on: from `stop` to `resume`, while tasks are given away. */
  isStopped = false

  /**
   * @param open opens some tasks, one lot at a time, but for those that run already; it looks at `isStopped` from time to time, and before a task is of use.
   * @param ended hears when there is nothing to do any more, or with the error that has ended it.
   */
  constructor(open: (ids: readonly string[]) => Promise<void>, ended: (error: Error | undefined) => void) {
    this.open = open
    this.ended = ended
  }

  /** Some task is being opened. */
  get isActive(): boolean {
    return this.loop !== undefined
  }

  /** Opens tasks, after those that are being opened; none while it is stopped. */
  add(ids: readonly string[]): void {
    if (this.isStopped) return
    for (const id of ids) this.waiting.add(id)
    if (this.waiting.size > 0) this.loop ??= this.run()
  }

  /** Waits until nothing is being opened; nothing is until `resume`. */
  async stop(): Promise<void> {
    this.isStopped = true
    this.waiting.clear()
    await this.loop
  }

  /** Takes on tasks again. */
  resume(): void {
    this.isStopped = false
  }

  /** Does not reject. */
  private async run(): Promise<void> {
    let failure: Error | undefined
    try {
      while (this.waiting.size > 0) {
        const ids = [...this.waiting]
        this.waiting.clear()
        await this.open(ids)
      }
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
      this.waiting.clear()
    }
    this.loop = undefined
    this.ended(failure)
  }
}
