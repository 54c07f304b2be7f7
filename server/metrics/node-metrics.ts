import { Gauge, type Registry } from 'prom-client'
import type { Database } from '../db/database'
import { readRows } from './read-rows'

const STATES = ['online', 'offline'] as const

/** Machines, and the connections of their agents to this daemon. */
export function registerNodeMetrics(registry: Registry, db: Pick<Database, 'pool'>, agentsConnected: () => number) {
  const nodes = new Gauge({
    name: 'stratavore_nodes',
    help: 'Machines that have joined, by whether their agent is connected.',
    labelNames: ['state'],
    registers: [registry],
  })
  for (const state of STATES) nodes.set({ state }, 0)
  new Gauge({
    name: 'stratavore_agents_connected',
    help: 'Agents connected to this daemon.',
    registers: [registry],
    collect() {
      this.set(agentsConnected())
    },
  })
  return {
    read: async (): Promise<void> => {
      const [row] = await readRows<Record<(typeof STATES)[number], string>>(
        db,
        `SELECT count(*) FILTER (WHERE connected) AS online, count(*) FILTER (WHERE NOT connected) AS offline
           FROM (SELECT EXISTS (SELECT 1 FROM agents WHERE agents.node_id = nodes.id AND agents.connected
                                                       AND agents.gone_at IS NULL) AS connected
                   FROM nodes WHERE removed_at IS NULL) AS known`,
      )
      for (const state of STATES) nodes.set({ state }, Number(row?.[state] ?? 0))
    },
  }
}
