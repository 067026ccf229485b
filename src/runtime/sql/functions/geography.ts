// Places on the earth.

import { RecordError } from '../../model/record-error.ts'
import { doubleType, stringType } from '../sql-type.ts'
import { defineSqlFunction, type SqlCallSite } from './define-sql-function.ts'

const family = 'Numbers'

/** The radius of the earth in a unit; undefined for a unit that there is not. */
const radiusIn = (unit: string): number | undefined => {
  switch (unit.toLowerCase()) {
    case 'km':
    case 'kilometer':
    case 'kilometers':
    case 'kilometre':
    case 'kilometres':
      return 6371
    case 'mi':
    case 'mile':
    case 'miles':
      return 3959
    default:
      return undefined
  }
}

const unknownUnit = (unit: string): string => `the unit must be 'KM' or 'MI', not ${JSON.stringify(unit)}`

const radians = (degrees: number): number => (degrees * Math.PI) / 180

const checkPlace = (call: SqlCallSite, latitude: number, longitude: number): void => {
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return
  throw new RecordError(`${call.name}(): there is no place at ${latitude}, ${longitude}`)
}

const geoDistance = defineSqlFunction({
  name: 'GEO_DISTANCE',
  family,
  summary: 'The distance between two places in degrees of latitude and longitude, in kilometres (KM) or miles (MI).',
  check: ([, , , , unit]) => (typeof unit === 'string' && radiusIn(unit) === undefined ? unknownUnit(unit) : undefined),
  signatures: [
    { parameters: { lat1: doubleType, lon1: doubleType, lat2: doubleType, lon2: doubleType }, returns: doubleType },
    {
      parameters: { lat1: doubleType, lon1: doubleType, lat2: doubleType, lon2: doubleType, units: stringType },
      returns: doubleType,
    },
  ],
  implementation: (call, latitude1: number, longitude1: number, latitude2: number, longitude2: number, unit = 'KM') => {
    const radius = radiusIn(unit)
    if (radius === undefined) throw new RecordError(unknownUnit(unit))
    checkPlace(call, latitude1, longitude1)
    checkPlace(call, latitude2, longitude2)
    // The haversine formula; rounding may take places that are opposite to each other beyond 1.
    const haversine =
      Math.sin(radians(latitude2 - latitude1) / 2) ** 2 +
      Math.sin(radians(longitude2 - longitude1) / 2) ** 2 * Math.cos(radians(latitude1)) * Math.cos(radians(latitude2))
    return 2 * radius * Math.asin(Math.sqrt(Math.min(haversine, 1)))
  },
  examples: [{ sql: "ROUND(GEO_DISTANCE(37.4439, -122.1663, 51.5257, -0.1122, 'KM'))", result: 8635 }],
})

/** The functions of places, in the order of help. */
export const geographicFunctions = [geoDistance]
