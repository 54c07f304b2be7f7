import { expect, it } from 'vitest'
import { endTree } from './end-tree'
import { freezeTree, thawTree } from './freeze-tree'
import type { ProcessEntry } from './process-entry'

const root = { pid: 1, startTicks: 1, witnessed: true }

/** A tree of shell (1), job (2) and its child (3) that obeys signals; `stubborn` ends by SIGKILL only. */
function tree(stubborn: number[] = []) {
  const sent: string[] = []
  let members: ProcessEntry[] = [1, 2, 3].map((pid) => ({
    pid,
    ppid: pid - 1,
    pgid: 1,
    sid: 1,
    state: 'S',
    foregroundGroup: 1,
    startTicks: pid,
    cpuTicks: 0,
    childCpuTicks: 0,
    residentBytes: 0,
  }))
  const signal = ({ pid }: { pid: number }, name: NodeJS.Signals): boolean => {
    sent.push(`${name} ${pid}`)
    const ends = name === 'SIGKILL' || (name === 'SIGTERM' && !stubborn.includes(pid))
    if (ends) members = members.filter((member) => member.pid !== pid)
    const state = { SIGSTOP: 'T', SIGCONT: 'S' }[name as string]
    if (state !== undefined) members = members.map((member) => (member.pid === pid ? { ...member, state } : member))
    return true
  }
  const find = async () => new Map([['r', members]])
  return {
    sent,
    options: { members: async () => members, signal },
    ending: { runnerId: 'r', root, signal, trees: { find } },
  }
}

it('stops parents before their children and continues children first', async () => {
  const { sent, options } = tree()
  expect(await freezeTree(options)).toBe(true)
  expect(sent).toEqual(['SIGSTOP 1', 'SIGSTOP 2', 'SIGSTOP 3'])
  sent.length = 0
  expect(await thawTree(options)).toBe(true)
  expect(sent).toEqual(['SIGCONT 3', 'SIGCONT 2', 'SIGCONT 1'])
})

it('stops no child before its parent has really stopped', async () => {
  const { sent, options } = tree()
  let shellIsSlow = 2
  const members = async () => {
    const found = await options.members()
    if (shellIsSlow-- <= 0) return found
    return found.map((each) => (each.pid === 1 ? { ...each, state: 'S' } : each))
  }
  expect(await freezeTree({ ...options, members })).toBe(true)
  expect(sent).toEqual(['SIGSTOP 1', 'SIGSTOP 1', 'SIGSTOP 2', 'SIGSTOP 3'])
})

it('asks each process once, then kills what is left after the grace', async () => {
  const { sent, ending } = tree([2])
  let waitedMs = 0
  const wait = async (ms: number): Promise<void> => {
    waitedMs += ms
  }
  expect(await endTree({ ...ending, graceMs: 500, wait })).toBe(true)
  expect(sent.filter((line) => line.startsWith('SIGTERM'))).toEqual(['SIGTERM 1', 'SIGTERM 2', 'SIGTERM 3'])
  expect(sent.filter((line) => line.startsWith('SIGKILL'))).toEqual(['SIGKILL 2'])
  expect(waitedMs).toBeGreaterThanOrEqual(500)
})

it('kills at once without grace', async () => {
  const { sent, ending } = tree()
  expect(await endTree({ ...ending, graceMs: 0, wait: async () => {} })).toBe(true)
  expect(sent).toEqual(['SIGKILL 1', 'SIGKILL 2', 'SIGKILL 3'])
})
