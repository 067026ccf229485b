// What a task needs from a record log: batches of records as bytes. Adapters implement it; nothing here knows of a client.

/** Records of one batch, decompressed; control batches and batches of aborted transactions never get here. */
export interface RecordBatch {
  readonly baseOffset: number
  /** Offset of the last record that the batch had when it was written; compaction may have removed it. */
  readonly lastOffset: number
  /** Timestamps of records are relative to it, ms. */
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  /** True: every record has the time at which the broker appended the batch, which is `maxTimestamp`. */
  readonly logAppendTime: boolean
  /** How many records `records` has. */
  readonly count: number
  /** The records one after another, framed as Kafka's record format v2 has them (KIP-98). */
  readonly records: Buffer
}

/** What a poll brings of one partition. */
export interface FetchedPartition {
  readonly topic: string
  readonly partition: number
  /** In order of offsets; may be empty when only control records or aborted records were there. Records before the offset asked for may be in the first one. */
  readonly batches: readonly RecordBatch[]
  /** Where the next fetch goes on. */
  readonly nextOffset: number
  readonly highWatermark: number
  /** End of what is decided: with read_committed nothing beyond it is delivered. */
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** The offset asked for is not in the log (any more, or yet); `batches` is empty. */
  readonly outOfRange: boolean
}
