import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FakeNtfy, LOOPBACK, startFakeNtfy } from '../../support/fake-ntfy'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

let ntfy: FakeNtfy
let stack: Stack
let stopped = false

const stop = async () => {
  if (stopped) return
  stopped = true
  await stack.stop()
}

beforeAll(async () => {
  ntfy = await startFakeNtfy({ token: 'tk_right' })
  stack = await startStack({
    env: {
      NTFY_URL: ntfy.url,
      NTFY_TOKEN: 'tk_right',
      STRATAVORE_NOTIFY_NETWORKS: LOOPBACK.join(),
      STRATAVORE_PUBLIC_URL: 'https://phone.example',
    },
  })
})
afterAll(async () => {
  await stop()
  await ntfy.stop()
})

/** The process that writes the recordings of this stack's runners. */
function observerOf({ home }: Stack): number {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  const line = lines.find((each) => each.includes('observer.mjs') && each.includes(join(home, 'agent')))
  return Number.parseInt(line?.trim() ?? '', 10)
}

const titles = () => ntfy.shown().map(({ title }) => title)

it('a runner that fails in a real stack is told on the phone', async () => {
  const path = join(stack.workDir, 'web')
  mkdirSync(path)
  await stack.api.project.create.mutate({ name: 'web', path, defaultProvider: 'shell' })
  const { id } = await stack.api.runner.launch.mutate({ project: 'web' })
  await waitUntil('it runs', async () => (await stack.api.runner.get.query({ id })).status === 'running', 30_000)
  await stack.api.runner.send.mutate({ id, text: 'exit 3', enter: true })
  await waitUntil('it is told', () => titles().includes('web: Shell failed'), 30_000)
  const told = ntfy.shown().find(({ title }) => title === 'web: Shell failed')
  expect(told?.message).toMatch(/^Exited with code 3 after \d+ s\.\nLast line: /)
  expect(told?.click).toBe(`https://phone.example/runners/${id}`)
})

it('a disk that takes no recordings is told on the phone, and taken back once it does', async () => {
  const { id } = await stack.api.runner.launch.mutate({ project: 'web' })
  await waitUntil('it runs', async () => (await stack.api.runner.get.query({ id })).status === 'running', 30_000)
  const observer = observerOf(stack)
  const limitFiles = (bytes: string) => execFileSync('prlimit', ['--pid', `${observer}`, `--fsize=${bytes}:`])
  const print = () => stack.api.runner.send.mutate({ id, text: 'seq 30000', enter: true })
  const told = () => titles().filter((title) => title?.startsWith('Stratavore: Recordings on local stopped: '))
  /** Again and again: the shell's own prompt after it is short enough to be taken, and all is well then. */
  const printUntil = (what: string, count: number) =>
    waitUntil(
      what,
      async () => {
        if (told().length === count) return true
        await print()
        return false
      },
      30_000,
    )
  // More than its own log needs, and less than what is printed.
  limitFiles('65536')
  await printUntil('it is told', 1)
  limitFiles('unlimited')
  await printUntil('it is taken back', 0)
  expect((await stack.api.runner.get.query({ id })).status).toBe('running')
})

it('stratavore notify test reaches it', async () => {
  expect(await stack.cli(['notify', 'test'])).toMatchObject({ code: 0, stdout: 'ok       ntfy: sent\n' })
})

it('the stop of the daemon is its last words', async () => {
  expect(titles()).not.toContain('Stratavore stopped')
  await stop()
  expect(titles()).toContain('Stratavore stopped')
})
