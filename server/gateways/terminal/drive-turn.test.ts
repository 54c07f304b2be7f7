import { expect, it } from 'vitest'
import type { DriveEnd } from '@/contracts/drive/drive'
import { createDriveTurn, type Driver } from './drive-turn'
import type { TerminalClient } from './terminal-client'

const client = (userId: string, credential = `token:${userId}`): TerminalClient =>
  ({ userId, name: userId, credential }) as TerminalClient

function followed() {
  const told: string[] = []
  let turns = 0
  const log = {
    begin: ({ userId, epoch }: Driver) => {
      turns += 1
      told.push(`${turns} ${userId} begins in ${epoch}`)
      return String(turns)
    },
    typed: (id: string, bytes: number) => told.push(`${id} types ${bytes}`),
    end: (id: string, cause: DriveEnd) => told.push(`${id} ${cause}`),
  }
  return { turn: createDriveTurn('r', log), told }
}

it('tells of each turn once, with why the one before is over', () => {
  const { turn, told } = followed()
  const [ann, bob] = [client('ann'), client('bob')]
  turn.is(null, 1, 'left')
  turn.is(ann, 1, 'left')
  turn.is(ann, 1, 'taken')
  turn.typed(ann, 3)
  turn.is(bob, 1, 'taken')
  turn.typed(ann, 5)
  turn.is(null, 1, 'released')
  turn.is(null, 1, 'left')
  expect(told).toEqual(['1 ann begins in 1', '1 types 3', '1 taken', '2 bob begins in 1', '2 released'])
})

it('begins anew with each connection and with each life of the runner', () => {
  const { turn, told } = followed()
  turn.is(client('ann'), 1, 'left')
  const again = client('ann', 'password:x')
  turn.is(again, 1, 'left')
  turn.is(again, 2, 'taken')
  expect(told).toEqual(['1 ann begins in 1', '1 left', '2 ann begins in 1', '2 ended', '3 ann begins in 2'])
})
