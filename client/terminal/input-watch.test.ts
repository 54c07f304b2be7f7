import { expect, it } from 'vitest'
import { createInputWatch } from './input-watch'

it('tells when nothing of what is typed has arrived for a while, and when it moves again', () => {
  const told: boolean[] = []
  let timers: (() => void)[] = []
  const after = (_ms: number, action: () => void) => {
    timers.push(action)
    return () => {
      timers = timers.filter((one) => one !== action)
    }
  }
  const watch = createInputWatch({ after }, (unread) => told.push(unread))
  const pass = () => {
    for (const action of timers.splice(0)) action()
  }
  watch.note(true, false)
  watch.note(false, true)
  pass()
  expect(told).toEqual([])
  watch.note(true, false)
  watch.note(true, false)
  expect(timers).toHaveLength(1)
  pass()
  expect(told).toEqual([true])
  // More is typed, and it still does not read.
  watch.note(true, false)
  pass()
  expect(told).toEqual([true])
  watch.note(true, true)
  expect(told).toEqual([true, false])
  pass()
  expect(told).toEqual([true, false, true])
  // The connection is lost: that is another thing.
  watch.note(false, false)
  expect([told, timers]).toEqual([[true, false, true, false], []])
})
