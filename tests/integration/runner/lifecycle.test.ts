import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { isAlive } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

let stack: Stack
let project: { name: string; path: string }

beforeAll(async () => {
  stack = await startStack()
  project = await createProject(stack, { runnerQuota: 50 })
})
afterAll(() => stack.stop())

const processState = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2)[0]
}

/** A pid that a command in the runner has written to a file. */
const pidFrom = (file: string) =>
  waitUntil(`${file} holds a pid`, () => {
    const pid = Number(readFileSync(join(project.path, file), 'utf8'))
    return pid > 0 && pid
  })

describe('a runner', () => {
  it('runs a real shell that is typed into and read', async () => {
    const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
    expect(runner.pid).not.toBeNull()
    expect(isAlive(runner.pid ?? 0)).toBe(true)
    await typeLine(stack, runner.id, 'echo $((6*7))')
    await untilScreen(stack, runner.id, /^42$/m)
    await stack.api.runner.stop.mutate({ id: runner.id })
    const ended = await untilStatus(stack, runner.id, ['terminated', 'failed'])
    expect(ended).toMatchObject({ status: 'terminated', reason: expect.stringContaining('stopped by owner') })
    expect(isAlive(runner.pid ?? 0)).toBe(false)
  })

  it('that exits by itself is terminated for 0, failed with code and last lines otherwise', async () => {
    const good = await stack.api.runner.launch.mutate({ project: project.name, provider: 'shell', prompt: 'exit 0' })
    expect(await untilStatus(stack, good.id, ['terminated', 'failed'])).toMatchObject({
      status: 'terminated',
      exitCode: 0,
    })
    const bad = await stack.api.runner.launch.mutate({
      project: project.name,
      provider: 'shell',
      prompt: 'echo the last words; exit 3',
    })
    const failed = await untilStatus(stack, bad.id, ['terminated', 'failed'])
    expect(failed).toMatchObject({ status: 'failed', exitCode: 3, signal: null, reason: 'exited with code 3' })
    expect(failed.lastLines).toContain('the last words')
    const killed = await launchRunning(stack, { project: project.name, provider: 'shell' })
    process.kill(killed.pid ?? 0, 'SIGKILL')
    expect(await untilStatus(stack, killed.id, ['failed'])).toMatchObject({
      signal: 'SIGKILL',
      reason: 'ended by SIGKILL',
    })
  })

  it('is stopped with all of its tree, double-forked grandchildren and those that ignore SIGTERM included', async () => {
    writeFileSync(
      join(project.path, 'escape.sh'),
      `#!/bin/sh
       setsid sh -c 'trap "" TERM HUP; echo $$ > daemon.pid; exec 0<&- >/dev/null 2>&1; while :; do sleep 1; done' &
       exit 0`,
    )
    const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
    await typeLine(stack, runner.id, 'sh escape.sh')
    const pid = await pidFrom('daemon.pid')
    expect(isAlive(pid)).toBe(true)
    await stack.api.runner.stop.mutate({ id: runner.id, graceMs: 500 })
    await untilStatus(stack, runner.id, ['terminated'])
    expect(isAlive(pid)).toBe(false)
    expect(isAlive(runner.pid ?? 0)).toBe(false)
  })

  it('is paused and resumed as a whole group', async () => {
    const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
    await typeLine(stack, runner.id, "sh -c 'echo $$ > child.pid; while :; do sleep 1; done'")
    const child = await pidFrom('child.pid')
    await stack.api.runner.pause.mutate({ id: runner.id })
    await untilStatus(stack, runner.id, ['paused'])
    expect([processState(runner.pid ?? 0), processState(child)]).toEqual(['T', 'T'])
    await stack.api.runner.resume.mutate({ id: runner.id })
    await untilStatus(stack, runner.id, ['running'])
    expect(processState(child)).not.toBe('T')
    // A stopped process can't act on SIGTERM: ending a paused runner must not wait for SIGKILL.
    await stack.api.runner.pause.mutate({ id: runner.id })
    await untilStatus(stack, runner.id, ['paused'])
    await stack.api.runner.stop.mutate({ id: runner.id, graceMs: 60_000 })
    await untilStatus(stack, runner.id, ['terminated'], 10_000)
    expect(isAlive(child)).toBe(false)
  })

  it('restarts as the next epoch with a new process, and by policy after a failure', async () => {
    const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
    await stack.api.runner.restart.mutate({ id: runner.id })
    const again = await waitUntil('it runs again', async () => {
      const next = await stack.api.runner.get.query({ id: runner.id })
      return next.status === 'running' && next.epoch === 2 && next
    })
    expect(again.pid).not.toBe(runner.pid)
    expect(isAlive(runner.pid ?? 0)).toBe(false)
    await stack.api.runner.stop.mutate({ id: runner.id })

    const policy = await launchRunning(stack, { project: project.name, provider: 'shell', restartPolicy: 'on-failure' })
    process.kill(policy.pid ?? 0, 'SIGKILL')
    const restarted = await waitUntil('it was restarted', async () => {
      const next = await stack.api.runner.get.query({ id: policy.id })
      return next.status === 'running' && next.epoch === 2 && next
    })
    expect(restarted).toMatchObject({ restartCount: 1 })
    await stack.api.runner.stop.mutate({ id: policy.id })
    await untilStatus(stack, policy.id, ['terminated'])
  })

  it('tells of each change in the event stream, in order and resumable', async () => {
    const seen: { id: string; type: string }[] = []
    const before = (await stack.api.event.list.query({ limit: 1 })).at(0)?.seq ?? 0
    const { id } = await stack.api.runner.launch.mutate({ project: project.name, provider: 'shell', prompt: 'exit 0' })
    await untilStatus(stack, id, ['terminated'])
    const subscription = stack.api.event.stream.subscribe(
      { lastEventId: String(before), subjectId: id },
      { onData: ({ id: eventId, data }) => seen.push({ id: eventId, type: data.type }) },
    )
    const types = () => seen.map((each) => each.type).filter((type) => type !== 'runner.activity')
    await waitUntil('the end was told', () => types().includes('runner.stopped'))
    subscription.unsubscribe()
    expect(types()).toEqual(['runner.launched', 'runner.started', 'runner.stopped'])
    const seqs = seen.map((each) => Number(each.id))
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  })
})
