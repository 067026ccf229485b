// What the files in examples/monitoring ask Prometheus for.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { repositoryRoot } from './run-ks.ts'

/** A query with what is shown of its result. */
export interface MonitoringQuery {
  /** The alert, or the panel of the dashboard. */
  readonly where: string
  readonly expression: string
  /** The metrics that it names. */
  readonly metrics: readonly string[]
  /** Labels that it selects and groups by, or that a text shows. */
  readonly labels: readonly string[]
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { alert: string; expr: string; annotations: Readonly<Record<string, string>> }[]
  }[]
}

interface Dashboard {
  readonly templating: { readonly list: readonly { name: string; query: string }[] }
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
}

const read = (name: string): string => readFileSync(join(repositoryRoot, 'examples/monitoring', name), 'utf8')

/** Labels that Prometheus adds to what it scrapes. */
const ofTheScrape = new Set(['job', 'instance'])

const query = (where: string, expression: string, texts: readonly string[]): MonitoringQuery => {
  const bare = expression.replaceAll(/"[^"]*"/g, '""')
  const named = [...bare.matchAll(/\b(?:by|on|ignoring|without)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(','),
  )
  const selected = [...bare.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*""/g)].map(([, name = '']) => name)
  const shown = texts.flatMap((text) =>
    [...text.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, name = '']) => name),
  )
  const labels = [...named, ...selected, ...shown].map((name) => name.trim())
  return {
    where,
    expression,
    metrics: [...new Set(bare.match(/\bkafka_\w+|\bks_\w+/g))],
    labels: [...new Set(labels)].filter((name) => name !== '' && !ofTheScrape.has(name)),
  }
}

/** Those of the alert rules. */
export const alertQueries = (): readonly MonitoringQuery[] =>
  (parse(read('alerts.yml')) as Rules).groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr, annotations }) => query(alert, expr, Object.values(annotations))),
  )

/** Those of the dashboard. */
export const dashboardQueries = (): readonly MonitoringQuery[] => {
  const { panels, templating } = JSON.parse(read('grafana-dashboard.json')) as Dashboard
  return [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => query(title, expr, [legendFormat])),
    ),
    ...templating.list.filter(({ name }) => name !== 'datasource').map((each) => query(each.name, each.query, [])),
  ]
}
