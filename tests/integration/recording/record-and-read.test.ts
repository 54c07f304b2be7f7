import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AgentHome, bundleAgent, createAgentHome, exitOf } from '@/agent/testing/agent-process'
import { type FakeDaemon, shellLaunch, startFakeDaemon } from '@/agent/testing/fake-daemon'
import type { RecordingInfoReply, RecordingReadReply, RecordingReadRequest } from '@/contracts/agent-protocol/recording'
import type { KeptRecordings } from '@/contracts/recording/kept-recordings'
import type { CastEvent, RecordedLife } from '@/contracts/recording/recording'
import { waitUntil } from '../../support/wait-until'

/** The real agent, bundled, with its observer and reader; only the daemon is a fake. */
let bundle: Awaited<ReturnType<typeof bundleAgent>>
let home: AgentHome
let daemon: FakeDaemon

beforeAll(async () => {
  bundle = await bundleAgent()
}, 60_000)
afterAll(() => bundle.remove())
beforeEach(async () => {
  home = createAgentHome(bundle.dir, { PATH: process.env.PATH ?? '/usr/bin:/bin' })
  daemon = await startFakeDaemon(home.socketPath, KEPT)
})
afterEach(async () => {
  await daemon.endAgent()
  await daemon.close()
  await home.remove()
})

const KEPT: KeptRecordings = { runnerBytes: 1e9, totalBytes: 1e9, ageMs: 1e9 }
const LINES = 20_000
/** Prints its own numbers, in bursts, for about two seconds. */
const GENERATOR = `for b in $(seq 0 19); do seq -f 'n:%.0f' $((b * 1000 + 1)) $((b * 1000 + 1000)); sleep 0.1; done; exit 0`
const generated = (count = LINES): string => Array.from({ length: count }, (_, index) => `n:${index + 1}\r\n`).join('')

const joined = (count: number) => daemon.until(`join ${count}`, () => daemon.joins.length >= count)
const exitReport = (runnerId: string) => daemon.exits.find((report) => report.runnerId === runnerId)?.exit
const untilExit = (runnerId: string) => daemon.until(`the exit of ${runnerId}`, () => exitReport(runnerId))

async function launch(env: Record<string, string> = {}): Promise<string> {
  const request = shellLaunch({ env: { PS1: '$ ', ...env } })
  const reply = await daemon.agent().emitWithAck('startRunner', request)
  if (!reply.ok) throw new Error(reply.error)
  return request.runnerId
}

let seq = 0
const clientId = randomUUID()
async function type(runnerId: string, text: string): Promise<void> {
  seq += 1
  const reply = await daemon.agent().emitWithAck('input', { runnerId, clientId, seq, data: Buffer.from(text) })
  if (!reply.ok) throw new Error(reply.error)
}

const info = (runnerId: string): Promise<RecordingInfoReply> =>
  daemon.agent().emitWithAck('recordingInfo', { runnerId, epoch: null })

async function life(runnerId: string): Promise<RecordedLife> {
  const reply = await info(runnerId)
  if (!reply.ok) throw new Error(reply.error)
  const [only] = reply.lives
  if (only === undefined) throw new Error('no life')
  return only
}

async function read(runnerId: string): Promise<CastEvent[]> {
  const events: CastEvent[] = []
  for (let cursor: string | null = null; ; ) {
    const question: RecordingReadRequest = { runnerId, epoch: 0, cursor }
    const page: RecordingReadReply = await daemon.agent().emitWithAck('readRecording', question)
    if (!page.ok) throw new Error(page.error)
    events.push(...page.events)
    if (!page.more) return events
    cursor = page.cursor
  }
}

async function untilSealed(runnerId: string): Promise<RecordedLife> {
  await waitUntil('it is sealed', async () => !(await life(runnerId)).growing)
  return life(runnerId)
}

const outputOf = (events: readonly CastEvent[]): string => textOf(events, 'o').join('')
const markersOf = (events: readonly CastEvent[]): string[] => textOf(events, 'm')
const textOf = (events: readonly CastEvent[], code: string): string[] =>
  events.filter((event) => event[1] === code).map((event) => event[2])

/** Children of the agent by the bundle they run. */
function childOf(agentPid: number, script: string): number {
  const children = readFileSync(`/proc/${agentPid}/task/${agentPid}/children`, 'utf8').trim().split(' ').map(Number)
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script))
  if (found === undefined) throw new Error(`no ${script}`)
  return found
}

describe('a runner', () => {
  it('is recorded: output, size, markers; while it runs and once it has ended', async () => {
    home.start()
    await joined(1)
    const runnerId = await launch({ GREETING_TOKEN: 'tok-very-secret-1', MOTTO: 'carpe-diem-1x9z' })
    await type(runnerId, 'echo "日本 $GREETING_TOKEN $MOTTO"; printf "ghp_%036d\\n" 7\r')
    const recorded = /日本 \[redacted\] \[redacted\]\r\n\[redacted\]/
    await waitUntil('the output is recorded', async () => recorded.test(outputOf(await read(runnerId))))
    expect((await life(runnerId)).growing).toBe(true)
    await daemon.agent().emitWithAck('resizeRunner', { runnerId, cols: 100, rows: 30 })
    await type(runnerId, 'exit 3\r')
    await untilExit(runnerId)
    const described = await untilSealed(runnerId)
    expect(described).toMatchObject({ cols: 80, rows: 24, truncatedBefore: null, title: 'Shell in ' })
    expect(described.markers.map(({ kind, label }) => `${kind} ${label}`)).toEqual(['status ended with exit code 3'])
    const events = await read(runnerId)
    expect(textOf(events, 'r')).toEqual(['100x30'])
    expect(events.map(([at]) => at)).toEqual(events.map(([at]) => at).sort((a, b) => a - b))
    expect(described.duration).toBe(events.at(-1)?.[0])

    const search = { runnerId, epoch: 0, text: 'redacted', limit: 10 }
    const found = await daemon.agent().emitWithAck('searchRecording', search)
    expect(found.ok && found.hits.some(({ line }) => line === '日本 [redacted] [redacted]')).toBe(true)

    const directory = join(home.home, 'agent', 'recordings', `${runnerId}.0`)
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
  }, 40_000)

  it('is not found where nothing is recorded of it', async () => {
    home.start()
    await joined(1)
    expect(await info(randomUUID())).toMatchObject({ ok: false, code: 'not_found' })
    const runnerId = randomUUID()
    const page = await daemon.agent().emitWithAck('readRecording', { runnerId, epoch: 0 })
    expect(page).toMatchObject({ ok: false, code: 'not_found' })
  }, 30_000)
})

describe('a recording', () => {
  it('has every byte though its observer is killed again and again, and the daemon goes away', async () => {
    const agent = home.start()
    await joined(1)
    const runnerId = await launch()
    await type(runnerId, `${GENERATOR}\r`)
    for (const line of ['n:2500\r\n', 'n:6500\r\n', 'n:11500\r\n', 'n:16500\r\n']) {
      await waitUntil('it is at that line', async () => outputOf(await read(runnerId)).includes(line))
      // The one before may only just have been started again.
      process.kill(await waitUntil('an observer', () => childOf(agent.pid ?? 0, 'observer.mjs')), 'SIGKILL')
      if (line === 'n:11500\r\n') {
        await daemon.close()
        daemon = await startFakeDaemon(home.socketPath, KEPT)
        await joined(1)
      }
    }
    // Its end may have been told to the daemon before.
    await untilSealed(runnerId)
    const events = await read(runnerId)
    expect(markersOf(events)).toEqual(['status: ended with exit code 0'])
    expect(outputOf(events)).toContain(generated())
  }, 60_000)

  it('says what is missing when agent and observer are killed, and is closed by the next agent', async () => {
    const agent = home.start()
    await joined(1)
    const runnerId = await launch()
    await type(runnerId, `${GENERATOR.replace('exit 0', 'sleep 60')}\r`)
    await waitUntil('it is at that line', async () => outputOf(await read(runnerId)).includes('n:5000\r\n'))
    process.kill(childOf(agent.pid ?? 0, 'observer.mjs'), 'SIGKILL')
    agent.kill('SIGKILL')
    await exitOf(agent)
    daemon.joins.length = 0
    home.start()
    await joined(1)
    const [held] = daemon.joins[0]?.runners ?? []
    const described = await untilSealed(runnerId)
    expect(described.markers.some(({ label }) => label === 'its agent died')).toBe(true)
    const events = await read(runnerId)
    const numbers = /n:1\r\n[\s\S]*/.exec(outputOf(events))?.[0] ?? ''
    expect(generated().startsWith(numbers)).toBe(true)
    // Every byte that the log has beyond the recording is counted.
    const gap = markersOf(events).flatMap((label) => /^gap: (\d+) bytes/.exec(label)?.[1] ?? [])
    const recorded = Buffer.byteLength(outputOf(events))
    const missing = gap.map(Number).reduce((sum, bytes) => sum + bytes, 0)
    expect(recorded + missing).toBe(held?.exit?.outputEnd)
  }, 60_000)

  it('drops its oldest part past its size, and says how much that was', async () => {
    await daemon.close()
    daemon = await startFakeDaemon(home.socketPath, { ...KEPT, runnerBytes: 3_500_000 })
    home.start()
    await joined(1)
    const runnerId = await launch()
    // Random, in hexadecimal: a segment is half as big when it is compressed.
    await type(runnerId, `head -c 6000000 /dev/urandom | od -An -tx1 -v | tr -d ' '; exit\r`)
    await untilExit(runnerId)
    await untilSealed(runnerId)
    await waitUntil('its beginning is dropped', async () => (await life(runnerId)).truncatedBefore !== null)
    const described = await life(runnerId)
    expect(described.truncatedBefore?.bytes).toBeGreaterThan(3_000_000)
    const [first] = await read(runnerId)
    expect(first?.[2]).toBe(`gap: ${described.truncatedBefore?.bytes} bytes of output before this are no longer kept`)
  }, 60_000)
})
