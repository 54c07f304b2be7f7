import { expect, it } from 'vitest'
import { STOP_DEADLINE_MS, STOP_GRACES } from './stop-graces'

/** Rows that are written between the steps, and connections that are closed. */
const ROOM_MS = 2_000

it('a stop that waits for everything it may wait for still ends before it is cut short', () => {
  const graces = Object.values(STOP_GRACES).reduce((sum, ms) => sum + ms, 0)
  expect(graces + ROOM_MS).toBeLessThanOrEqual(STOP_DEADLINE_MS)
})
