import { Gauge, type Registry } from 'prom-client'

/** Which of several daemons on one database does the work. */
export function registerLeaderMetrics(registry: Registry, leads: () => boolean): void {
  new Gauge({
    name: 'stratavore_daemon_leader',
    help: '1 while this daemon leads, 0 while it stands by for another one.',
    registers: [registry],
    collect() {
      this.set(leads() ? 1 : 0)
    },
  })
}
