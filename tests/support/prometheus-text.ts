// Reads the text format of Prometheus (0.0.4), strictly and by itself: what ks writes must be legible to others.

import assert from 'node:assert/strict'

/** One line of a metric. */
export interface PrometheusSample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

/** A metric with all its lines. */
export interface PrometheusFamily {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: readonly PrometheusSample[]
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/

/** The families by name. Fails if the text is not what the format asks for. */
export const parsePrometheusText = (text: string): ReadonlyMap<string, PrometheusFamily> => {
  assert.ok(text === '' || text.endsWith('\n'), 'the last line ends')
  const families = new Map<string, PrometheusFamily & { samples: PrometheusSample[] }>()
  const seen = new Set<string>()
  let help: readonly [name: string, text: string] | undefined
  let current: (PrometheusFamily & { samples: PrometheusSample[] }) | undefined
  for (const line of text.split('\n').slice(0, -1)) {
    if (line.startsWith('# HELP ')) {
      const [, name = '', words = ''] = /^# HELP (\S+) (.*)$/.exec(line) ?? []
      help = [name, words]
    } else if (line.startsWith('# TYPE ')) {
      const [, name = '', type = ''] = /^# TYPE (\S+) (counter|gauge)$/.exec(line) ?? []
      assert.match(name, metricName, line)
      assert.ok(!families.has(name), `${name} comes in one piece`)
      assert.equal(help?.[0], name, 'the help comes before the type')
      current = { name, type, help: help[1], samples: [] }
      families.set(name, current)
    } else {
      const sample = parseSample(line)
      assert.ok(current !== undefined && sample.name === current.name, `${line} stands behind its type`)
      const series = `${sample.name}${JSON.stringify([...sample.labels].sort())}`
      assert.ok(!seen.has(series), `${series} comes once`)
      seen.add(series)
      current.samples.push(sample)
    }
  }
  return families
}

const parseSample = (line: string): PrometheusSample => {
  const name = /^[^{ ]+/.exec(line)?.[0] ?? ''
  assert.match(name, metricName, line)
  const labels = new Map<string, string>()
  let at = name.length
  if (line[at] === '{') {
    do {
      at++
      const label = /^[a-zA-Z_][a-zA-Z0-9_]*(?==")/.exec(line.slice(at))?.[0]
      assert.ok(label !== undefined && !labels.has(label), `a label at ${String(at)} of ${line}`)
      at += label.length + 2
      let value = ''
      for (; line[at] !== '"'; at++) {
        const character = line[at]
        assert.ok(character !== undefined, `${line} ends in a label`)
        if (character !== '\\') value += character
        else {
          const escaped = new Map([
            ['n', '\n'],
            ['"', '"'],
            ['\\', '\\'],
          ]).get(line[++at] ?? '')
          assert.ok(escaped !== undefined, `an unknown escape in ${line}`)
          value += escaped
        }
      }
      labels.set(label, value)
      at++
    } while (line[at] === ',')
    assert.equal(line[at], '}', line)
    at++
  }
  assert.equal(line[at], ' ', line)
  const number = line.slice(at + 1)
  assert.match(number, /^(?:NaN|[+-]Inf|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/, line)
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) }
}

/** The sum of the values of a metric whose labels are these, among others. undefined if there are none. */
export const valueOf = (
  families: ReadonlyMap<string, PrometheusFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined => {
  const samples = families
    .get(name)
    ?.samples.filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value))
  return samples === undefined || samples.length === 0 ? undefined : samples.reduce((sum, { value }) => sum + value, 0)
}
