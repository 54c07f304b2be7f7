import { describe, expect, it } from 'vitest'
import type { CastEvent } from '@/contracts/recording/recording'
import { createReplayPlayer } from './replay-player'

const EVENTS: CastEvent[] = [
  [0, 'o', 'a'],
  [1, 'o', 'b'],
  [1, 'm', 'a prompt'],
  [2, 'r', '100x30'],
  [3, 'o', 'c'],
]

/** What a screen was told, in order. */
function aPlayer() {
  const told: string[] = []
  const player = createReplayPlayer(
    {
      reset: ({ cols, rows }) => told.push(`reset ${cols}x${rows}`),
      write: (data) => told.push(data),
      resize: ({ cols, rows }) => told.push(`size ${cols}x${rows}`),
    },
    { cols: 80, rows: 24 },
  )
  player.add(EVENTS)
  return { player, told: () => told.splice(0) }
}

describe('a player of recordings', () => {
  it('shows what came, each once and in order, with its sizes', () => {
    const { player, told } = aPlayer()
    expect(told()).toEqual(['reset 80x24'])
    player.show(1)
    expect(told()).toEqual(['ab'])
    expect(player.nextEventAt()).toBe(2)
    player.show(9)
    expect(told()).toEqual(['size 100x30', 'c'])
    expect(player.nextEventAt()).toBeNull()
  })

  it('draws anew to go back', () => {
    const { player, told } = aPlayer()
    player.show(9)
    told()
    player.show(0.5)
    expect(told()).toEqual(['reset 80x24', 'a'])
  })

  it('begins anew with another part', () => {
    const { player, told } = aPlayer()
    player.show(9)
    told()
    player.empty()
    player.add([[50, 'o', 'z']])
    player.show(60)
    expect(told()).toEqual(['reset 80x24', 'z'])
  })

  it('goes on with what is loaded later', () => {
    const { player, told } = aPlayer()
    player.show(9)
    told()
    player.add([[4, 'o', 'd']])
    player.show(9)
    expect(told()).toEqual(['d'])
  })
})
