// What flows on the edges behind a table.

/** An update of one table row. null on either side: the row did not exist, or does not exist any more. */
export class Change {
  readonly newValue: unknown
  /** The value before, if the edge carries old values (somebody downstream needs them); otherwise null. */
  readonly oldValue: unknown
  /** False: the row has a later version already (only of tables with history); `oldValue` is that version then. */
  readonly isLatest: boolean

  constructor(newValue: unknown, oldValue: unknown, isLatest = true) {
    this.newValue = newValue
    this.oldValue = oldValue
    this.isLatest = isLatest
  }
}
