import { expect, it } from 'vitest'
import type { CastEvent } from '@/contracts/recording/recording'
import { createPlayer, type Player } from './player'

const EVENTS: CastEvent[] = [
  [0, 'o', 'a'],
  [1, 'm', 'prompt: x'],
  [2, 'o', 'b'],
  [12, 'o', 'c'],
  [13, 'r', '80x24'],
  [14, 'o', 'd'],
]

/** Plays with a clock of its own; `act` is called with the number of each wait, before it begins. */
async function played(
  choices: { speed?: number; idleLimit?: number; from?: number },
  act: (player: Player, wait: number) => { after: number } | undefined = () => undefined,
): Promise<{ shown: string[]; sizes: string[]; seconds: number }> {
  let nowMs = 0
  let waits = 0
  const shown: string[] = []
  const sizes: string[] = []
  const player = createPlayer({
    async *open() {
      yield* EVENTS
    },
    async write(text) {
      shown.push(`${Math.round(nowMs)} ${text}`)
    },
    clear: () => shown.push('clear'),
    resize: ({ cols, rows }) => sizes.push(`${Math.round(nowMs)} ${cols}x${rows}`),
    async wait(ms, signal) {
      waits += 1
      const cut = act(player, waits)
      if (signal.aborted) nowMs += cut?.after ?? 0
      else if (ms === Number.POSITIVE_INFINITY) throw new Error('waits for ever')
      else nowMs += ms
    },
    monotonicMs: () => nowMs,
    speed: choices.speed ?? 1,
    idleLimit: choices.idleLimit ?? Number.POSITIVE_INFINITY,
  })
  await player.play(choices.from ?? 0)
  return { shown, sizes, seconds: nowMs / 1000 }
}

it('plays in its own time', async () => {
  const { shown, sizes } = await played({})
  expect(shown).toEqual(['clear', '0 a', '2000 b', '12000 c', '14000 d'])
  expect(sizes).toEqual(['13000 80x24'])
})

it('plays faster, and with shorter pauses', async () => {
  expect((await played({ speed: 4 })).seconds).toBe(3.5)
  expect((await played({ idleLimit: 1.5 })).shown).toEqual(['clear', '0 a', '2000 b', '3500 c', '5500 d'])
})

it('draws at once what lies before', async () => {
  expect((await played({ from: 11 })).shown).toEqual(['clear', '0 a', '0 b', '1000 c', '3000 d'])
})

it('pauses, and goes on where it was', async () => {
  const { shown } = await played({}, (player, wait) => {
    // The first wait is for the marker at 1 s: paused after half of it, for ten seconds.
    if (wait === 1) {
      player.togglePause()
      return { after: 500 }
    }
    if (wait === 2) {
      player.togglePause()
      return { after: 10_000 }
    }
    return undefined
  })
  expect(shown).toEqual(['clear', '0 a', '12000 b', '22000 c', '24000 d'])
})

it('seeks on and back, and stops', async () => {
  const on = await played({}, (player, wait) => {
    if (wait === 3) player.seek(5)
    return { after: 0 }
  })
  expect(on.shown).toEqual(['clear', '0 a', '2000 b', '7000 c', '9000 d'])
  let seeks = 0
  const back = await played({}, (player, wait) => {
    if (wait === 4 && seeks++ === 0) player.seek(-11)
    return { after: 0 }
  })
  expect(back.shown).toEqual(['clear', '0 a', '2000 b', '12000 c', 'clear', '12000 a', '13000 b', '23000 c', '25000 d'])
  const stopped = await played({}, (player, wait) => {
    if (wait === 3) player.stop()
    return { after: 0 }
  })
  expect(stopped.shown).toEqual(['clear', '0 a', '2000 b'])
})
