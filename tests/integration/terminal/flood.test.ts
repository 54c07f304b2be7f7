import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawn } from 'node-pty'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HEARTBEAT_INTERVAL_MS } from '@/contracts/agent-protocol/messages'
import { OUTPUT_WINDOW_BYTES } from '@/contracts/terminal/terminal'
import { checkout } from '../../support/checkout'
import { cleanEnvironment } from '../../support/child-environment'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import { processesOf, signal } from '../../support/processes'
import { residentMb } from '../../support/resident-memory'
import { type Stack, startStack } from '../../support/stack'
import { openNumberedDriver } from '../../support/terminal/numbered-driver'
import { createNumberedOutput } from '../../support/terminal/numbered-output'
import { openPacedViewer } from '../../support/terminal/paced-viewer'
import { waitUntil } from '../../support/wait-until'

/** What each flood must have printed before it is looked at. For a long run (minutes): STRATAVORE_TEST_FLOOD_MB=2000. */
const FLOOD_MB = Number(process.env.STRATAVORE_TEST_FLOOD_MB ?? 24)
const MB = 1024 * 1024
const PATIENCE_MS = 60_000 + FLOOD_MB * 2_000
/** For each flood: far more than a window, a snapshot and the collector's slack; far less than one that is kept. */
const GROWTH_MB = 160
/** Output that may still come after Ctrl-C: the largest window on the way, twice over, and what the kernel holds. */
const AFTER_CTRL_C_BYTES = 12 * MB
/** A heartbeat comes every ten seconds; one that is late by half of that is not on time. */
const HEARD_OF_MS = 1.5 * HEARTBEAT_INTERVAL_MS
/** More than one step of what a viewer that falls behind is given. */
const SLOW_BYTES = OUTPUT_WINDOW_BYTES + MB / 2

describe.skipIf(process.platform !== 'linux')('a flood', () => {
  let stack: Stack
  let project: { name: string; path: string }
  let neighbour: string
  let echoes = 0
  beforeAll(async () => {
    stack = await startStack()
    project = await createProject(stack)
    neighbour = (await launchRunning(stack, { project: project.name, provider: 'shell' })).id
  })
  afterAll(() => stack?.stop())

  /** Somebody works in another runner meanwhile: each line typed there is answered. */
  async function neighbourAnswers(): Promise<void> {
    echoes += 1
    await typeLine(stack, neighbour, `echo answer-$((${echoes}+1000))`)
    await untilScreen(stack, neighbour, `answer-${echoes + 1000}`, PATIENCE_MS)
  }

  /** Resident megabytes of web, daemon, agent and the agent's siblings: what a flood could pile up in. */
  function memory(): number {
    const ours = processesOf(stack.home).filter(({ command }) => /dist\/(web|daemon|agent|observer)\.mjs/.test(command))
    expect(ours.length).toBeGreaterThanOrEqual(4)
    return ours.reduce((sum, { pid }) => sum + residentMb(pid), 0)
  }

  /** Beside a flood: others are answered, heartbeats come, memory stays. */
  async function staysCalm(runnerId: string, before: number, progress: () => boolean, floods = 1): Promise<void> {
    const beats = new Set<string>()
    let most = 0
    await waitUntil(
      'the flood has gone on long enough',
      async () => {
        await neighbourAnswers()
        most = Math.max(most, memory())
        const { lastHeartbeatAt, status } = await stack.api.runner.get.query({ id: runnerId })
        expect(status).toBe('running')
        if (lastHeartbeatAt !== null) beats.add(String(lastHeartbeatAt))
        return progress() && beats.size >= 2
      },
      PATIENCE_MS,
    )
    expect(most - before).toBeLessThan(floods * GROWTH_MB)
  }

  const attachArguments = (runnerId: string) => [join(checkout, 'dist/cli.mjs'), 'attach', runnerId, '--read-only']

  it(
    'costs neither its driver a line nor anybody else, with a frozen, a slow and a stopped viewer',
    async () => {
      const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
      const numbers = createNumberedOutput()
      let isOver = false
      let text = ''
      const driver = openPacedViewer(stack, id, {
        onOutput: (data) => {
          if (isOver) text = (text + Buffer.from(data).toString('latin1')).slice(-4096)
          numbers.take(data)
        },
        onSnapshot: () => numbers.restart(),
      })
      await waitUntil('it drives', () => driver.state().role === 'driver', PATIENCE_MS)
      const frozen = openPacedViewer(stack, id, { readOnly: true, bytesPerSecond: 0 })
      const slow = openPacedViewer(stack, id, { readOnly: true, bytesPerSecond: 1024 })
      const settings = { STRATAVORE_HOME: stack.home, STRATAVORE_PORT: `${stack.ports.port}` }
      const stopped = spawn(process.execPath, attachArguments(id), {
        env: cleanEnvironment(settings) as Record<string, string>,
      })
      let stoppedSaw = 0
      stopped.onData((data) => {
        stoppedSaw += data.length
      })
      await waitUntil(
        'all are there',
        () => driver.state().presence.clients.length === 4 && stoppedSaw > 0,
        PATIENCE_MS,
      )
      signal(stopped.pid, 'SIGSTOP')

      const before = memory()
      driver.link.send('seq 1 1000000000\r')
      await staysCalm(id, before, () => driver.received() > FLOOD_MB * MB)
      isOver = true
      const sent = driver.received()
      driver.link.send('\x03')
      driver.link.send('echo fi""nished\r')
      await waitUntil('Ctrl-C has ended it', () => /finished/.test(text), PATIENCE_MS)
      expect(driver.received() - sent).toBeLessThan(AFTER_CTRL_C_BYTES)

      expect(numbers.faults()).toEqual([])
      expect(numbers.count()).toBeGreaterThan(100_000)
      // Each got its window and then nothing; it is told that there is a gap once it shows something again.
      for (const viewer of [frozen, slow]) expect(viewer.received()).toBeLessThan(SLOW_BYTES)
      frozen.thaw()
      await waitUntil('the frozen one is brought up to date', () => frozen.resyncs() > 0, PATIENCE_MS)
      signal(stopped.pid, 'SIGCONT')
      stopped.kill('SIGKILL')
      for (const viewer of [driver, frozen, slow]) viewer.link.close()
      await stack.api.runner.stop.mutate({ id, force: true })
    },
    2 * PATIENCE_MS + 60_000,
  )

  it(
    'of paced lines reaches its driver line by line: 10,000 a second',
    async () => {
      const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
      const numbers = createNumberedOutput()
      const driver = openPacedViewer(stack, id, {
        onOutput: (data) => numbers.take(data),
        onSnapshot: () => numbers.restart(),
      })
      await waitUntil('it drives', () => driver.state().role === 'driver', PATIENCE_MS)
      // The first line of a stream may be the end of one: it is to be no number.
      driver.link.send('echo; echo; i=1; while :; do seq $i $((i+999)); i=$((i+1000)); sleep 0.1; done\r')
      await staysCalm(id, memory(), () => numbers.last() > FLOOD_MB * 2_000)
      driver.link.send('\x03')
      expect(numbers.faults()).toEqual([])
      // Nobody was too slow for so little.
      expect(numbers.count()).toBe(numbers.last())
      driver.link.close()
      await stack.api.runner.stop.mutate({ id, force: true })
    },
    2 * PATIENCE_MS,
  )

  it(
    'beside another one: both drivers get each number once, both are heard of on time, each Ctrl-C ends its own',
    async () => {
      const floods = await Promise.all(
        [0, 1].map(async () => {
          const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
          const { viewer, numbers, ends } = await openNumberedDriver(stack, id, { timeoutMs: PATIENCE_MS })
          return { id, numbers, driver: viewer, ended: () => ends(/finished/) }
        }),
      )
      const before = memory()
      for (const { driver } of floods) driver.link.send('seq 1 1000000000\r')
      let oldest = 0
      const heardOf = async (): Promise<boolean> => {
        for (const { id } of floods) {
          const { lastHeartbeatAt, createdAt } = await stack.api.runner.get.query({ id })
          oldest = Math.max(oldest, Date.now() - Date.parse(String(lastHeartbeatAt ?? createdAt)))
        }
        return floods.every(({ driver }) => driver.received() > FLOOD_MB * MB)
      }
      await waitUntil('both have gone on long enough', heardOf, PATIENCE_MS)
      await staysCalm(floods[0]?.id ?? '', before, () => true, floods.length)
      expect(await heardOf()).toBe(true)
      expect(oldest).toBeLessThan(HEARD_OF_MS)
      for (const { driver, ended } of floods) {
        const sent = driver.received()
        driver.link.send('\x03')
        driver.link.send('echo fi""nished\r')
        await waitUntil('Ctrl-C has ended it', ended, PATIENCE_MS)
        expect(driver.received() - sent).toBeLessThan(AFTER_CTRL_C_BYTES)
      }
      for (const { id, numbers, driver } of floods) {
        expect(numbers.faults()).toEqual([])
        driver.link.close()
        await stack.api.runner.stop.mutate({ id, force: true })
      }
    },
    3 * PATIENCE_MS,
  )

  it(
    'with nobody there runs to its end, is in the log to its last byte, and stops at Ctrl-C',
    async () => {
      const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
      const bytes = FLOOD_MB * MB
      writeFileSync(join(project.path, 'big.txt'), `${'x'.repeat(99)}\n`.repeat(bytes / 100))
      const before = memory()
      await typeLine(stack, id, 'cat big.txt; echo do""ne')
      await neighbourAnswers()
      await untilScreen(stack, id, /^done$/m, PATIENCE_MS)
      let end = 0
      const viewer = openPacedViewer(stack, id, {
        onSnapshot: (snapshot) => {
          end = snapshot.offset
        },
      })
      // A carriage return for each line, beside the file itself.
      await waitUntil('its screen is there', () => end >= bytes + Math.floor(bytes / 100), PATIENCE_MS)
      viewer.link.close()
      await typeLine(stack, id, 'yes')
      await staysCalm(id, before, () => true)
      await stack.api.runner.send.mutate({ id, text: '\x03', enter: false })
      await typeLine(stack, id, 'clear; echo sto""pped')
      await untilScreen(stack, id, /^stopped$/m, PATIENCE_MS)
      await stack.api.runner.stop.mutate({ id, force: true })
    },
    2 * PATIENCE_MS,
  )
})
