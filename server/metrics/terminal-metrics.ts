import { Counter, Gauge, type Registry } from 'prom-client'
import type { TerminalTraffic } from '../gateways/terminal/terminal-traffic'

/** Who looks at terminals, and how much passes. */
export function registerTerminalMetrics(registry: Registry, viewers: () => number): TerminalTraffic {
  new Gauge({
    name: 'stratavore_terminal_viewers',
    help: 'Browsers and command lines attached to terminals.',
    registers: [registry],
    collect() {
      this.set(viewers())
    },
  })
  const bytes = new Counter({
    name: 'stratavore_terminal_bytes_total',
    help: 'Bytes typed into terminals (in) and shown to their clients (out).',
    labelNames: ['direction'],
    registers: [registry],
  })
  for (const direction of ['in', 'out']) bytes.inc({ direction }, 0)
  return { bytes: (direction, count) => bytes.inc({ direction }, count) }
}
