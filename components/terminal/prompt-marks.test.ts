import { expect, it } from 'vitest'
import { promptBeside } from './prompt-marks'

it('finds the prompt before and after the first line in view', () => {
  const lines = [0, 10, 20]
  expect(promptBeside(lines, 15, 'previous')).toBe(10)
  expect(promptBeside(lines, 10, 'previous')).toBe(0)
  expect(promptBeside(lines, 10, 'next')).toBe(20)
  expect(promptBeside(lines, 0, 'previous')).toBeNull()
  expect(promptBeside([], 5, 'next')).toBeNull()
})
