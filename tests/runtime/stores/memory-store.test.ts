import { createMemoryStore } from '../../../src/runtime/stores/memory-store.ts'
import { bytesStoreSuite } from './bytes-store-suite.ts'

bytesStoreSuite('memory store', () => Promise.resolve(createMemoryStore()))
