import { Counter, Histogram, type Registry } from 'prom-client'
import { providerId } from '@/contracts/provider/provider'
import { launchResults, type RunnerFigureObserver } from '../consumers/metrics/runner-figures'
import { HUMAN_BUCKETS } from './buckets'

/** Launches, and the time runners spent waiting for a human: made from events, by the metrics consumer. */
export function registerRunnerFigures(registry: Registry): RunnerFigureObserver {
  const registers = [registry]
  const launches = new Counter({
    name: 'stratavore_launches_total',
    help: 'Launches by result. Of refusals by the quota one a minute and project is counted.',
    labelNames: ['result'],
    registers,
  })
  const latency = new Histogram({
    name: 'stratavore_launch_seconds',
    help: 'From an accepted launch to its program running.',
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600],
    registers,
  })
  // No runner and no project: what a label may hold is a closed set, so that the series are.
  const waits = new Histogram({
    name: 'stratavore_runner_waiting_seconds',
    help: 'How long a runner waited for a human, each time it did, by what for and provider.',
    labelNames: ['activity', 'provider'],
    buckets: HUMAN_BUCKETS,
    registers,
  })
  for (const result of launchResults) launches.inc({ result }, 0)
  for (const activity of ['waiting_permission', 'waiting_input'])
    for (const provider of providerId.options) waits.zero({ activity, provider })

  return (figure) => {
    if (figure.kind === 'wait') {
      waits.observe({ activity: figure.activity, provider: figure.provider }, figure.seconds)
      return
    }
    launches.inc({ result: figure.result })
    if (figure.result === 'started' && figure.seconds !== null) latency.observe(figure.seconds)
  }
}
