import { expect, it } from 'vitest'
import { createStopSignal } from './stop-signal'

it('takes the doubled Ctrl-C of npm for one, and a later one for impatience', async () => {
  let now = 0
  let impatience = 0
  const signal = createStopSignal(
    () => impatience++,
    () => now,
  )
  expect(signal.isRequested()).toBe(false)
  signal.request({ stopRunners: true })
  now = 100
  signal.request({ stopRunners: false })
  expect(impatience).toBe(0)
  now = 1_000
  signal.request({ stopRunners: false })
  expect(impatience).toBe(1)
  expect(signal.isRequested()).toBe(true)
  expect(await signal.requested).toEqual({ stopRunners: true })
})
