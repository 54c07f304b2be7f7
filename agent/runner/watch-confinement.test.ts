import { expect, it } from 'vitest'
import type { RunnerConfinement } from '@/contracts/runner/confinement'
import { isAsPlanned, watchConfinement, whatIsMissing } from './watch-confinement'

const expected = { sandbox: true, network: 'none', noNewPrivs: true, uid: 0, ownGroup: false } as const
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

it('waits for the control group that it is to have, which nothing else may tell', () => {
  const plan = { expected: { sandbox: false, network: 'host', noNewPrivs: false, uid: 0, ownGroup: true } as const }
  const free = { ...built, sandbox: false, network: 'host', noNewPrivs: false, capabilities: true } as const
  expect(isAsPlanned(free, plan)).toBe(false)
  expect(isAsPlanned({ ...free, cgroup: '/its/own' }, plan)).toBe(true)
})

const child = { pid: process.pid, ppid: 7 }

/** Watches a launch whose process is found after `absent` looks and measured as `steps` say, the last one for ever. */
async function watch(steps: readonly RunnerConfinement[], absent = 0) {
  const told: RunnerConfinement[] = []
  const programs: number[] = []
  const ended: string[] = []
  let [looks, measures, now] = [0, 0, 0]
  await watchConfinement({
    root: { pid: 7, startTicks: 1, bootId: 'b' },
    plan: { expected, hasWrapper: true },
    members: async () => (looks++ < absent ? [] : ([child] as never)),
    measure: async () => steps[Math.min(measures++, steps.length - 1)] ?? null,
    hasEnded: () => false,
    wait: async (ms) => {
      now += ms
    },
    nowMs: () => now,
    onProgram: ({ pid }) => programs.push(pid),
    onMeasured: (confinement) => told.push(confinement),
    onNotConfined: (reason) => ended.push(reason),
  })
  return { told, programs, ended, now }
}

it('tells of a sandbox once it is built, and then what it is', async () => {
  const seen = await watch([{ ...built, sandbox: false }, { ...built, capabilities: true }, built], 2)
  expect(seen).toMatchObject({ programs: [process.pid], told: [built], ended: [] })
  expect(seen.now).toBeLessThan(1_000)
})

it.each([
  [{ sandbox: false }, 'it is in no sandbox'],
  [{ capabilities: true }, 'it has rights of root in its sandbox'],
  [{ network: 'host' }, 'it has the network of the machine'],
  [{ noNewPrivs: false }, 'it can gain rights'],
  [{ uid: 1 }, 'it runs as the user 1 and not as 0'],
] as const)('tells of %j, and ends what has not become what its profile asks for', async (changes, why) => {
  const measured = { ...built, ...changes }
  const { told, ended, now } = await watch([measured])
  expect(told).toEqual([measured])
  expect(ended).toEqual([`It was killed, since it was not confined as its project asks: ${why}.`])
  expect(now).toBeGreaterThanOrEqual(30_000)
})

it('ends a sandbox in which no program appears', async () => {
  const { told, ended } = await watch([built], Number.POSITIVE_INFINITY)
  expect(told).toEqual([])
  expect(ended).toEqual([expect.stringContaining('its program cannot be found')])
})

it('lets a runner go on that is confined more than its profile asks for', () => {
  // As below a service with NoNewPrivileges, or where a namespace cannot be looked at.
  const free = { expected: { sandbox: false, network: 'host', noNewPrivs: false, uid: 0, ownGroup: false } as const }
  expect(whatIsMissing(built, free)).toBeNull()
  expect(whatIsMissing({ ...built, sandbox: null, network: null }, { expected })).toBeNull()
})
