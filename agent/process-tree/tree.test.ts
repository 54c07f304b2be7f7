import { expect, it } from 'vitest'
import { parseStat } from './parse-stat'
import type { ProcessEntry } from './process-entry'
import { parsePsLine } from './scan-darwin'
import { membersOf } from './tree'
import { measureTree } from './usage'

const entry = (pid: number, ppid: number, sid: number, changes: Partial<ProcessEntry> = {}): ProcessEntry => ({
  pid,
  ppid,
  pgid: pid,
  sid,
  state: 'S',
  foregroundGroup: -1,
  startTicks: pid,
  cpuTicks: 0,
  childCpuTicks: 0,
  residentBytes: 100,
  ...changes,
})
const root = { pid: 10, startTicks: 10, witnessed: true }
const pids = (entries: ProcessEntry[], marked: number[] = [], from = root) =>
  membersOf(entries, from, new Set(marked)).map((member) => member.pid)

it('reads a stat line whose program is named to confuse', () => {
  const fields = '7 (a) Z (b) S 1 2 3 0 4 0 0 0 0 0 5 6 7 8 20 0 1 0 900 0 11 0'
  expect(parseStat(fields, 4096)).toMatchObject({
    pid: 7,
    state: 'S',
    ppid: 1,
    pgid: 2,
    sid: 3,
    foregroundGroup: 4,
    cpuTicks: 11,
    childCpuTicks: 15,
    startTicks: 900,
    residentBytes: 11 * 4096,
  })
  expect(parseStat('nonsense', 4096)).toBeNull()
})

it('reads a line of ps on macOS', () => {
  const line = '  501   1   501 0 Ss   1-00:00:01.50  2048 Mon Nov 23 10:00:00 2026'
  expect(parsePsLine(line)).toMatchObject({ pid: 501, state: 'S', cpuTicks: 8_640_150, residentBytes: 2_097_152 })
})

it('takes descendants, the session and what is marked, with what these started', () => {
  const entries = [
    entry(1, 0, 1),
    entry(10, 1, 10),
    entry(11, 10, 10),
    entry(12, 1, 10),
    entry(20, 1, 20),
    entry(21, 20, 20),
    entry(30, 1, 30),
    entry(13, 11, 13, { state: 'Z' }),
  ]
  expect(pids(entries, [20])).toEqual([10, 11, 12, 20, 21])
})

it('takes nothing of a stranger who got the pid later', () => {
  const reused = [entry(10, 1, 10, { startTicks: 999 }), entry(11, 10, 10, { startTicks: 1000 })]
  expect(pids(reused, [], { ...root, witnessed: false })).toEqual([])
})

it('trusts the session of a dead root only as its witness', () => {
  const orphan = [entry(11, 1, 10)]
  expect(pids(orphan)).toEqual([11])
  expect(pids(orphan, [], { ...root, witnessed: false })).toEqual([])
  expect(pids(orphan, [11], { ...root, witnessed: false })).toEqual([11])
})

it('measures CPU since the sample before, over the whole tree', () => {
  const first = measureTree([entry(1, 0, 1, { cpuTicks: 100 })], null, 1000)
  expect(first).toMatchObject({ cpuPercent: 0, memoryBytes: 100, processCount: 1 })
  const members = [entry(1, 0, 1, { cpuTicks: 150 }), entry(2, 1, 1, { cpuTicks: 25 })]
  expect(measureTree(members, first.sample, 2000)).toMatchObject({ cpuPercent: 75, memoryBytes: 200, processCount: 2 })
})
