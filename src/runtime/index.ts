// What the package exports: the DSL and the test driver, to write topologies in TypeScript and test them without a broker.

export {
  StreamsBuilder,
  KStream,
  KTable,
  KGroupedStream,
  KGroupedTable,
  CogroupedKStream,
  WindowedKStream,
} from './topology/streams-builder.ts'
export { describe, subTopologies, type Endpoint, type Topology, type TopologyNode } from './topology/topology.ts'
export { TopologyTestDriver, type TestDrop, type TestOutput, type TestRecord } from './testing/topology-test-driver.ts'
export { StreamRecord, type Header, type RecordOrigin, type Window } from './model/stream-record.ts'
export { Change } from './model/change.ts'
export type { Processor, ProcessorContext, ProcessorSupplier } from './operators/processor.ts'
export type { CogroupAdder, CogroupStep } from './operators/cogroup.ts'
export type { AggregateStep } from './operators/aggregate-step.ts'
export type { AnyWindows } from './windows/any-windows.ts'
export type { SessionWindows } from './windows/session-windows.ts'
export type { SlidingWindows } from './windows/sliding-windows.ts'
export type { TimeWindows } from './windows/time-windows.ts'
