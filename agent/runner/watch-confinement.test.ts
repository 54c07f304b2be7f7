import { expect, it } from 'vitest'
import type { RunnerConfinement } from '@/contracts/runner/confinement'
import { isAsPlanned, watchConfinement } from './watch-confinement'

const expected = { sandbox: true, network: 'none', noNewPrivs: true, uid: 0 } as const
const built: RunnerConfinement = {
  sandbox: true,
  network: 'none',
  noNewPrivs: true,
  uid: 0,
  user: 'root',
  otherUser: false,
  capabilities: false,
  cgroup: null,
}

it.each([
  [{}, true],
  [{ sandbox: null, network: null }, true],
  [{ sandbox: false }, false],
  [{ network: 'host' }, false],
  [{ noNewPrivs: false }, false],
  [{ uid: 1 }, false],
  [{ capabilities: true }, false],
] as const)('takes %j of a sandbox for planned: %s', (changes, planned) => {
  expect(isAsPlanned({ ...built, ...changes }, { expected })).toBe(planned)
})

it('tells of a sandbox once it is built, and then what it is', async () => {
  const steps = [{ ...built, sandbox: false }, { ...built, capabilities: true }, built]
  const told: RunnerConfinement[] = []
  const programs: number[] = []
  let looks = 0
  const child = { pid: process.pid, ppid: 7 }
  await watchConfinement({
    root: { pid: 7, startTicks: 1, bootId: 'b' },
    plan: { expected, hasWrapper: true },
    members: async () => (looks++ < 2 ? [] : ([child] as never)),
    measure: async () => steps.shift() ?? null,
    hasEnded: () => false,
    wait: async () => {},
    nowMs: () => 0,
    onProgram: ({ pid }) => programs.push(pid),
    onMeasured: (confinement) => told.push(confinement),
    onProblem: (message) => expect.fail(message),
  })
  expect(programs).toEqual([process.pid])
  expect(told).toEqual([built])
})
