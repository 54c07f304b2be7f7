import { expect, it } from 'vitest'
import { planPrune, type StoredLife, type StoredSegment } from './plan-prune'

const NOW = 1_000_000
const KEPT = { runnerBytes: 100, totalBytes: 250, ageMs: 1_000 }

const segment = (path: string, writtenAt: number, changes: Partial<StoredSegment> = {}): StoredSegment => ({
  path,
  bytes: 50,
  writtenAt,
  inUse: false,
  ...changes,
})
const life = (runnerId: string, epoch: number, segments: StoredSegment[], isLive = false): StoredLife => ({
  path: `${runnerId}.${epoch}`,
  runnerId,
  epoch,
  isLive,
  segments,
})

it('keeps all that is young and little', () => {
  const lives = [life('a', 0, [segment('1', NOW - 10), segment('2', NOW - 5)])]
  expect(planPrune(lives, [], KEPT, NOW)).toEqual({ files: [], directories: [] })
})

it('drops what is too old, and a life with its last segment, but nothing in use', () => {
  const lives = [
    life('a', 0, [segment('1', NOW - 2_000)]),
    life('b', 0, [segment('2', NOW - 2_000), segment('3', NOW - 2_000, { inUse: true })], true),
  ]
  expect(planPrune(lives, [], KEPT, NOW)).toEqual({ files: ['1', '2'], directories: ['a.0'] })
})

it('drops the oldest of a runner that has too much, its earlier lives first', () => {
  const lives = [
    life('a', 1, [segment('3', NOW - 30), segment('4', NOW, { inUse: true })], true),
    life('a', 0, [segment('1', NOW - 40), segment('2', NOW - 35)]),
  ]
  expect(planPrune(lives, [], KEPT, NOW)).toEqual({ files: ['1', '2'], directories: ['a.0'] })
})

it('drops the oldest of all when they are too much together', () => {
  const lives = ['a', 'b', 'c'].map((id, index) =>
    life(id, 0, [segment(`${id}1`, NOW - 100 + index), segment(`${id}2`, NOW - 50 + index)]),
  )
  expect(planPrune(lives, [], KEPT, NOW)).toEqual({ files: ['a1'], directories: [] })
})

it('drops output logs by age, of lives that have ended', () => {
  const logs = [
    { path: 'old', isLive: false, writtenAt: NOW - 2_000 },
    { path: 'live', isLive: true, writtenAt: NOW - 2_000 },
    { path: 'young', isLive: false, writtenAt: NOW },
  ]
  expect(planPrune([], logs, KEPT, NOW).directories).toEqual(['old'])
})
