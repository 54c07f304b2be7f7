import { Gauge, type Registry } from 'prom-client'
import type { Database } from '../db/database'

/** Whether the database answers, and how this daemon's pool of connections does. */
export function registerDatabaseMetrics(registry: Registry, db: Pick<Database, 'pool'>) {
  const up = new Gauge({
    name: 'stratavore_database_up',
    help: '1 when the database answered at the last scrape; while it is 0, figures read from it are the last known.',
    registers: [registry],
  })
  new Gauge({
    name: 'stratavore_database_pool_connections',
    help: "Connections of the daemon's pool, by state.",
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { totalCount, idleCount } = db.pool
      this.set({ state: 'idle' }, idleCount)
      this.set({ state: 'busy' }, totalCount - idleCount)
    },
  })
  new Gauge({
    name: 'stratavore_database_pool_waiting',
    help: 'Queries that wait for a free connection of the pool.',
    registers: [registry],
    collect() {
      this.set(db.pool.waitingCount)
    },
  })
  return { answered: (ok: boolean): void => up.set(ok ? 1 : 0) }
}
