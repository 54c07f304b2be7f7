import { afterAll, beforeAll, expect, it } from 'vitest'
import { runnerStatus } from '@/contracts/runner/status'
import { createProject, launchRunning, untilStatus } from '../../support/launch'
import { runCommand } from '../../support/run-command'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { providePromtool } from './promtool'

/** What the issue asks: no figure is older than this. */
const FRESH_MS = 10_000

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

const scrape = async (): Promise<string> => (await fetch(stack.metricsUrl)).text()

/** The value of one sample, or undefined. Labels as they are printed. */
function sample(text: string, name: string): number | undefined {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

it('has every named metric, with its type, from the first scrape on', async () => {
  const text = await scrape()
  const types = Object.fromEntries([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]))
  expect(types).toMatchObject({
    stratavore_runners_total: 'untyped',
    stratavore_runners_by_project: 'gauge',
    stratavore_sessions_total: 'counter',
    stratavore_tokens_used_total: 'counter',
    stratavore_daemon_uptime_seconds: 'gauge',
    stratavore_heartbeat_latency_seconds: 'histogram',
    process_resident_memory_bytes: 'gauge',
    nodejs_eventloop_lag_seconds: 'gauge',
  })
  for (const status of runnerStatus.options)
    expect(sample(text, `stratavore_runners_total{status="${status}"}`)).toBe(0)
  expect(sample(text, 'stratavore_tokens_used_total{scope="global"}')).toBe(0)
})

it('counts runners, sessions and heartbeats, fresh within 10 s', async () => {
  const [one, two] = [await createProject(stack), await createProject(stack)]
  const first = await launchRunning(stack, { project: one.name, provider: 'shell' })
  await launchRunning(stack, { project: one.name, provider: 'shell' })
  await launchRunning(stack, { project: two.name, provider: 'shell' })
  await waitUntil(
    'the launches are in the metrics',
    async () => {
      const text = await scrape()
      return (
        sample(text, 'stratavore_runners_total{status="running"}') === 3 &&
        sample(text, `stratavore_runners_by_project{project="${one.name}"}`) === 2 &&
        sample(text, `stratavore_runners_by_project{project="${two.name}"}`) === 1
      )
    },
    FRESH_MS,
  )
  await stack.api.runner.stop.mutate({ id: first.id })
  await untilStatus(stack, first.id, ['terminated'])
  await waitUntil(
    'the stop is in the metrics',
    async () => {
      const text = await scrape()
      return (
        sample(text, 'stratavore_runners_total{status="running"}') === 2 &&
        sample(text, 'stratavore_runners_total{status="terminated"}') === 1 &&
        sample(text, `stratavore_runners_by_project{project="${one.name}"}`) === 1
      )
    },
    FRESH_MS,
  )
  const heartbeats = await waitUntil(
    'a heartbeat was measured',
    async () => sample(await scrape(), 'stratavore_heartbeat_latency_seconds_count') || undefined,
    20_000,
  )
  const text = await scrape()
  expect(sample(text, 'stratavore_heartbeat_latency_seconds_bucket{le="+Inf"}')).toBeGreaterThanOrEqual(heartbeats)
  expect(sample(text, 'stratavore_heartbeat_latency_seconds_sum')).toBeLessThan(heartbeats)
})

it('counts the sessions that are known', async () => {
  const known = (await stack.api.session.list.query({})).length
  await waitUntil(
    'they are counted',
    async () => sample(await scrape(), 'stratavore_sessions_total') === known,
    FRESH_MS,
  )
})

it('tells the uptime of the daemon, which grows', async () => {
  const uptime = async () => sample(await scrape(), 'stratavore_daemon_uptime_seconds') ?? 0
  const first = await uptime()
  await waitUntil('time passes', async () => (await uptime()) > first)
  const { daemon } = await stack.api.system.status.query()
  const age = (Date.now() - Date.parse(daemon?.startedAt ?? '')) / 1000
  expect(Math.abs((await uptime()) - age)).toBeLessThan(5)
})

it('passes promtool check metrics', async () => {
  const { code, stdout, stderr } = await runCommand(providePromtool(), ['check', 'metrics'], { stdin: await scrape() })
  const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '')
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] })
}, 180_000)
