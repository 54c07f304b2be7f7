import { expect, it } from 'vitest'
import { MAX_ON_WALL, wallColumns, wallFrom, wallHref } from './wall-choice'

const idAt = (at: number) => `d9b2d63d-a233-4123-847a-7090a0b4b6a${at}`

it('reads from an address what it wrote there', () => {
  const ids = [idAt(1), idAt(2)]
  expect(wallFrom(new URL(wallHref(ids), 'http://x').searchParams.get('runners'))).toEqual({ ids, refused: 0 })
  expect(wallHref([])).toBe('/wall')
})

it('takes each runner once, nine at most, and nothing that is no id', () => {
  expect(wallFrom(null)).toEqual({ ids: [], refused: 0 })
  expect(wallFrom(`${idAt(1)},javascript:alert(1),${idAt(1)},`)).toEqual({ ids: [idAt(1)], refused: 0 })
  const ten = Array.from({ length: MAX_ON_WALL + 1 }, (_, at) => idAt(at))
  expect(wallFrom(ten.join(','))).toEqual({ ids: ten.slice(0, MAX_ON_WALL), refused: 1 })
})

it('lays two to four in two columns and more in three', () => {
  expect([1, 2, 4, 5, 9].map(wallColumns)).toEqual([1, 2, 2, 3, 3])
})
