import { expect, it } from 'vitest'
import { scrollPlace } from './scroll-watch'

it('tells of new output only to who has scrolled up, until they are at the end again', () => {
  expect(scrollPlace('end', true, true)).toBe('end')
  expect(scrollPlace('end', false, false)).toBe('scrolled')
  expect(scrollPlace('scrolled', false, true)).toBe('new below')
  expect(scrollPlace('new below', false, false)).toBe('new below')
  expect(scrollPlace('new below', true, false)).toBe('end')
})
