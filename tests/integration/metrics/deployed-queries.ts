import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { checkout } from '../../support/checkout'

const prometheus = join(checkout, 'deploy/prometheus')
const dashboards = join(checkout, 'deploy/grafana/dashboards')

const ruleFile = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
})
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  panels: z.array(
    z.object({
      title: z.string(),
      type: z.string(),
      targets: z
        .array(z.object({ expr: z.string(), datasource: z.object({ uid: z.string() }), legendFormat: z.string() }))
        .optional(),
    }),
  ),
})

/** A query that somebody relies on, and where it stands. */
export interface DeployedQuery {
  where: string
  query: string
}

/** Names of the alerts, in order. */
export const readAlerts = (): { alert: string; expr: string }[] =>
  ruleFile.parse(parse(readFileSync(join(prometheus, 'alerts.yml'), 'utf8'))).groups.flatMap((group) => group.rules)

export const readDashboards = () =>
  readdirSync(dashboards).map((file) => dashboard.parse(JSON.parse(readFileSync(join(dashboards, file), 'utf8'))))

/** Every query of the alert rules and the dashboards; Grafana's own intervals are filled in. */
export function deployedQueries(): DeployedQuery[] {
  const rules = readAlerts().map(({ alert, expr }) => ({ where: alert, query: expr }))
  const panels = readDashboards().flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ expr }) => ({
        where: `${title} / ${panel.title}`,
        query: expr.replaceAll('$__rate_interval', '1m'),
      })),
    ),
  )
  return [...rules, ...panels]
}
