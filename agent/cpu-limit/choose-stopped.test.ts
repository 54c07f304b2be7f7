import { expect, it } from 'vitest'
import type { ProcessEntry } from '../process-tree/process-entry'
import { chooseStopped } from './choose-stopped'

/** A process in session 1; its group is its own unless given. */
const entry = (pid: number, ppid: number, changes: Partial<ProcessEntry> = {}): ProcessEntry => ({
  pid,
  ppid,
  pgid: pid,
  sid: 1,
  state: 'S',
  foregroundGroup: 1,
  startTicks: pid,
  cpuTicks: 0,
  childCpuTicks: 0,
  residentBytes: 0,
  ...changes,
})
const chosen = (members: ProcessEntry[], use: [number, number][], share = 0.5) =>
  chooseStopped(members, new Map(use), share).map(({ pid }) => pid)

it('stops the job with what it started, and the shell that watches it', () => {
  const tree = [entry(1, 0), entry(2, 1), entry(3, 2, { pgid: 2 })]
  expect(chosen(tree, [[2, 1]])).toEqual([1, 2, 3])
})

it('spares a program that started the work in a session of its own', () => {
  const tree = [entry(1, 0), entry(2, 1, { sid: 2 }), entry(3, 2, { sid: 2, pgid: 2 })]
  expect(
    chosen(tree, [
      [1, 0.05],
      [3, 1],
    ]),
  ).toEqual([3])
})

it('spares the small ones only as long as they are small together', () => {
  const tree = [entry(1, 0), entry(2, 1, { pgid: 1 }), entry(3, 1, { pgid: 1 })]
  const small: [number, number][] = [
    [1, 0],
    [2, 0.1],
    [3, 0.11],
  ]
  expect(chosen(tree, small)).toEqual([3])
  expect(chosen(tree, small, 0.1)).toEqual([2, 3])
})

it('leaves alone what somebody else has stopped', () => {
  expect(chosen([entry(1, 0), entry(2, 1, { state: 'T' })], [[2, 1]])).toEqual([1])
})
