import { expect, it } from 'vitest'
import { createNodeSilence, TICK_MS } from './node-silence'

function withClock() {
  let now = 1_000_000
  const silence = createNodeSilence(() => now)
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= TICK_MS) {
      now += Math.min(TICK_MS, left)
      silence.tick()
    }
  }
  return {
    silence,
    pass,
    stand: (ms: number) => {
      now += ms
    },
  }
}

it('counts from the last word heard', () => {
  const { silence, pass } = withClock()
  pass(20_000)
  silence.heard('n')
  pass(7_000)
  expect(silence.silentForMs('n')).toBe(7_000)
})

it('gives a full TTL after its own start, even to a node never heard', () => {
  const { silence, pass } = withClock()
  pass(3_000)
  expect(silence.silentForMs('never heard')).toBe(3_000)
})

it('does not count its own pause', () => {
  const { silence, pass, stand } = withClock()
  silence.heard('n')
  pass(2_000)
  stand(60_000)
  silence.tick()
  expect(silence.silentForMs('n')).toBe(0)
})

it('starts anew after an outage it was told of', () => {
  const { silence, pass } = withClock()
  silence.heard('n')
  pass(40_000)
  silence.listenAnew()
  expect(silence.silentForMs('n')).toBe(0)
})

it('sums up the time in which a node was not heard: pauses interrupt it, only a word ends it', () => {
  const { silence, pass, stand } = withClock()
  silence.heard('n')
  pass(20_000)
  stand(3_600_000)
  silence.tick()
  silence.listenAnew()
  pass(10_000)
  expect(silence.unheardMs('n')).toBe(30_000)
  silence.heard('n')
  expect(silence.unheardMs('n')).toBe(0)
})

it('does not count time in which nothing said would have been taken', () => {
  let now = 0
  let hears = true
  const silence = createNodeSilence(
    () => now,
    () => hears,
  )
  const tick = () => {
    now += TICK_MS
    silence.tick()
  }
  tick()
  hears = false
  tick()
  tick()
  hears = true
  tick()
  expect(silence.unheardMs('n')).toBe(2 * TICK_MS)
})

it('tells for how long it has listened: neither its own pause nor time in which it could not hear counts', () => {
  let now = 0
  let hears = true
  const silence = createNodeSilence(
    () => now,
    () => hears,
  )
  const tick = (ms: number) => {
    now += ms
    silence.tick()
  }
  tick(TICK_MS)
  tick(600_000)
  hears = false
  tick(TICK_MS)
  hears = true
  tick(TICK_MS)
  expect(silence.listenedMs()).toBe(2 * TICK_MS)
})
