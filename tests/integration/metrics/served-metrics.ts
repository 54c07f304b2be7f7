import type { QueryNames, Selector } from './promql'

/** What a `/metrics` page holds: the labels of every sample, by the sample's name. */
export type ServedMetrics = ReadonlyMap<string, readonly Record<string, string>[]>

/** Labels that Prometheus itself gives to what it scrapes. */
const TARGET_LABELS = ['job', 'instance']
/** Made by Prometheus, not by what it scrapes. */
const OF_PROMETHEUS = ['up']

/** Reads the text format. */
export function readServed(text: string): ServedMetrics {
  const served = new Map<string, Record<string, string>[]>()
  for (const line of text.split('\n')) {
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line)
    const [, name, labels = ''] = sample ?? []
    if (name === undefined) continue
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [label, value])
    served.set(name, [...(served.get(name) ?? []), Object.fromEntries(pairs)])
  }
  return served
}

/** What of a query the page does not have; empty when it can show something. */
export function missingFrom(served: ServedMetrics, query: QueryNames): string[] {
  const known = new Set([...TARGET_LABELS, ...query.selectors.flatMap(({ metric }) => labelsOf(served, metric))])
  return [
    ...query.selectors.flatMap((selector) => missingSelector(served, selector)),
    ...query.groupings.filter((label) => !known.has(label)).map((label) => `no label ${label} to group by`),
  ]
}

const labelsOf = (served: ServedMetrics, metric: string): string[] =>
  (served.get(metric) ?? []).flatMap((labels) => Object.keys(labels))

function missingSelector(served: ServedMetrics, { metric, matchers }: Selector): string[] {
  if (OF_PROMETHEUS.includes(metric)) return []
  const samples = served.get(metric)
  if (!samples) return [`no metric ${metric}`]
  return matchers.flatMap(({ label, operator, value }) => {
    if (TARGET_LABELS.includes(label)) return []
    if (!labelsOf(served, metric).includes(label)) return [`no label ${label} on ${metric}`]
    const alternatives = operator === '=~' || operator === '!~' ? value.split('|') : [value]
    return alternatives
      .filter((one) => !samples.some((labels) => new RegExp(`^(?:${one})$`).test(labels[label] ?? '')))
      .map((one) => `no ${metric} with ${label}="${one}"`)
  })
}
