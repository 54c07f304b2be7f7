import { expect, it } from 'vitest'
import type { Database } from '@/server/db/database'
import { countRefusedSignIn } from './count-refused-sign-in'

/** It is what counts are kept by, and never asked. */
const process = (): Database => ({}) as Database
const HOUR_MS = 3_600_000

it('tells of the first try within an hour, the tenth and the hundredth, and begins anew', () => {
  const db = process()
  const keys = { apart: 'owner from x', crowd: 'owner' }
  const told = Array.from({ length: 500 }, (_, ms) => countRefusedSignIn(db, ms, keys)?.tries ?? [])
  expect(told.flat()).toEqual([1, 10, 100])
  expect(countRefusedSignIn(db, HOUR_MS - 1, keys)).toBeNull()
  expect(countRefusedSignIn(db, HOUR_MS, keys)).toEqual({ told: 'apart', tries: 1 })
  expect(countRefusedSignIn(db, HOUR_MS, { ...keys, apart: 'owner from y' })).toEqual({ told: 'apart', tries: 1 })
})

it('counts a flood from everywhere as a crowd, for an hour', () => {
  const db = process()
  const flood = (ms: number) =>
    Array.from({ length: 50_000 }, (_, from) => {
      const counted = countRefusedSignIn(db, ms, { apart: `${ms} from ${from}`, crowd: `user ${from % 3}` })
      return counted ? [counted.told] : []
    }).flat()
  const rows = flood(0)
  expect(rows.filter((told) => told === 'apart')).toHaveLength(1_000)
  // Of each of three: the first, tenth, hundredth, thousandth and ten-thousandth.
  expect(rows.filter((told) => told === 'crowd')).toHaveLength(15)
  expect(flood(HOUR_MS).filter((told) => told === 'apart')).toHaveLength(1_000)
})
