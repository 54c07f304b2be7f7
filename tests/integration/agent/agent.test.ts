import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AgentHome, bundleAgent, createAgentHome, exitOf } from '@/agent/testing/agent-process'
import { type FakeDaemon, shellLaunch, startFakeDaemon } from '@/agent/testing/fake-daemon'
import type { StartRunner, WatchReply } from '@/contracts/agent-protocol/messages'
import { waitUntil } from '../../support/wait-until'

/** The real agent, bundled, as its own process; only the daemon is a fake. */
let bundle: Awaited<ReturnType<typeof bundleAgent>>
let home: AgentHome
let daemon: FakeDaemon

beforeAll(async () => {
  bundle = await bundleAgent()
}, 60_000)
afterAll(() => bundle.remove())
beforeEach(async () => {
  home = createAgentHome(bundle.dir, { PATH: process.env.PATH ?? '/usr/bin:/bin' })
  daemon = await startFakeDaemon(home.socketPath)
})
afterEach(async () => {
  await daemon.endAgent()
  await daemon.close()
  await home.remove()
})

const clientId = randomUUID()

async function launch(changes: Partial<StartRunner> = {}) {
  const request = shellLaunch(changes)
  const reply = await daemon.agent().emitWithAck('startRunner', request)
  if (!reply.ok) throw new Error(`${reply.code}: ${reply.error}`)
  return { ...request, process: reply.process }
}

let nextSeq = 1
async function type(runnerId: string, text: string) {
  const seq = nextSeq
  nextSeq += 1
  return daemon.agent().emitWithAck('input', { runnerId, clientId, seq, data: Buffer.from(text) })
}

async function watch(runnerId: string, from: number | null = null): Promise<Extract<WatchReply, { ok: true }>> {
  const reply = await daemon.agent().emitWithAck('watchRunner', { runnerId, from })
  if (!reply.ok) throw new Error(`${reply.code}: ${reply.error}`)
  return reply
}

async function screenText(runnerId: string): Promise<string> {
  const reply = await daemon.agent().emitWithAck('screen', { runnerId, ansi: false })
  return reply.ok ? reply.text : reply.error
}

async function untilScreen(runnerId: string, text: string): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const screen = await screenText(runnerId)
    if (screen.includes(text)) return screen
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`waited in vain for ${JSON.stringify(text)}; the screen is\n${await screenText(runnerId)}`)
}

/** Pids whose environment carries the runner's mark. */
function processesOf(runnerId: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isZombie = /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
        return !isZombie && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`STRATAVORE_RUNNER_ID=${runnerId}`)
      } catch {
        return false
      }
    })
    .map(Number)
}

async function thumbnails(seen: Record<string, string | null>) {
  const reply = await daemon.agent().emitWithAck('thumbnails', { seen })
  if (!reply.ok) throw new Error(`${reply.code}: ${reply.error}`)
  return reply.thumbnails
}

const exitReport = (runnerId: string) => daemon.exits.find((report) => report.runnerId === runnerId)?.exit
const untilExit = (runnerId: string) => daemon.until(`the exit of ${runnerId}`, () => exitReport(runnerId))

const joined = (count = 1) => daemon.until(`join ${count}`, () => daemon.joins.length >= count && daemon.joins.at(-1))

describe('agent', () => {
  it('runs a shell: types, reads, stops, forgets', async () => {
    home.start()
    expect((await joined()).runners).toEqual([])
    const { runnerId } = await launch()
    const start = await watch(runnerId)
    expect(start.kind).toBe('snapshot')
    expect((await type(runnerId, 'echo $((6*7))\r')).ok).toBe(true)
    await daemon.until('42', () => /[\r\n]42\r\n/.test(String(daemon.output.get(runnerId)?.data)))
    expect(await untilScreen(runnerId, '\n42\n')).toContain('echo $((6*7))')

    const target = { runnerId, epoch: 0 }
    expect(await daemon.agent().emitWithAck('stopRunner', { ...target, force: false, graceMs: 5_000 })).toEqual({
      ok: true,
    })
    const exit = await untilExit(runnerId)
    expect(exit.reason).toBe('It was stopped on request.')
    expect(exit.lastLines).toContain('42')
    expect(processesOf(runnerId)).toEqual([])
    expect(await screenText(runnerId)).toContain('42')
    expect(await daemon.agent().emitWithAck('forgetRunner', target)).toEqual({ ok: true })
    expect(await screenText(runnerId)).toContain('42')
    expect(readdirSync(join(home.home, 'agent', 'runners'))).toEqual([])
  })

  it('gives a small picture of a live screen, and nothing where nothing has changed', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch()
    await type(runnerId, "printf '\\033[32mgreen\\033[0m%s\\n' ' end'\r")
    await untilScreen(runnerId, '\ngreen end')
    const nobody = randomUUID()
    const [picture] = await thumbnails({ [runnerId]: null, [nobody]: null })
    expect(picture?.lines).toContain('\x1b[32mgreen\x1b[0m end')
    const seen = { [runnerId]: picture?.version ?? '' }
    expect(await thumbnails(seen)).toEqual([])

    await daemon.agent().emitWithAck('resizeRunner', { runnerId, cols: 90, rows: 20 })
    const resized = await waitUntil('the picture has the new width', async () => {
      const [changed] = await thumbnails(seen)
      return changed?.cols === 90 && changed
    })
    await type(runnerId, 'exit\r')
    await untilExit(runnerId)
    expect(await thumbnails({ [runnerId]: resized.version })).toEqual([])
    expect(await thumbnails({ [runnerId]: null })).toEqual([])
  })

  it('starts once however often it is asked, and refuses an old epoch', async () => {
    home.start()
    await joined()
    const request = shellLaunch({ epoch: 3 })
    const replies = await Promise.all([1, 2, 3].map(() => daemon.agent().emitWithAck('startRunner', request)))
    expect(new Set(replies.map((reply) => reply.ok && reply.process.pid)).size).toBe(1)
    expect(await daemon.agent().emitWithAck('startRunner', { ...request, epoch: 2 })).toMatchObject({
      code: 'stale_epoch',
    })
    expect(await daemon.agent().emitWithAck('startRunner', { ...request, epoch: 4 })).toMatchObject({ code: 'busy' })
  })

  it('refuses what cannot run', async () => {
    home.start({ PATH: '/nonexistent' })
    await joined()
    const start = (changes: Partial<StartRunner>) => daemon.agent().emitWithAck('startRunner', shellLaunch(changes))
    expect(await start({ provider: 'codex' })).toMatchObject({ ok: false, code: 'provider_unavailable' })
    expect(await start({ cwd: '/etc/passwd' })).toMatchObject({ ok: false, code: 'invalid_input' })
    expect(await start({ cols: -1 })).toMatchObject({ ok: false, code: 'invalid_input' })
    expect(await start({ env: { 'A=B': 'x' } })).toMatchObject({ ok: false, code: 'invalid_input' })
    const garbage = 'garbage' as never
    expect(await daemon.agent().emitWithAck('startRunner', garbage)).toMatchObject({ code: 'invalid_input' })
    expect(await type(randomUUID(), 'x')).toMatchObject({ code: 'not_found' })
  })

  it('shows a child nothing but what it may see', async () => {
    const secret = `secret-${randomUUID()}`
    home.start({ DATABASE_URL: secret, STRATAVORE_TOKEN: secret, AMQP_URL: secret, LANG: 'C.UTF-8' })
    await joined()
    const { runnerId } = await launch({ env: { MY_OWN: 'mine' } })
    const others = await Promise.all([1, 2, 3].map(() => launch()))
    await type(runnerId, 'clear; env | sort; ls -l /proc/self/fd | grep -c ptmx; echo done$((1+1))\r')
    const screen = await untilScreen(runnerId, 'done2')
    expect(screen).not.toContain(secret)
    expect(screen).toContain('MY_OWN=mine')
    expect(screen).toContain('TERM=xterm-256color')
    expect(screen).toMatch(/^0$/m)
    expect(others.length).toBe(3)
  })

  it('ends a grandchild that left its session and lost its parent', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch()
    await type(
      runnerId,
      '(setsid sh -c "trap \\"\\" HUP TERM; sleep 600 & sleep 601" >/dev/null 2>&1 &); echo ready$((1+1))\r',
    )
    await untilScreen(runnerId, 'ready2')
    await daemon.until('the grandchild', () => processesOf(runnerId).length >= 4)
    await daemon.agent().emitWithAck('stopRunner', { runnerId, epoch: 0, force: false, graceMs: 3_000 })
    await untilExit(runnerId)
    expect(processesOf(runnerId)).toEqual([])
  })

  it('kills what ignores the polite exit after the grace', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch({ provider: 'echo', prompt: 'ignore-term; print hello; echo' })
    await untilScreen(runnerId, 'hello')
    await daemon.agent().emitWithAck('stopRunner', { runnerId, epoch: 0, force: false, graceMs: 300 })
    expect(await untilExit(runnerId)).toMatchObject({
      signal: 'SIGKILL',
      exitCode: null,
      reason: 'It did not end within 0.3 s and was killed.',
    })
  })

  it('kills in time what ignores the polite exit, however often it is asked to stop', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch({ provider: 'echo', prompt: 'ignore-term; print hello; echo' })
    await untilScreen(runnerId, 'hello')
    const stop = () => daemon.agent().emitWithAck('stopRunner', { runnerId, epoch: 0, force: false, graceMs: 1_000 })
    await stop()
    // As a reconciler does: each time before the grace is over.
    const again = setInterval(() => void stop().catch(() => undefined), 300)
    try {
      expect((await untilExit(runnerId)).reason).toBe('It did not end within 1 s and was killed.')
    } finally {
      clearInterval(again)
    }
  })

  it('streams on without a hole while others begin to watch', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch({ provider: 'echo', prompt: 'sleep 300; flood 3000000; exit 0' })
    const start = await watch(runnerId)
    let over = false
    const others = (async () => {
      while (!over) await watch(runnerId).catch(() => undefined)
    })()
    const exit = await untilExit(runnerId)
    over = true
    await others
    const seen = daemon.output.get(runnerId)
    expect(seen?.from).toBe(start.end)
    // The fake daemon takes output only without gap.
    expect((seen?.from ?? 0) + (seen?.data.length ?? 0)).toBe(exit.outputEnd)
    expect(daemon.skipped).toEqual([])
  })

  it('survives commands without an answer, and garbage', async () => {
    const agent = home.start()
    await joined()
    const { runnerId } = await launch()
    const socket = daemon.agent() as unknown as { emit(event: string, ...args: unknown[]): void }
    for (const event of ['watchRunner', 'startRunner', 'input', 'readLog', 'screen', 'outputAck', 'unwatchRunner']) {
      for (const message of [undefined, null, 'garbage', { runnerId, from: null }]) socket.emit(event, message)
    }
    await type(runnerId, 'echo still$((1+1))\r')
    await untilScreen(runnerId, 'still2')
    expect(agent.exitCode).toBeNull()
  })

  it('reports an exit after the last byte', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch({ provider: 'echo', prompt: 'sleep 300; flood 3000000; exit 9' })
    const start = await watch(runnerId)
    const exit = await untilExit(runnerId)
    const seen = daemon.output.get(runnerId)
    expect(exit).toMatchObject({ exitCode: 9, signal: null, reason: null })
    // Each newline leaves the terminal as two bytes.
    expect(exit.outputEnd).toBe(3_000_000 + Math.floor(3_000_000 / 71))
    expect((seen?.from ?? 0) + (seen?.data.length ?? 0)).toBe(exit.outputEnd)
    expect(seen?.from).toBe(start.end)
    expect(daemon.skipped).toEqual([])
  })

  it('pauses and resumes the whole tree, and the shell does not notice', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch()
    await type(runnerId, 'for i in $(seq 1 2000); do echo n$i; sleep 0.05; done\r')
    await untilScreen(runnerId, 'n5')
    const target = { runnerId, epoch: 0 }
    expect(await daemon.agent().emitWithAck('pauseRunner', target)).toEqual({ ok: true })
    const states = processesOf(runnerId).map((pid) => /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
    // A `sleep` that had just ended is dead, and stays so: its shell stands still too.
    expect(new Set(states.filter((state) => state !== 'Z'))).toEqual(new Set(['T']))
    // What was printed before the pause may still be on its way to the screen.
    let before = ''
    await waitUntil('the screen stands still', async () => {
      const last = before
      before = await screenText(runnerId)
      await new Promise((resolve) => setTimeout(resolve, 300))
      return last !== '' && before === last && (await screenText(runnerId)) === before
    })
    expect(await daemon.agent().emitWithAck('resumeRunner', target)).toEqual({ ok: true })
    const last = Number(before.trim().split('n').at(-1))
    await untilScreen(runnerId, `n${last + 5}`)
    expect(await screenText(runnerId)).not.toContain('Stopped')
    await daemon.agent().emitWithAck('pauseRunner', target)
    await daemon.agent().emitWithAck('stopRunner', { ...target, force: false, graceMs: 4_000 })
    expect((await untilExit(runnerId)).reason).toBe('It was stopped on request.')
    expect(processesOf(runnerId)).toEqual([])
  })

  it('keeps its terminals while the daemon is away, and replays what was missed', async () => {
    home.start()
    await joined()
    const { runnerId, process } = await launch({ provider: 'echo', prompt: 'sleep 300; count 10000' })
    await watch(runnerId)
    await daemon.until('some output', () => (daemon.output.get(runnerId)?.data.length ?? 0) > 0)
    await daemon.close()
    const before = daemon.output.get(runnerId) ?? { from: 0, data: Buffer.alloc(0) }
    daemon = await startFakeDaemon(home.socketPath)
    const again = await joined()
    expect(again.runners).toMatchObject([{ runnerId, state: 'running', process }])
    const at = before.from + before.data.length
    const replay = await watch(runnerId, at)
    expect(replay.kind).toBe('replay')
    const whole = () => Buffer.concat([before.data, replay.data, daemon.output.get(runnerId)?.data ?? Buffer.alloc(0)])
    await daemon.until('10000', () => whole().includes('\n10000\r\n'))
    const expected = Array.from({ length: 10_000 }, (_, index) => `${index + 1}\r\n`).join('')
    expect(whole().toString()).toBe(expected.slice(before.from))
  })

  it('after kill -9 the next agent ends what was left and says so', async () => {
    const first = home.start()
    await joined()
    const { runnerId } = await launch()
    await type(runnerId, 'trap "" HUP; (setsid sleep 600 &); echo here$((1+1)); sleep 601\r')
    await untilScreen(runnerId, 'here2')
    first.kill('SIGKILL')
    await exitOf(first)
    home.start()
    const join = await joined(2)
    expect(join.runners).toMatchObject([{ runnerId, epoch: 0, state: 'exited', exit: { reason: 'Its agent died.' } }])
    expect(join.runners[0]?.exit?.lastLines).toContain('here2')
    expect(processesOf(runnerId)).toEqual([])
    await daemon.agent().emitWithAck('forgetRunner', { runnerId, epoch: 0 })
    expect((await launch({ runnerId, epoch: 1 })).process.pid).toBeGreaterThan(0)
  })

  it('refuses a second live agent on one directory', async () => {
    home.start()
    await joined()
    expect(await exitOf(home.start())).toBe(3)
  })

  it('ignores SIGTERM while it holds a runner; shuts down when told', async () => {
    const agent = home.start()
    await joined()
    const { runnerId } = await launch()
    agent.kill('SIGTERM')
    expect(await daemon.agent().emitWithAck('shutdown', { stopRunners: false, graceMs: 0 })).toMatchObject({
      code: 'busy',
    })
    await type(runnerId, 'echo still$((1+1))\r')
    await untilScreen(runnerId, 'still2')
    expect(await daemon.agent().emitWithAck('shutdown', { stopRunners: true, graceMs: 3_000 })).toEqual({ ok: true })
    expect(await exitOf(agent)).toBe(0)
    expect(exitReport(runnerId)).toBeDefined()
    expect(processesOf(runnerId)).toEqual([])
  })

  it('writes repeated input once and refuses input that would reorder', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch({ provider: 'echo' })
    const send = (seq: number, text: string) =>
      daemon.agent().emitWithAck('input', { runnerId, clientId, seq, data: Buffer.from(text) })
    expect(await send(7, 'one\r')).toEqual({ ok: true, writtenSeq: 7 })
    expect(await send(7, 'one\r')).toEqual({ ok: true, writtenSeq: 7 })
    expect(await send(9, 'three\r')).toMatchObject({ ok: false, code: 'input_gap' })
    expect(await send(8, 'two\r')).toEqual({ ok: true, writtenSeq: 8 })
    const screen = await untilScreen(runnerId, 'echo: two')
    expect(screen.match(/echo: one/g)?.length).toBe(1)
    expect(screen).not.toContain('three')
  })

  it('skips output for a daemon that hangs, and neither stops nor grows', async () => {
    home.start()
    await joined()
    daemon.acknowledging = false
    const { runnerId } = await launch({ provider: 'echo', prompt: 'sleep 200; flood 8000000; print finished; echo' })
    await watch(runnerId)
    await daemon.until('outputSkipped', () => daemon.skipped.includes(runnerId))
    await untilScreen(runnerId, 'finished')
    expect(daemon.output.get(runnerId)?.data.length ?? 0).toBeLessThan(2 * 1024 * 1024)
  })

  it('measures the tree soon after the start', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch()
    await type(runnerId, 'sh -c "while :; do :; done" & sleep 600\r')
    const vitals = await daemon.until('CPU', () =>
      daemon.heartbeats.at(-1)?.runners.find((runner) => runner.runnerId === runnerId && runner.processCount >= 3),
    )
    expect(vitals.memoryBytes).toBeGreaterThan(1_000_000)
    expect(vitals.activity).toBe('working')
    expect(daemon.heartbeats.at(-1)?.providers.find((probe) => probe.id === 'shell')?.available).toBe(true)
    await daemon.agent().emitWithAck('stopRunner', { runnerId, epoch: 0, force: true, graceMs: 0 })
    expect(await untilExit(runnerId)).toMatchObject({ signal: 'SIGKILL', reason: 'It was killed on request.' })
    expect(processesOf(runnerId)).toEqual([])
  })

  it('survives the death of its observer: screen, log and answers go on', async () => {
    const agent = home.start()
    await joined()
    const { runnerId } = await launch()
    await type(runnerId, 'echo before$((1+1))\r')
    await untilScreen(runnerId, 'before2')
    const children = readFileSync(`/proc/${agent.pid}/task/${agent.pid}/children`, 'utf8').trim().split(' ').map(Number)
    const observer = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('observer.mjs'))
    if (observer === undefined) throw new Error('no observer')
    process.kill(observer, 'SIGKILL')
    // Nobody is there to hear of it: it is told to the next one, and kept.
    expect(await daemon.agent().emitWithAck('resizeRunner', { runnerId, cols: 97, rows: 31 })).toEqual({ ok: true })
    await type(runnerId, 'echo after$((1+1))\r')
    const screen = await untilScreen(runnerId, 'after2')
    expect(screen).toContain('before2')
    const log = await daemon.agent().emitWithAck('readLog', { runnerId, from: 0, limit: 100_000 })
    expect(log.ok && Buffer.from(log.data).toString()).toMatch(/before2[\s\S]*after2/)
    await daemon.agent().emitWithAck('stopRunner', { runnerId, epoch: 0, force: true, graceMs: 0 })
    await untilExit(runnerId)
    const last = await daemon.agent().emitWithAck('screen', { runnerId, ansi: false })
    expect(last).toMatchObject({ ok: true, cols: 97, rows: 31 })
  })

  it('answers a query once, with or without a viewer, and never from a replay', async () => {
    home.start()
    await joined()
    const { runnerId } = await launch()
    await type(
      runnerId,
      'stty raw -echo; printf "\\033[6n"; dd bs=1 count=6 2>/dev/null | od -c | head -1; stty sane\r',
    )
    await untilScreen(runnerId, '033   [')
    await watch(runnerId)
    await type(runnerId, 'echo end$((1+1))\r')
    expect(await untilScreen(runnerId, 'end2')).not.toMatch(/\^\[\[|;1R/)
  })
})
