// What the package exports: the DSL, the Processor API, the test driver, and KafkaStreams to run a topology in a program.

export {
  CogroupedKStream,
  GlobalKTable,
  KGroupedStream,
  KGroupedTable,
  KStream,
  KTable,
  StreamsBuilder,
  WindowedKStream,
  type AggregateOptions,
  type BuilderOptions,
  type EmitStrategy,
  type JoinedOptions,
  type Named,
  type SuppressOptions,
  type TableOptions,
  type TableSource,
} from './api/streams-builder.ts'
export {
  JoinWindows,
  SessionWindows,
  SlidingWindows,
  TimeWindows,
  UnlimitedWindows,
  type Duration,
} from './api/windows.ts'
export type { Aggregator, Mapper, ValueJoiner } from './api/callbacks.ts'
export { ProcessorRecord, type Forwardable } from './processors/processor-record.ts'
export type { Processor, ProcessorContext, ProcessorSupplier, RecordMetadata } from './processors/processor.ts'
export type {
  KeyValue,
  KeyValueStore,
  ReadOnlyKeyValueStore,
  SessionStore,
  SessionValue,
  StateStore,
  StoreSpec,
  WindowedValue,
  WindowStore,
} from './processors/state-stores.ts'
export type { Cancellable, PunctuationType } from './operators/processor.ts'
export type { Header, Window } from './model/stream-record.ts'
export { describe, type Topology } from './topology/topology.ts'
export { TopologyTestDriver, type TestDrop, type TestOutput, type TestRecord } from './testing/topology-test-driver.ts'
export {
  KafkaStreams,
  type QueryableStore,
  type StateListener,
  type StoredRow,
  type StoredWindow,
  type StreamsConfig,
  type StreamsState,
} from './kafka-streams.ts'
