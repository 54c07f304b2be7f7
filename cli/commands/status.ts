import { setTimeout as delay } from 'node:timers/promises'
import type { SystemStatus } from '@/contracts/system/system'
import type { Cli } from '../cli'
import { shortBytes } from '../text/short-bytes'
import { ago } from '../text/short-time'
import { type Cell, renderFacts } from '../text/table'
import { JSON_FLAG, type Register } from './command'

/** How often --watch looks. */
const WATCH_INTERVAL_MS = 2_000
/** Cursor home, erase the screen below: no flicker of an empty screen. */
const REDRAW = '\x1b[H\x1b[J'

const BROKER_NAMES: Record<SystemStatus['broker']['kind'], string> = { local: 'in process', amqp: 'RabbitMQ' }

function brokerText({ broker }: SystemStatus): string {
  const why = broker.error === null ? '' : `: ${broker.error}`
  return `${BROKER_NAMES[broker.kind]}, ${broker.state}${why}`
}

function statusText(cli: Cli, status: SystemStatus): string {
  const now = cli.process.now()
  const { colors } = cli
  const { counts, daemon, database } = status
  const part = (info: { pid: number; startedAt: string; memoryBytes: number }) =>
    `pid ${info.pid}, up ${ago(info.startedAt, now)}, ${shortBytes(info.memoryBytes)}`
  const states = Object.entries(counts.runners).filter(([, count]) => count > 0)
  const connected = status.agents.filter((agent) => agent.connected)
  const agents = connected.map((agent) => `${agent.node} pid ${agent.pid} (${agent.runnerCount} runners)`)
  const facts: [string, Cell][] = [
    ['version', status.version],
    ['url', status.url],
    ['web', part(status.web)],
    ['daemon', daemon ? part(daemon) : { styled: colors.red('does not answer') }],
    ['agents', agents.length > 0 ? agents.join(', ') : { styled: colors.red('none connected') }],
    [
      'database',
      database.ok
        ? `${database.kind}, ${database.latencyMs?.toFixed(1) ?? '-'} ms`
        : { styled: colors.red(`${database.kind}, down`) },
    ],
    ['broker', status.broker.ok ? brokerText(status) : { styled: colors.red(brokerText(status)) }],
    ['events waiting', status.outboxPending],
    ...(status.outboxDead > 0
      ? ([['events parked', { styled: colors.red(`${status.outboxDead}; see: stratavore events dead`) }]] satisfies [
          string,
          Cell,
        ][])
      : []),
    [
      'runners',
      `${counts.live} live${states.length > 0 ? `: ${states.map(([name, count]) => `${count} ${name}`).join(', ')}` : ''}`,
    ],
    ['waiting for you', counts.waiting > 0 ? { styled: colors.yellow(String(counts.waiting)) } : 0],
    ['projects', counts.projects],
    ['sessions', counts.sessions],
    ['nodes', `${counts.nodesOnline} of ${counts.nodes} online`],
  ]
  return renderFacts(facts)
}

export const registerStatus: Register = (program, cli) => {
  program
    .command('status')
    .description('show how the whole system is')
    .option('-w, --watch', 'keep showing it (with --json one object per line)')
    .option(...JSON_FLAG)
    .action(async (options: { watch?: boolean; json?: boolean }) => {
      const redraw = options.watch && cli.process.stdout.isTTY && !options.json
      for (;;) {
        const status = await cli.api().system.status.query()
        if (options.json) cli.printJson(status, options.watch ? 'lines' : 'pretty')
        else cli.print(`${redraw ? REDRAW : ''}${statusText(cli, status)}`)
        if (!options.watch) return
        await delay(WATCH_INTERVAL_MS)
      }
    })
}
