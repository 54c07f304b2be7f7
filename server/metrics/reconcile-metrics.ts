import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ReconcileAction } from '../services/reconcile/reconcile-action'
import type { ReconcileObserver } from '../services/reconcile/reconcile-observer'

const SCOPES = ['all', 'woken'] as const
/** Every kind of action. A record, so that a new one cannot be forgotten here. */
const KINDS: Record<ReconcileAction['kind'], true> = {
  start: true,
  stop: true,
  pause: true,
  resume: true,
  'record-running': true,
  'record-exit': true,
  'record-gone': true,
  'record-lost': true,
  'release-lease': true,
  'record-node-lost': true,
}

/** What reconciliation does and how long it takes. */
export function registerReconcileMetrics(registry: Registry, now: () => Date): ReconcileObserver {
  const registers = [registry]
  const actions = new Counter({
    name: 'stratavore_reconcile_actions_total',
    help: 'Actions that brought what runs in line with what should, by kind and whether they worked.',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'stratavore_reconcile_seconds',
    help: 'How long a reconciliation took: of everything (all), or of single runners that changed (woken).',
    labelNames: ['scope'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const failures = new Counter({
    name: 'stratavore_reconcile_failures_total',
    help: 'Reconciliations that could not be made at all.',
    labelNames: ['scope'],
    registers,
  })
  const lastSuccess = new Gauge({
    name: 'stratavore_reconcile_last_success_timestamp_seconds',
    help: 'When this daemon last went through everything; 0 when it has not yet.',
    registers,
  })
  for (const kind of Object.keys(KINDS)) for (const outcome of ['ok', 'failed']) actions.inc({ kind, outcome }, 0)
  for (const scope of SCOPES) {
    duration.zero({ scope })
    failures.inc({ scope }, 0)
  }
  return {
    acted: (kind, outcome) => actions.inc({ kind, outcome }),
    ran: (scope, seconds) => {
      duration.observe({ scope }, seconds)
      if (scope === 'all') lastSuccess.set(now().getTime() / 1000)
    },
    runFailed: (scope) => failures.inc({ scope }),
  }
}
