import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../support/free-port'
import { createProject, launchRunning, typeLine } from '../../support/launch'
import { signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { openCliViewer, screenOf } from '../../support/terminal/cli-viewer'
import { type Line, startLine } from '../../support/terminal/line'
import { openNumberedDriver } from '../../support/terminal/numbered-driver'
import { openViewer, seesDriver } from '../../support/terminal/viewer'
import { waitUntil } from '../../support/wait-until'

const PATIENCE_MS = 60_000
/** Each way: a line across an ocean. */
const DELAY_MS = 50
const MB = 1024 * 1024
/** Of a flood, before Ctrl-C. */
const SEEN_BYTES = 4 * MB
/** The largest window twice over, and what the kernel holds. */
const AFTER_CTRL_C_BYTES = 12 * MB
/** More than any window: what a stopped terminal lacks it can only be shown by a new screen. */
const MISSED_LINES = 1_500_000

describe.skipIf(process.platform !== 'linux')('a terminal that is far away, or stopped for a while', () => {
  let stack: Stack
  let line: Line
  let project: { name: string; path: string }
  beforeAll(async () => {
    const [port = 0, metricsPort = 0] = await freePorts(2)
    line = await startLine(`http://127.0.0.1:${port}`, DELAY_MS)
    stack = await startStack({ ports: { port, metricsPort }, env: { STRATAVORE_PUBLIC_URL: line.url } })
    project = await createProject(stack)
  })
  afterAll(async () => {
    await line?.close()
    await stack?.stop()
  })

  it(
    'over a line of 50 ms every number of a flood comes once, Ctrl-C ends it, and keys arrive in their order',
    async () => {
      const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
      const far = { url: line.url, timeoutMs: PATIENCE_MS }
      const { viewer: driver, numbers, ends } = await openNumberedDriver(stack, id, far)
      // What the shell prints before a program's first line is on a line of its own.
      for (const key of 'echo; seq 1 1000000000\r') driver.link.send(key)
      await waitUntil('the flood is there', () => driver.received() > SEEN_BYTES, PATIENCE_MS)
      const sent = driver.received()
      driver.link.send('\x03')
      driver.link.send('echo fi""nished\r')
      await waitUntil('Ctrl-C has ended it', () => ends(/finished/), PATIENCE_MS)
      expect(driver.received() - sent).toBeLessThan(AFTER_CTRL_C_BYTES)
      expect(numbers.faults()).toEqual([])
      expect(numbers.count()).toBe(numbers.last())
      driver.link.close()
      await stack.api.runner.stop.mutate({ id, force: true })
    },
    2 * PATIENCE_MS,
  )

  it(
    'an attach that was stopped during a flood shows the true screen once it goes on, and types',
    async () => {
      const { id } = await launchRunning(stack, { project: project.name, provider: 'shell' })
      const stays = openViewer(stack, id, { readOnly: true })
      await waitUntil('the viewer is there', () => stays.state().phase === 'attached')
      const { cols, rows } = stays.terminal
      const cli = openCliViewer(stack, id, { url: stack.url, size: { cols, rows } })
      await waitUntil('it drives', () => seesDriver(stays), PATIENCE_MS)
      async function untilEqual(what: string, isMeant: (fact: string) => boolean = () => true): Promise<void> {
        let difference: unknown
        const isEqual = () => {
          const [expected, actual] = [screenOf(stays).filter(isMeant), cli.facts().filter(isMeant)]
          const at = expected.findIndex((fact, index) => fact !== actual[index])
          difference = [expected[at], actual[at]]
          return at < 0
        }
        await waitUntil(what, isEqual, PATIENCE_MS).catch((cause: unknown) => {
          throw new Error(`${what}: ${JSON.stringify(difference)}`, { cause })
        })
      }
      signal(cli.pty.pid, 'SIGSTOP')
      const shows = (text: string) => stays.facts().some((fact) => fact.replace(/[.]/g, ' ').includes(text))
      await typeLine(stack, id, `clear; seq 1 ${MISSED_LINES}; printf '\\033[7mal%s\\033[0m\\n' lthere`)
      await waitUntil('the viewer that stays has seen all', () => shows(`${MISSED_LINES - 1}`), PATIENCE_MS)
      signal(cli.pty.pid, 'SIGCONT')
      // On its last row it says that output was skipped, until something is drawn there; the rows above are true.
      const isAbove = (fact: string) => /^normal \d/.test(fact) && !fact.startsWith(`normal ${rows - 1} `)
      await untilEqual('both show the same', isAbove)
      const plain = cli.facts().map((fact) => fact.replace(/<(.)[^>]*>/g, '$1').replaceAll('.', ' '))
      expect(plain.find((fact) => fact.startsWith(`normal ${rows - 1} `))).toContain('output was skipped')
      cli.type('clear; echo ty""ped\r')
      await waitUntil('what it types arrives', () => shows('typed'), PATIENCE_MS)
      // What was said was said with the cursor saved.
      await untilEqual('both show it', (fact) => !fact.startsWith('normal saved'))
      cli.close()
      stays.close()
      await stack.api.runner.stop.mutate({ id, force: true })
    },
    3 * PATIENCE_MS,
  )
})
