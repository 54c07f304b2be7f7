import { expect, it } from 'vitest'
import { canTransition, holdsSlot, isEnded, runnerStatus } from './status'

it('lets an ended runner only start again', () => {
  for (const from of runnerStatus.options.filter(isEnded)) {
    expect(runnerStatus.options.filter((to) => canTransition(from, to))).toEqual(['starting'])
  }
})

it('lets every live runner end', () => {
  for (const from of runnerStatus.options.filter(holdsSlot)) {
    expect(canTransition(from, 'failed')).toBe(true)
    expect(canTransition(from, 'terminated')).toBe(true)
  }
})

it('keeps the slot of a lost runner, which is not dead', () => {
  expect(holdsSlot('lost')).toBe(true)
  expect(canTransition('lost', 'running')).toBe(true)
})

it('has no transition to itself', () => {
  for (const status of runnerStatus.options) expect(canTransition(status, status)).toBe(false)
})
