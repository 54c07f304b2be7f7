import { expect, it } from 'vitest'
import { type CountedSignal, createNoticeGate } from './notice-gate'

function gateAt() {
  let now = 0
  let timers: { at: number; work: () => void }[] = []
  const told: (CountedSignal & { at: number })[] = []
  const gate = createNoticeGate(
    (ms, work) => {
      const timer = { at: now + ms, work }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    (signal) => told.push({ ...signal, at: now }),
  )
  const pass = (ms: number): void => {
    now += ms
    const due = timers.filter(({ at }) => at <= now)
    timers = timers.filter(({ at }) => at > now)
    for (const { work } of due) work()
  }
  return { gate, told, pass }
}
const bell = { kind: 'bell', text: '' } as const
const says = (text: string) => ({ kind: 'notification', text }) as const

it('tells the first at once, and what follows together', () => {
  const { gate, told, pass } = gateAt()
  gate.take(bell)
  gate.take(says('done'))
  gate.take(bell)
  expect(told).toEqual([{ ...bell, count: 1, at: 0 }])
  pass(2_000)
  expect(told.slice(1)).toEqual([{ ...says('done'), count: 2, at: 2_000 }])
})

it('tells a program that rings all day ever less, and one that was quiet at once again', () => {
  const { gate, told, pass } = gateAt()
  for (let second = 0; second < 24 * 3600; second += 1) {
    gate.take(bell)
    pass(1_000)
  }
  // 2 + 4 + ... up to 5 minutes, then one each 5 minutes.
  expect(told.length).toBeLessThan(300)
  expect(told.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(24 * 3600 - 301)
  for (let second = 0; second < 1_200; second += 1) pass(1_000)
  const before = told.length
  gate.take(says('back'))
  expect(told.slice(before)).toMatchObject([{ text: 'back', count: 1 }])
  pass(2_000)
  gate.take(bell)
  pass(2_000)
  expect(told).toHaveLength(before + 2)
})

it('tells ever less of a bell that rings just after each gap', () => {
  const { gate, told, pass } = gateAt()
  for (let bells = 0; bells < 1_000; bells += 1) {
    gate.take(bell)
    for (let part = 0; part < 21; part += 1) pass(100)
  }
  // 35 minutes: each of them was told when an empty gap was forgotten at once.
  expect(told.length).toBeLessThan(20)
})

it('tells nothing once it has stopped', () => {
  const { gate, told, pass } = gateAt()
  gate.take(bell)
  gate.take(bell)
  gate.stop()
  pass(10_000)
  gate.take(bell)
  expect(told).toHaveLength(1)
})
