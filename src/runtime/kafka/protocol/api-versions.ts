// ApiVersions: which versions of which requests a broker speaks. Version 0, because every broker answers it.

import type { ApiRequest } from './api-request.ts'

/** The versions of one request that a broker knows. */
export interface ApiVersionRange {
  readonly key: number
  readonly minVersion: number
  readonly maxVersion: number
}

export interface ApiVersionsAnswer {
  readonly errorCode: number
  readonly apis: readonly ApiVersionRange[]
}

export const apiVersions = (): ApiRequest<ApiVersionsAnswer> => ({
  name: 'ApiVersions',
  key: 18,
  minVersion: 0,
  maxVersion: 0,
  encode: () => undefined,
  decode: (reader) => ({
    errorCode: reader.int16(),
    apis: reader.array(() => ({ key: reader.int16(), minVersion: reader.int16(), maxVersion: reader.int16() })),
  }),
})
