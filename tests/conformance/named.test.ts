// What Kafka Streams does with difficult records, case by case.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { javaMissing } from '../support/kafka-jars.ts'
import { compareStrictly, differenceText } from './compare.ts'
import { cogroupCases } from './named-cogroups.ts'
import { foreignKeyCases } from './named-foreign-keys.ts'
import { gracedJoinCases } from './named-graced-joins.ts'
import { joinCases } from './named-joins.ts'
import { suppressCases } from './named-suppress.ts'
import { tableCases } from './named-tables.ts'
import { unlimitedCases } from './named-unlimited.ts'
import { versionedCases } from './named-versioned.ts'
import { windowCases } from './named-windows.ts'
import { startOracle, type Oracle } from './oracle.ts'

const groups = {
  tables: tableCases,
  windows: windowCases,
  'unlimited windows': unlimitedCases,
  suppress: suppressCases,
  joins: joinCases,
  cogroups: cogroupCases,
  'foreign keys': foreignKeyCases,
  versioned: versionedCases,
  'joins with a grace period': gracedJoinCases,
}
const skip = javaMissing()

suite('as Kafka Streams', { skip }, () => {
  let oracle: Oracle
  before(async () => {
    if (skip === false) oracle = await startOracle()
  })
  after(async () => {
    if (skip === false) await oracle.close()
  })

  for (const [group, cases] of Object.entries(groups)) {
    suite(group, () => {
      for (const [name, testCase] of Object.entries(cases)) {
        test(name, async () => {
          const comparison = await compareStrictly(oracle, testCase)
          const { expected, equal } = comparison
          assert.ok('outputs' in expected, 'error' in expected ? expected.error : '')
          assert.ok(equal, differenceText(testCase, comparison))
        })
      }
    })
  }
})
