import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { holdToShare } from '@/agent/cpu-limit/hold-to-share'
import { createTreeFinder } from '@/agent/process-tree/find-trees'
import { identify } from '@/agent/process-tree/identity'
import { isStopped, type ProcessEntry } from '@/agent/process-tree/process-entry'
import { readAgain } from '@/agent/process-tree/scan'
import { createSignaller } from '@/agent/process-tree/signal'
import { measureTree } from '@/agent/process-tree/usage'
import { readBootId } from '@/platform/boot-id'
import { waitUntil } from '../../support/wait-until'

/** Over which CPU is measured: some periods of the hold, many clock ticks. */
const MEASURED_MS = 3_000
/** Percent of a core: little enough that a busy machine gives a tree more when nothing holds it. */
const SHARE = 10

let root: ChildProcess | null = null
afterEach(async () => {
  if (root?.pid === undefined || root.exitCode !== null || root.signalCode !== null) return
  const ended = once(root, 'exit')
  process.kill(-root.pid, 'SIGKILL')
  await ended
})

/** A tree in a session of its own, and looking at it. */
function startTree(script: string) {
  const bootId = readBootId()
  root = spawn('bash', ['-c', script], { detached: true, stdio: 'ignore' })
  const { pid, startTicks } = identify(root.pid ?? 0, bootId)
  const trees = createTreeFinder()
  const find = async (): Promise<ProcessEntry[]> =>
    (await trees.find(new Map([['r', { pid, startTicks, witnessed: true }]]))).get('r') ?? []
  const problems: string[] = []
  const options = {
    find,
    readAgain,
    signal: createSignaller(bootId),
    wait: (ms: number, signal?: AbortSignal) =>
      delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
    nowMs: () => performance.now(),
    onProblem: (message: string) => problems.push(message),
  }
  /** CPU percent of the tree over the time to come. */
  async function measure(): Promise<number> {
    const { sample } = measureTree(await find(), null, performance.now())
    await delay(MEASURED_MS)
    return measureTree(await find(), sample, performance.now()).cpuPercent
  }
  return { find, options, problems, measure }
}

it.each([
  ['one that computes', 'while :; do :; done'],
  ['a parent whose child computes', '(while :; do :; done); echo'],
  ['one that starts short ones all the time', 'while :; do bash -c "for i in {1..20000}; do :; done"; done'],
])('holds a tree to its share and lets it go: %s', async (_name, script) => {
  const { find, options, problems, measure } = startTree(script)
  const free = await measure()
  expect(free).toBeGreaterThan(SHARE * 1.8)
  const hold = holdToShare(options, SHARE, Promise.resolve())
  // Until it has been measured, it runs.
  await delay(1_000)
  const held = await measure()
  expect(held).toBeGreaterThan(SHARE * 0.6)
  expect(held).toBeLessThan(SHARE * 1.4)
  await hold.lift()
  expect((await find()).filter(isStopped)).toEqual([])
  expect(await measure()).toBeGreaterThan(SHARE * 1.8)
  expect(problems).toEqual([])
})

it('never continues what somebody else has stopped', async () => {
  const { find, options } = startTree('(while :; do :; done) & echo; while :; do :; done')
  const hold = holdToShare(options, SHARE, Promise.resolve())
  const child = await waitUntil('its child is there', async () =>
    (await find()).find((entry) => entry.pid !== root?.pid),
  )
  process.kill(child.pid, 'SIGSTOP')
  await delay(MEASURED_MS)
  await hold.lift()
  expect((await find()).filter(isStopped).map(({ pid }) => pid)).toEqual([child.pid])
})
