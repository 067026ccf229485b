// Code for the metadata variables.

import type { Generator } from './generator.ts'
import type { MetadataName } from './variables.ts'

/** Code whose value is never undefined. */
export const metadataCode = (generator: Generator, name: MetadataName): string => {
  switch (name) {
    case 'topic':
    case 'file':
      return 'record.origin.topic'
    case 'partition':
      return 'record.origin.partition'
    case 'offset':
      return 'record.origin.offset'
    case 'ts':
      return `${generator.operation('timestamp')}(record)`
    case 'key':
    case 'line':
    case 'headers':
    case 'window':
      return `${generator.operation(name)}(record)`
  }
}
